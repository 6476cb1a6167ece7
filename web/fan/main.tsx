import { render } from 'preact';
import { App } from './app.tsx';
import { followPlace } from './place/feed.ts';
import { allowSound, announceTurns } from './place/turn.ts';
import './fan.css';

followPlace();
announceTurns();
// Browsers let a page make sounds only after it has been touched once; after a reload, that is anywhere on it.
addEventListener('pointerdown', allowSound, { once: true });

const root = document.getElementById('app') as HTMLElement;
root.replaceChildren();
render(<App />, root);
