// What an operator asks the service during a drill.
import type { Static } from 'typebox';
import type { Incident, Incidents } from '../../contract/incident.ts';
import type { Audit, Checklist } from '../../contract/ops.ts';

export type IncidentDetail = Static<typeof Incident>;

export class Ops {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  checklist = () => this.#json<Checklist>('GET', '/checklist');
  audit = () => this.#json<Static<typeof Audit>>('GET', '/audit');
  queue = (queueId: string) =>
    this.#json<{ cap: number; active: number; waiting: number }>('GET', `/queues/${queueId}`);
  incidents = async () => (await this.#json<Static<typeof Incidents>>('GET', '/incidents')).items;
  incident = (id: number) => this.#json<IncidentDetail>('GET', `/incidents/${id}`);
  report = (id: number, language: string, type: string) =>
    this.#text('GET', `/incidents/${id}/report?lang=${language}`, { accept: type });
  affectedUsers = (id: number) => this.#text('GET', `/incidents/${id}/affected-users`, { accept: 'text/csv' });
  replay = (dryRun: boolean) => this.#json<{ count: number }>('POST', '/dead-letters/replay', { dryRun });
  deadLetters = () => this.#json<{ items: { id: number; error: string; eventId: number }[] }>('GET', '/dead-letters');

  async #json<T>(method: string, path: string, body?: unknown): Promise<T> {
    return JSON.parse(await this.#text(method, path, {}, body)) as T;
  }

  async #text(method: string, path: string, headers: Record<string, string> = {}, body?: unknown): Promise<string> {
    const response = await fetch(`${this.#url}/ops/api${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
    return text;
  }
}
