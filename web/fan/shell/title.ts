import { useEffect } from 'preact/hooks';
import { number } from '../../shared/format.ts';
import { language } from '../../shared/language.ts';
import { makeStore, useStore } from '../../shared/store.ts';
import { isToBeDrawn, place } from '../place/place.ts';
import { route } from '../router.ts';
import { useTexts } from '../texts/index.ts';

const pageTitle = makeStore('자리 · jari');

/** What the page is called in the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => pageTitle.set(title), [title]);
}

/** Keeps the tab's title: wherever the fan is, it says where they are in the line, and when it is their turn. */
export function useTabTitle(): void {
  const texts = useTexts();
  const now = useStore(language);
  const title = useStore(pageTitle);
  const mine = useStore(place);
  const atDoor = useStore(route).page === 'door';
  useEffect(() => {
    if (mine?.status === 'ACTIVE' && !(atDoor && document.hasFocus())) document.title = texts.turn.tab;
    else if (mine?.status === 'WAITING' && isToBeDrawn(mine)) document.title = texts.line.tabDrawn;
    else if (mine?.status === 'WAITING') document.title = texts.line.tab(number(mine.position, now));
    else document.title = `${title} · ${texts.app.name}`;
  }, [title, mine, atDoor, texts, now]);
}
