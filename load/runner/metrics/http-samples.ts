// A request's samples and tags, named as k6 names them.
import type { Hop } from '../http/client.ts';
import type { ClientSeries } from '../run/series.ts';
import type { BuiltinName } from './builtin.ts';
import type { Metric, Tags } from './metric.ts';

const defaultExpected: readonly (readonly [number, number])[] = [[200, 399]];

export function sendHop(
  metrics: Readonly<Record<BuiltinName, Metric>>,
  hop: Hop,
  baseTags: Tags,
  systemTags: ReadonlySet<string>,
  series: ClientSeries | undefined,
): void {
  const ranges = hop.description.expected === undefined ? defaultExpected : hop.description.expected;
  const expected = ranges?.some(([from, to]) => hop.status >= from && hop.status <= to);
  const tags: Tags = { ...baseTags, ...requestTags(hop, expected, systemTags), ...hop.description.tags };
  const { timings } = hop;
  metrics.http_reqs.add(1, tags);
  metrics.http_req_duration.add(timings.duration, tags);
  metrics.http_req_blocked.add(timings.blocked, tags);
  metrics.http_req_connecting.add(timings.connecting, tags);
  metrics.http_req_tls_handshaking.add(timings.tlsHandshaking, tags);
  metrics.http_req_sending.add(timings.sending, tags);
  metrics.http_req_waiting.add(timings.waiting, tags);
  metrics.http_req_receiving.add(timings.receiving, tags);
  if (expected !== undefined) metrics.http_req_failed.add(expected ? 0 : 1, tags);
  series?.add({
    name: nameOf(hop),
    method: hop.request.method,
    status: hop.status,
    failed: expected === false,
    durationMs: timings.duration,
    step: tags.step,
  });
}

const nameOf = ({ description, request }: Hop) => description.name ?? description.tags?.name ?? request.target.href;

function requestTags(hop: Hop, expected: boolean | undefined, system: ReadonlySet<string>): Tags {
  const tags: Record<string, string> = {};
  const url = nameOf(hop);
  if (system.has('method')) tags.method = hop.request.method;
  if (system.has('url')) tags.url = url;
  if (system.has('name')) tags.name = url;
  if (system.has('status')) tags.status = String(hop.status);
  if (system.has('proto') && hop.status > 0) tags.proto = 'HTTP/1.1';
  if (system.has('tls_version') && hop.peer.tlsVersion !== '') tags.tls_version = hop.peer.tlsVersion;
  if (system.has('ip') && hop.peer.ip !== '') tags.ip = hop.peer.ip;
  if (expected !== undefined && system.has('expected_response')) tags.expected_response = String(expected);
  const code = hop.failure?.code ?? (hop.status >= 400 ? 1000 + hop.status : 0);
  if (code !== 0 && system.has('error_code')) tags.error_code = String(code);
  if (hop.failure && system.has('error')) tags.error = hop.failure.message;
  return tags;
}
