/** What may be refused early, each with its route. */
export const OPERATIONS = {
  enter: { method: 'POST', route: '/api/v1/token/create', canWait: true },
  status: { method: 'GET', route: '/api/v1/token', canWait: true },
  // Of those who are inside: they come before those who wait.
  reserve: { method: 'POST', route: '/api/v1/reservation', canWait: false },
  hold: { method: 'POST', route: '/api/v1/reservation/hold', canWait: false },
  pay: { method: 'POST', route: '/api/v1/reservation/:reservationId/pay', canWait: false },
  charge: { method: 'POST', route: '/api/v1/wallet/:userId/charge', canWait: false },
} as const;

export type Operation = keyof typeof OPERATIONS;

const { enter, status, reserve, hold } = OPERATIONS;

/**
 * What a request asks for, by its first line; null for everything else. A path that is written in another way than the
 * contract's is not known here, and finds its route all the same. On the path of every request.
 */
export function operationOf(method: string | undefined, url = ''): Operation | null {
  if (method === 'POST') {
    if (url === enter.route) return 'enter';
    if (url === reserve.route) return 'reserve';
    if (url === hold.route) return 'hold';
    if (url.endsWith('/pay') && url.startsWith('/api/v1/reservation/')) return 'pay';
    if (url.endsWith('/charge') && url.startsWith('/api/v1/wallet/')) return 'charge';
    return null;
  }
  return method === 'GET' && (url === status.route || url.startsWith(`${status.route}?`)) ? 'status' : null;
}
