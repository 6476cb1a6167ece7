/** The time was up. Nothing is known about the effect of what was waited for. */
export class TimeIsUp extends Error {
  override name = 'TimeIsUp';
}

/** Waits so long and no longer. What comes later is ignored. */
export function within<T>(milliseconds: number, awaited: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // When this process was busy itself, the answer may lie there unread: it is read before this is called late.
    const late = () => setImmediate(() => reject(new TimeIsUp(`not answered within ${milliseconds} ms`)));
    const timer = setTimeout(late, milliseconds);
    awaited.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
