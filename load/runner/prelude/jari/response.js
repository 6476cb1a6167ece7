// The Response a script gets. Status and body are made at once; everything else stays one JSON text until some of it is
// read, because most requests of a load test are only asked for their status.
import { unsupported } from 'jari:host';
import { selectJson } from 'jari:json-path';

const lazyFields = [
  'status_text',
  'url',
  'error',
  'error_code',
  'proto',
  'timings',
  'headers',
  'cookies',
  'request',
  'remote_ip',
  'remote_port',
  'tls_version',
  'tls_cipher_suite',
  'ocsp',
];

const lineAndColumn = (text, position) => {
  const before = text.slice(0, position).split('\n');
  return `line ${before.length}, character ${before.at(-1).length}`;
};

const noOcsp = {
  produced_at: 0,
  this_update: 0,
  next_update: 0,
  revoked_at: 0,
  revocation_reason: '',
  status: 'unknown',
};

/** Fills the lazy fields of a response in; set by the class, which alone can see what they are packed in. */
let unpack;

export class Response {
  #details;
  #requestBody;
  static {
    unpack = (response) => {
      const details = JSON.parse(response.#details);
      details.request.body = typeof response.#requestBody === 'string' ? response.#requestBody : '';
      details.ocsp = { ...noOcsp };
      for (const name of lazyFields)
        Object.defineProperty(response, name, { value: details[name], writable: true, enumerable: true });
      return details;
    };
  }

  constructor(answer, requestBody) {
    this.status = answer[0];
    this.body = answer[2];
    this.#details = answer[1];
    this.#requestBody = requestBody;
  }

  json(selector) {
    if (this.body === null || this.body === undefined) {
      throw new Error(
        "the body is null so we can't transform it to JSON - this likely was because of a request error getting the response",
      );
    }
    const text = typeof this.body === 'string' ? this.body : textOf(this.body);
    let value;
    try {
      value = JSON.parse(text);
    } catch (error) {
      const position = Number(/position (\d+)/.exec(error.message)?.[1]);
      const where = Number.isNaN(position) ? '' : ` at ${lineAndColumn(text, position)}`;
      throw new Error(`cannot parse json due to an error${where}, error: ${error.message}`);
    }
    return selector === undefined ? value : selectJson(value, String(selector));
  }

  html() {
    unsupported('Response.html() and k6/html: parse the body with a regular expression or findBetween() of k6-utils');
  }
  submitForm() {
    unsupported('Response.submitForm(): send the form with http.post(url, { field: value })');
  }
  clickLink() {
    unsupported('Response.clickLink(): request the link with http.get(url)');
  }

  toJSON() {
    const { status, status_text, url, error, error_code, proto, timings, body, headers, cookies, request } = this;
    const { remote_ip, remote_port, tls_version, tls_cipher_suite, ocsp } = this;
    const about = { remote_ip, remote_port, url, status, status_text, proto, headers, cookies };
    return { ...about, body, timings, tls_version, tls_cipher_suite, ocsp, error, error_code, request };
  }
}

function textOf(buffer) {
  const bytes = new Uint8Array(buffer);
  let out = '';
  for (let at = 0; at < bytes.length; at += 4096) out += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return decodeURIComponent(escape(out));
}

for (const field of lazyFields) {
  Object.defineProperty(Response.prototype, field, {
    get() {
      return unpack(this)[field];
    },
    set(value) {
      unpack(this);
      this[field] = value;
    },
  });
}
