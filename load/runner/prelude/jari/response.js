// The Response a script gets. The fields nearly every script reads are made at once; headers, cookies and the request
// stay one JSON text until one of them is read.
import { unsupported } from 'jari:host';
import { selectJson } from 'jari:json-path';

const lazyFields = [
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

/** Fills the lazy fields of a response in; set by the class, which alone can see what they are packed in. */
let unpack;

export class Response {
  #details;
  #requestBody;
  static {
    unpack = (response) => {
      const details = JSON.parse(response.#details);
      details.request.body = typeof response.#requestBody === 'string' ? response.#requestBody : '';
      for (const name of lazyFields)
        Object.defineProperty(response, name, { value: details[name], writable: true, enumerable: true });
      return details;
    };
  }

  constructor(answer, requestBody) {
    const core = JSON.parse(answer[0]);
    this.status = core[0];
    this.status_text = core[1];
    this.url = core[2];
    this.error = core[3];
    this.error_code = core[4];
    this.proto = core[5];
    this.timings = {
      duration: core[12],
      blocked: core[6],
      looking_up: 0,
      connecting: core[7],
      tls_handshaking: core[8],
      sending: core[9],
      waiting: core[10],
      receiving: core[11],
    };
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
