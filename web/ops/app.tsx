import { useEffect } from 'preact/hooks';
import { settings } from '../shared/settings.ts';
import { useStore } from '../shared/store.ts';
import { Charts } from './charts/charts.tsx';
import { CrowdBox } from './crowd/crowd-box.tsx';
import { Incidents } from './incidents/incidents.tsx';
import { live, startSampling } from './metrics/sampler.ts';
import { AuditBox } from './parts/audit.tsx';
import { ChecklistBox } from './parts/checklist.tsx';
import { DeadLettersBox } from './parts/dead-letters.tsx';
import { Header } from './parts/header.tsx';
import { Login } from './parts/login.tsx';
import { QueueBox } from './parts/queue.tsx';
import { Routes } from './parts/routes.tsx';
import { Tiles } from './parts/tiles.tsx';
import { useTexts } from './texts/index.ts';
import { token } from './token.ts';

export function App() {
  const texts = useTexts();
  const open = useStore(token) !== null;
  useEffect(() => {
    document.title = `${texts.title} · jari`;
  }, [texts]);
  return (
    <>
      <Header />
      {open ? <Console /> : <Login />}
    </>
  );
}

function Console() {
  const texts = useTexts();
  useEffect(startSampling, []);
  return (
    <main class="console" id="main">
      <h1 class="unseen">{texts.login.title}</h1>
      <Tiles />
      <Charts />
      <Incidents />
      <div class="columns">
        <div>
          <QueueBox />
          {settings.demonstration && <CrowdBox />}
          <Letters />
        </div>
        <div>
          <ChecklistBox />
          <AuditBox />
          <Routes />
        </div>
      </div>
      <p class="quiet small">{texts.state.one}</p>
    </main>
  );
}

/** Apart, so that the rest isn't drawn with every sample. */
function Letters() {
  const { samples } = useStore(live);
  return <DeadLettersBox count={samples.at(-1)?.deadLetters ?? null} />;
}
