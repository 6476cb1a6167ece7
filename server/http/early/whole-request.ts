/** More than this is hardly read at once. */
const MOST_BYTES = 16_384;
const FIRST_LINE = /^(GET|HEAD|POST|PATCH|DELETE) (\S+) HTTP\/1\.1\r\n/;
/**
 * What may make somebody else see another end of the request than its Content-Length says, or await more than its answer:
 * lines that end or go on in an unusual way, and headers that concern the connection.
 */
const UNUSUAL =
  /(?<!\r)\n|\r(?!\n)|\n[ \t]|\n(?:transfer-encoding|upgrade(?!-insecure-requests:)|expect|connection:(?! ?keep-alive\r))/i;
const LENGTHS = /\ncontent-length.*/gi;
const LENGTH = /:[ \t]*(\d{1,6})[ \t]*$/;

export interface FirstLine {
  method: string;
  url: string;
}

/** Reads the pieces of one connection, on which most requests begin with the same bytes. */
export class WholeRequests {
  #head = NONE;
  #bodyBytes = 0;
  #asked: FirstLine | null = null;

  /**
   * What a piece asks for, if it is exactly one request from its first to its last byte, and in no way unusual; else null.
   * Such a piece begins a request for sure where the one before was such a piece, too.
   */
  read(piece: Buffer): FirstLine | null {
    const { length } = this.#head;
    const known = piece.length === length + this.#bodyBytes && this.#head.compare(piece, 0, length) === 0;
    return known && this.#asked ? this.#asked : this.#readNew(piece);
  }

  #readNew(piece: Buffer): FirstLine | null {
    if (piece.length > MOST_BYTES) return null;
    const text = piece.toString('latin1');
    const end = text.indexOf('\r\n\r\n');
    if (end === -1) return null;
    const head = text.slice(0, end + 2);
    const [, method, url] = FIRST_LINE.exec(head) ?? [];
    if (method === undefined || url === undefined || UNUSUAL.test(head)) return null;
    const bytes = bodyBytes(head);
    if (end + 4 + bytes !== piece.length) return null;
    this.#head = Buffer.from(piece.subarray(0, end + 4));
    this.#bodyBytes = bytes;
    this.#asked = { method, url };
    return this.#asked;
  }
}

const NONE = Buffer.alloc(0);

/** NaN where that is not said in one way only. */
function bodyBytes(head: string): number {
  const lengths = head.match(LENGTHS);
  if (lengths === null) return 0;
  return lengths.length === 1 ? Number(LENGTH.exec(lengths[0].trimEnd())?.[1]) : Number.NaN;
}
