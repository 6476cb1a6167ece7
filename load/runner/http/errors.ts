// What went wrong with a request, as the numbers and words that k6 documents (javascript-api/error-codes).
export interface RequestFailure {
  readonly message: string;
  readonly code: number;
}

export class RequestTimeout extends Error {}
export class InvalidUrl extends Error {}

const GENERIC = 1000;
const INVALID_URL = 1020;
const TIMEOUT = 1050;
const GENERIC_TLS = 1300;

const byErrno: Readonly<Record<string, RequestFailure>> = {
  ECONNREFUSED: { message: 'dial: connection refused', code: 1212 },
  ETIMEDOUT: { message: 'dial: i/o timeout', code: 1211 },
  EHOSTUNREACH: { message: 'dial: no route to host', code: 1210 },
  ENETUNREACH: { message: 'dial: network is unreachable', code: 1210 },
  EADDRNOTAVAIL: { message: 'dial: no local port is free', code: 1210 },
  EMFILE: { message: 'dial: too many open files; raise the limit with ulimit -n', code: 1210 },
  ECONNRESET: { message: 'connection reset by peer', code: 1220 },
  EPIPE: { message: 'write: broken pipe', code: 1201 },
  ENOTFOUND: { message: 'lookup: no such host', code: 1101 },
  EAI_AGAIN: { message: 'lookup: temporary failure in name resolution', code: 1100 },
  DEPTH_ZERO_SELF_SIGNED_CERT: { message: 'x509: certificate is self-signed', code: 1310 },
  SELF_SIGNED_CERT_IN_CHAIN: { message: 'x509: certificate signed by unknown authority', code: 1310 },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: { message: 'x509: certificate signed by unknown authority', code: 1310 },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { message: 'x509: certificate signed by unknown authority', code: 1310 },
  ERR_TLS_CERT_ALTNAME_INVALID: { message: "x509: certificate doesn't match hostname", code: 1311 },
  UND_ERR_SOCKET: { message: 'the server closed the connection before it answered', code: GENERIC },
};

export function describeFailure(error: unknown): RequestFailure {
  if (error instanceof RequestTimeout) return { message: 'request timeout', code: TIMEOUT };
  if (error instanceof InvalidUrl) return { message: error.message, code: INVALID_URL };
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  const known = byErrno[code];
  if (known) return known;
  if (/^(ERR_SSL|ERR_TLS|CERT_|UNABLE_TO)/.test(code)) return { message: `tls: ${message}`, code: GENERIC_TLS };
  return { message, code: GENERIC };
}
