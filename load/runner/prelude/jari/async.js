// Requests that a script started without waiting for them (http.asyncRequest).
const waiting = new Map();
let lastId = 0;

/** `start(id)` tells the host; `finish(a, b, c)` turns the host's answer into the promise's value. */
export function promiseFromHost(start, finish) {
  const id = ++lastId;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject, finish });
    start(id);
  });
}

export function settleAsync(id, failure, status, details, body) {
  const request = waiting.get(id);
  if (!request) return;
  waiting.delete(id);
  if (failure) request.reject(new Error(failure));
  else request.resolve(request.finish([status, details, body]));
}

export function forgetAsync() {
  waiting.clear();
}
