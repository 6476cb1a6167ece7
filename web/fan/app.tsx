import { useEffect, useState } from 'preact/hooks';
import { language } from '../shared/language.ts';
import { useStore } from '../shared/store.ts';
import { ConcertPage } from './concerts/concert-page.tsx';
import { ConcertsPage } from './concerts/concerts-page.tsx';
import { fan } from './identity.ts';
import { MePage } from './me/me-page.tsx';
import { DoorPage } from './place/door-page.tsx';
import { type Route, route } from './router.ts';
import { Footer } from './shell/footer.tsx';
import { Header } from './shell/header.tsx';
import { Notices } from './shell/notice.tsx';
import { useTabTitle } from './shell/title.ts';
import { useTexts } from './texts/index.ts';
import { TicketsPage } from './tickets/tickets-page.tsx';

export function App() {
  const here = useStore(route);
  const me = useStore(fan);
  useStore(language);
  useTabTitle();
  return (
    <>
      <Header />
      <OfflineLine />
      {me === null && here.page !== 'concerts' && here.page !== 'concert' ? <LoginNeeded /> : <Page here={here} />}
      {here.page !== 'door' && <Footer />}
      <Notices />
    </>
  );
}

function Page({ here }: { here: Route }) {
  switch (here.page) {
    case 'concerts':
      return <ConcertsPage />;
    case 'concert':
      return <ConcertPage key={here.concertId} concertId={here.concertId} />;
    case 'door':
      return <DoorPage key={here.concertScheduleId} {...here} />;
    case 'tickets':
      return <TicketsPage reservationId={here.reservationId} />;
    case 'me':
      return <MePage />;
  }
}

/** The seller's login is needed, and how it comes here. */
function LoginNeeded() {
  const { me } = useTexts();
  return (
    <main class="page narrow" id="main">
      <h1 tabIndex={-1}>{me.loginTitle}</h1>
      <p class="lead">{me.loginText}</p>
    </main>
  );
}

function OfflineLine() {
  const { app } = useTexts();
  const [offline, setOffline] = useState(!navigator.onLine);
  useEffect(() => {
    const look = () => setOffline(!navigator.onLine);
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  return (
    <div role="status" aria-live="polite">
      {offline && <p class="offline">{app.offline}</p>}
    </div>
  );
}
