/** What this browser remembers. A browser that forbids it forgets at once, and the pages go on. */
export const remembered = {
  get<T>(key: string): T | null {
    try {
      const text = localStorage.getItem(`jari.${key}`);
      return text === null ? null : (JSON.parse(text) as T);
    } catch {
      return null;
    }
  },
  set(key: string, value: unknown): void {
    try {
      if (value === null) localStorage.removeItem(`jari.${key}`);
      else localStorage.setItem(`jari.${key}`, JSON.stringify(value));
    } catch {
      // Full, or forbidden.
    }
  },
  /** Another tab changed it. */
  follow(key: string, changed: () => void): void {
    addEventListener('storage', (event) => {
      if (event.key === `jari.${key}` || event.key === null) changed();
    });
  },
};
