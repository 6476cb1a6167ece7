import { render } from 'preact';
import { App } from './app.tsx';
import './ops.css';

render(<App />, document.getElementById('app') as HTMLElement);
