let next: Promise<void> | undefined;

/** Resolves when the event loop has come round once, having served sockets and timers. Whoever asks shares the turn. */
export function nextTurn(): Promise<void> {
  next ??= new Promise((resolve) => {
    setImmediate(() => {
      next = undefined;
      resolve();
    });
  });
  return next;
}
