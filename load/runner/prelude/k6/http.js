// The module `k6/http`. A request is described in one JSON text, its body goes beside it; the answer comes back as
// [status, everything else, body].
import { promiseFromHost } from 'jari:async';
import { encodeBody, FileData } from 'jari:body';
import { call, op, state, stringValues } from 'jari:host';
import { Response } from 'jari:response';

let responseCallback;

class HttpUrl {
  constructor(url, name) {
    this.url = url;
    this.name = name;
  }
  toString() {
    return this.url;
  }
}

export function url(strings, ...values) {
  let whole = strings[0];
  let name = strings[0];
  values.forEach((value, index) => {
    whole += String(value) + strings[index + 1];
    name += `\${}${strings[index + 1]}`;
  });
  return new HttpUrl(whole, name);
}

function cookieParams(cookies) {
  const out = {};
  for (const name of Object.keys(cookies)) {
    const cookie = cookies[name];
    const full = cookie !== null && typeof cookie === 'object';
    out[name] = full ? { value: String(cookie.value), replace: Boolean(cookie.replace) } : { value: String(cookie) };
  }
  return out;
}

function expected(callback) {
  if (callback === null) return null;
  if (callback instanceof ExpectedStatuses) return callback.ranges;
  throw new TypeError('unsupported responseCallback: make one with http.expectedStatuses()');
}

function describeParams(params, request) {
  // The host makes the values text: doing it here would cost another object a request.
  if (params.headers) request.headers = params.headers;
  if (params.tags) request.tags = stringValues(params.tags);
  if (params.cookies) request.cookies = cookieParams(params.cookies);
  if (params.timeout !== undefined) request.timeout = params.timeout;
  if (params.redirects !== undefined) request.redirects = Number(params.redirects);
  if (params.auth) request.auth = String(params.auth);
  if (params.responseType) request.responseType = String(params.responseType);
  if (params.compression) request.compression = String(params.compression);
  if (params.jar) request.jar = params.jar.id;
  if (params.responseCallback !== undefined) request.expected = expected(params.responseCallback);
}

/** [JSON for the host, body for the host] */
function describe(method, address, body, params) {
  if (state.inInit) throw new Error('Making http requests in the init context is not supported');
  const request = { method: String(method).toUpperCase(), url: String(address) };
  if (address instanceof HttpUrl) request.name = address.name;
  if (responseCallback !== undefined) request.expected = responseCallback;
  if (params !== undefined && params !== null) describeParams(params, request);
  const encoded = encodeBody(body);
  if (encoded.contentType) request.contentType = encoded.contentType;
  return [JSON.stringify(request), encoded.body];
}

export function request(method, address, body, params) {
  if (typeof address === 'string' && !params && !body && responseCallback === undefined && !state.inInit)
    return new Response(call(op.httpPlain, String(method).toUpperCase(), address), undefined);
  const [json, sent] = describe(method, address, body, params);
  return new Response(call(op.http, json, sent), sent);
}

export const get = (address, params) => request('GET', address, null, params);
export const head = (address, params) => request('HEAD', address, null, params);
export const post = (address, body, params) => request('POST', address, body, params);
export const put = (address, body, params) => request('PUT', address, body, params);
export const patch = (address, body, params) => request('PATCH', address, body, params);
export const del = (address, body, params) => request('DELETE', address, body, params);
export const options = (address, body, params) => request('OPTIONS', address, body, params);

export function asyncRequest(method, address, body, params) {
  try {
    const [json, sent] = describe(method, address, body, params);
    return promiseFromHost(
      (id) => call(op.httpAsync, id, json, sent),
      (answer) => new Response(answer, sent),
    );
  } catch (error) {
    return Promise.reject(error);
  }
}

function describeBatchEntry(entry) {
  if (typeof entry === 'string' || entry instanceof HttpUrl) return describe('GET', entry);
  if (Array.isArray(entry)) return describe(entry[0], entry[1], entry[2], entry[3]);
  if (entry !== null && typeof entry === 'object') return describe(entry.method, entry.url, entry.body, entry.params);
  throw new TypeError(`invalid http.batch() entry: ${entry}`);
}

export function batch(requests) {
  if (requests === null || typeof requests !== 'object') {
    throw new TypeError('invalid http.batch() argument: an array or an object of requests is expected');
  }
  const keys = Object.keys(requests);
  const described = keys.map((key) => describeBatchEntry(requests[key]));
  // The host reads the bodies one by one before it starts, because a host call has few arguments.
  for (const [json, body] of described) call(op.batchAdd, json, body);
  const answers = call(op.batchRun);
  const responses = Array.isArray(requests) ? [] : {};
  keys.forEach((key, index) => {
    responses[key] = new Response(answers[index], described[index][1]);
  });
  return responses;
}

class ExpectedStatuses {
  constructor(ranges) {
    this.ranges = ranges;
  }
}

export function expectedStatuses(...statuses) {
  if (statuses.length === 0) throw new TypeError('no arguments');
  return new ExpectedStatuses(
    statuses.map((status, index) => {
      if (Number.isInteger(status)) return [status, status];
      if (Number.isInteger(status?.min) && Number.isInteger(status?.max)) return [status.min, status.max];
      throw new TypeError(
        `argument number ${index + 1} to expectedStatuses was neither an integer nor an object like {min:100, max:329}`,
      );
    }),
  );
}

export function setResponseCallback(callback) {
  responseCallback = expected(callback);
}

export const file = (data, filename, contentType) => new FileData(data, filename, contentType);

/** The host keeps a jar's cookies as long as the script keeps the jar. */
const jars = new FinalizationRegistry((id) => call(op.jarDrop, id));

export class CookieJar {
  constructor(id = call(op.jarNew)) {
    Object.defineProperty(this, 'id', { value: id });
    if (id !== 0) jars.register(this, id);
  }
  cookiesForURL(address) {
    return JSON.parse(call(op.jarRead, this.id, String(address)));
  }
  set(address, name, value, attributes) {
    return call(op.jarSet, this.id, String(address), JSON.stringify([String(name), String(value), attributes ?? {}]));
  }
  clear(address) {
    call(op.jarDelete, this.id, String(address));
  }
  delete(address, name) {
    call(op.jarDelete, this.id, String(address), String(name));
  }
}

export function cookieJar() {
  if (state.inInit) throw new Error('Getting the cookie jar in the init context is not supported');
  return new CookieJar(0);
}

const constants = { TLS_1_0: 'tls1.0', TLS_1_1: 'tls1.1', TLS_1_2: 'tls1.2', TLS_1_3: 'tls1.3' };
export const { TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 } = constants;
export const [OCSP_STATUS_GOOD, OCSP_STATUS_REVOKED, OCSP_STATUS_UNKNOWN] = ['good', 'revoked', 'unknown'];
const functions = { asyncRequest, batch, cookieJar, CookieJar, del, expectedStatuses, file, get, head, options, patch };
const more = {
  post,
  put,
  request,
  setResponseCallback,
  url,
  OCSP_STATUS_GOOD,
  OCSP_STATUS_REVOKED,
  OCSP_STATUS_UNKNOWN,
};
export default { ...functions, ...more, ...constants };
export { Response };
