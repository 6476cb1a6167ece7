import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { Refused } from './api.ts';

export interface Loaded<T> {
  value: T | null;
  refused: Refused | null;
  /** Asks again; what was there stays until the answer. */
  again: () => void;
}

/** Loads what a component shows, again whenever one of `keys` changes. A later answer never gives way to an earlier one. */
export function useLoaded<T>(load: () => Promise<T>, keys: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{ value: T | null; refused: Refused | null }>({ value: null, refused: null });
  const latest = useRef(0);
  // The caller says what the load depends on
  const again = useCallback(() => {
    const mine = ++latest.current;
    load().then(
      (value) => mine === latest.current && setState({ value, refused: null }),
      (error) =>
        mine === latest.current &&
        setState((before) => ({ ...before, refused: error instanceof Refused ? error : new Refused({}, 0) })),
    );
  }, keys);
  useEffect(() => {
    again();
    return () => void latest.current++;
  }, [again]);
  return { ...state, again };
}
