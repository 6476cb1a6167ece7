import { Failure } from '../lib/failure.ts';
import { reportHtml } from './report/html.ts';
import { reportMarkdown } from './report/markdown.ts';
import { gatherReport, type Report, type ReportSettings } from './report/report.ts';
import { EN } from './report/words/en.ts';
import { KO } from './report/words/ko.ts';
import type { Language, Words } from './report/words/words.ts';
import { entry } from './respond/response.ts';
import type { IncidentArchive, IncidentRecord, IncidentStore } from './store.ts';

const WORDS: Record<Language, Words> = { en: EN, ko: KO };
export const wordsOf = (language: Language): Words => WORDS[language];

const MOST_INCIDENTS = 200;
/** Processes bring in the last they saw for so long after an incident closed; then its report is final. */
const SETTLED_MILLISECONDS = 3_000;

export interface DeskParts {
  archive: IncidentArchive;
  store: Pick<IncidentStore, 'note' | 'hurtByHolds'>;
  settings: ReportSettings;
}

/** What operators read of incidents, and change. @throws StoreUnavailable; Failure NOT_FOUND */
export class IncidentDesk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /** Newest first. */
  list(): Promise<IncidentRecord[]> {
    return this.#parts.archive.list(MOST_INCIDENTS);
  }

  /** All but the charts. */
  detail(incidentId: number): Promise<Report> {
    return this.#gather(incidentId, false);
  }

  async #gather(incidentId: number, charts: boolean): Promise<Report> {
    await this.settled(incidentId);
    const report = await gatherReport(this.#parts.archive, this.#parts.settings, incidentId, charts);
    if (!report) throw notFound();
    return report;
  }

  async html(incidentId: number, language: Language): Promise<string> {
    return reportHtml(await this.#gather(incidentId, true), this.#parts.settings, wordsOf(language));
  }

  async markdown(incidentId: number, language: Language): Promise<string> {
    return reportMarkdown(await this.#gather(incidentId, true), wordsOf(language));
  }

  /** An operator's words for what to improve; null goes back to the draft. */
  async edit(incidentId: number, improvements: string | null): Promise<void> {
    if (!(await this.#parts.archive.saveImprovements(incidentId, improvements))) throw notFound();
    await this.#parts.store.note(incidentId, [{ ...entry('incident', 'EDITED'), once: false }]);
  }

  /** Whom holds ran out for, and what to improve as it looks now: written once, by whoever comes first. */
  async finish(incidentId: number): Promise<void> {
    const { archive, store, settings } = this.#parts;
    await store.hurtByHolds(incidentId);
    const report = await gatherReport(archive, settings, incidentId, true);
    if (report && report.incident.draft === null) await archive.saveDraft(incidentId, report.improvements);
  }

  /** The process that closed it may have died before it wrote the report: then it is written now. */
  async settled(incidentId: number): Promise<void> {
    const incident = await this.#parts.archive.find(incidentId);
    if (!incident) throw notFound();
    const { closedAt, draft } = incident;
    if (closedAt && draft === null && Date.now() - closedAt.getTime() > SETTLED_MILLISECONDS)
      await this.finish(incidentId);
  }
}

const notFound = () => new Failure('NOT_FOUND', 'There is no such incident.');
