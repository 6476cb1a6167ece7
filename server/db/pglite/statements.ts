import { type messages, type PGlite, parse, protocol } from '@electric-sql/pglite';

const { serialize } = protocol;

type Message = messages.BackendMessage;
type Rows = Record<string, unknown>[];

interface Prepared {
  name: string;
  parameterTypes: number[];
  /** What the columns are, as every answer of PGlite's own would begin. */
  description: Message[];
}

/** Texts are few, except while migrations run: each of those comes once. */
const MOST_PREPARED = 200;
const MOST_SEEN_ONCE = 1_000;

/**
 * Queries of the embedded database, each text parsed and planned once. PGlite's own `query` parses each time and asks
 * in six messages, which takes longer than most of our queries; here the second and later ones are one message.
 * One at a time: the caller waits for each.
 */
export class Statements {
  readonly #database: PGlite;
  readonly #seenOnce = new Set<string>();
  readonly #prepared = new Map<string, Prepared>();

  constructor(database: PGlite) {
    this.#database = database;
  }

  /** @throws DatabaseError of PGlite, with PostgreSQL's `code` */
  async query(text: string, params: readonly unknown[]): Promise<Rows> {
    const prepared = this.#prepared.get(text) ?? (this.#comesAgain(text) ? await this.#prepare(text) : null);
    if (!prepared) return (await this.#database.query<Record<string, unknown>>(text, [...params])).rows;
    const { name, parameterTypes, description } = prepared;
    const values = params.map((value, i) => this.#encode(value, parameterTypes[i] as number));
    const answer = await this.#send(serialize.bind({ statement: name, values }), serialize.execute({}));
    return parse.parseResults([...description, ...answer], this.#database.parsers)[0]?.rows as Rows;
  }

  #comesAgain(text: string): boolean {
    if (this.#prepared.size >= MOST_PREPARED) return false;
    if (this.#seenOnce.delete(text)) return true;
    if (this.#seenOnce.size >= MOST_SEEN_ONCE) this.#seenOnce.clear();
    this.#seenOnce.add(text);
    return false;
  }

  async #prepare(text: string): Promise<Prepared> {
    const name = `s${this.#prepared.size}`;
    const answer = await this.#send(serialize.parse({ name, text }), serialize.describe({ type: 'S', name }));
    const parameterTypes = parse.parseDescribeStatementResults(answer);
    const prepared = { name, parameterTypes, description: answer.filter(isRowDescription) };
    this.#prepared.set(text, prepared);
    return prepared;
  }

  /** Sync at the end brings the session back in order after an error, too. */
  async #send(...messages: Uint8Array[]): Promise<Message[]> {
    const message = Buffer.concat([...messages, serialize.sync()]);
    return (await this.#database.execProtocol(message, { syncToFs: false })).messages;
  }

  #encode(value: unknown, type: number): string | null {
    if (value === null || value === undefined) return null;
    const serializer = this.#database.serializers[type];
    return serializer ? serializer(value) : String(value);
  }
}

const isRowDescription = ({ name }: Message) => name === 'rowDescription';
