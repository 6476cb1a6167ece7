// Which requests of a script are about which call of the service: by the name that the script gives them, or their URL.
import type { ClientSecond, RouteSecond } from '../../runner/run/series.ts';

export type Api = 'token' | 'reservation';

const IS: Readonly<Record<Api, (route: RouteSecond) => boolean>> = {
  token: ({ name, method }) => name === 'token' || (method === 'POST' && /\/api\/v1\/token\/create$/.test(name)),
  reservation: ({ name, method }) =>
    /^(reservation|hold|pay)$/.test(name) ||
    (method === 'POST' && /\/api\/v1\/reservation(\/hold|\/[^/]+\/pay)?(\?.*)?$/.test(name)),
};

export const routesOf = (api: Api, seconds: readonly ClientSecond[]): RouteSecond[] =>
  seconds.flatMap(({ routes }) => routes.filter(IS[api]));
