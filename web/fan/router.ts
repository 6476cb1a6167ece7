import { makeStore } from '../shared/store.ts';

export type Route =
  | { page: 'concerts' }
  | { page: 'concert'; concertId: number }
  | { page: 'door'; concertId: number; concertScheduleId: number }
  | { page: 'tickets'; reservationId: string | null }
  | { page: 'me' };

/** Where the fan is. The service answers each of these paths with the same page. */
export const route = makeStore<Route>(parse(location.pathname));

export const paths = {
  concerts: '/',
  concert: (concertId: number) => `/concerts/${concertId}`,
  door: (concertId: number, concertScheduleId: number) => `/concerts/${concertId}/${concertScheduleId}`,
  tickets: '/tickets',
  ticket: (reservationId: string) => `/tickets/${reservationId}`,
  me: '/me',
};

function parse(path: string): Route {
  const [first, second, third] = path.split('/').filter((part) => part !== '');
  if (first === 'tickets') return { page: 'tickets', reservationId: second ?? null };
  if (first === 'me') return { page: 'me' };
  const [concertId, concertScheduleId] = [Number(second), Number(third)];
  if (first === 'concerts' && concertId > 0) {
    return concertScheduleId > 0 ? { page: 'door', concertId, concertScheduleId } : { page: 'concert', concertId };
  }
  return { page: 'concerts' };
}

export function go(path: string): void {
  if (path === location.pathname) return;
  history.pushState(null, '', path);
  arrive();
  scrollTo(0, 0);
}

/** Focus goes to the new page's heading, as it would with a page of its own. */
function arrive(): void {
  route.set(parse(location.pathname));
  requestAnimationFrame(() => document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true }));
}

addEventListener('popstate', arrive);
