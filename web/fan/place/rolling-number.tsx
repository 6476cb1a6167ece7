import { useEffect, useRef } from 'preact/hooks';
import { number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { useStore } from '../../shared/store.ts';

const MILLISECONDS = 600;

/** A large number that runs to its new value, unless the device asks for less movement. */
export function RollingNumber({ value }: { value: number }) {
  const now = useStore(language);
  const element = useRef<HTMLElement>(null);
  const shown = useRef(value);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const from = shown.current;
    const began = performance.now();
    const calm = matchMedia('(prefers-reduced-motion: reduce)').matches || document.hidden;
    let frame = 0;
    const step = (at: number) => {
      const part = calm ? 1 : Math.min(1, Math.max(0, (at - began) / MILLISECONDS));
      shown.current = Math.round(from + (value - from) * (1 - (1 - part) ** 3));
      target.textContent = number(shown.current, now);
      if (part < 1) frame = requestAnimationFrame(step);
    };
    step(began);
    return () => cancelAnimationFrame(frame);
  }, [value, now]);
  return <strong class="rolling" ref={element} data-value={value} />;
}
