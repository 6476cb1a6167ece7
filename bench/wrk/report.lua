-- Prints what a run measured as one line of JSON; times in milliseconds. Loaded by the scripts beside it.
function done(summary, latency, requests)
  local seconds = summary.duration / 1e6
  io.write(string.format(
    'JSON{"perSecond":%.1f,"requests":%d,"refused":%d,"broken":%d,"p50":%.3f,"p95":%.3f,"p99":%.3f}\n',
    summary.requests / seconds, summary.requests, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3))
end
JSON_BODY = { ["Content-Type"] = "application/json" }
