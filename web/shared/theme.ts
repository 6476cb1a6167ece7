import { remembered } from './remembered.ts';
import { makeStore } from './store.ts';

export type Theme = 'system' | 'light' | 'dark';

export const theme = makeStore<Theme>(remembered.get<Theme>('theme') ?? 'system');

const apply = (now: Theme) => {
  if (now === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = now;
};
apply(theme.get());
theme.follow(apply);

export function chooseTheme(next: Theme): void {
  remembered.set('theme', next);
  theme.set(next);
}

/** Called when colours change, for whatever is painted and not styled. */
export function onColoursChanged(changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  const end = theme.follow(() => requestAnimationFrame(changed));
  return () => {
    system.removeEventListener('change', changed);
    end();
  };
}
