/**
 * One tab of the browser listens for all: a browser opens only a few connections to one address, and every tab that kept
 * one for itself would leave fewer for buying. When that tab closes, the next takes over. Where there are no locks (plain
 * http on another address), every tab listens for itself.
 */
export function lead(name: string, work: (signal: AbortSignal) => Promise<void>): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  if (navigator.locks) {
    navigator.locks.request(`jari.${name}`, { signal }, () => work(signal)).catch(() => {});
  } else {
    work(signal).catch(() => {});
  }
  return () => ending.abort();
}

/** What one tab hears, all tabs hear. */
export function channel<T>(name: string, heard: (message: T) => void): (message: T) => void {
  if (!('BroadcastChannel' in globalThis)) return () => {};
  const open = new BroadcastChannel(`jari.${name}`);
  open.onmessage = (event: MessageEvent<T>) => heard(event.data);
  return (message) => open.postMessage(message);
}
