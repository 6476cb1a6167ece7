import type { Blocker } from '../../evidence.ts';
import { signText } from './en-signs.ts';
import { type Facts, figure, number, text, type Words } from './words.ts';

export const KINDS: Words['kinds'] = {
  TOKEN_STORM: 'Token storm',
  RESERVATION_BOTTLENECK: 'Reservation bottleneck',
  EVENTS_STALLED: 'Events stalled',
  SCHEDULER_STALLED: 'Scheduler stalled',
  CONSUMER_FAILING: 'Consumer failing',
};

const blockerText = ({ application, pid, state, transactionSeconds, tables, keepsWaiting }: Blocker) =>
  [
    `session ${pid} of "${application}", ${state} for ${figure(transactionSeconds)} s`,
    ...(tables.length > 0 ? [`with locks in ${tables.join(', ')}`] : []),
    ...(keepsWaiting > 0 ? [`keeping ${keepsWaiting} others waiting`] : []),
  ].join(', ');

/** By subject and code. */
const ENTRIES: Record<string, (facts: Facts) => string> = {
  'incident OPENED': () => 'Incident opened',
  'incident CLOSED': () => 'All well again and everything taken back: incident closed',
  'incident EDITED': () => 'An operator edited the improvements',
  'bypass ON': () => 'New arrivals go straight to the line, without the active check',
  'bypass OFF': () => 'Free slots are given at the door again',
  'shed ON': (f) => `Refusing what is above ${number(f, 'limit')} token requests at a time, with Retry-After`,
  'shed OFF': (f) => `Nobody is refused any more (${number(f, 'refused')} were, by this process)`,
  'cap LOWERED': (f) =>
    `Cap of "${text(f, 'queueId')}" lowered from ${number(f, 'from')} to ${number(f, 'to')}; nobody inside is sent out`,
  'cap RAISED': (f) => `Cap of "${text(f, 'queueId')}" raised from ${number(f, 'from')} to ${number(f, 'to')}`,
  'cap RESTORED': (f) => `Cap of "${text(f, 'queueId')}" is the operator's own again: ${number(f, 'to')}`,
  'cap LEFT': (f) => `Somebody set the cap of "${text(f, 'queueId')}" to ${number(f, 'cap')}: left as it is`,
  'batches ON': (f) => `At most ${number(f, 'mostItems')} reservations share a transaction`,
  'batches OFF': () => 'Reservations share transactions as usual again',
  'consumers ON': () => 'Consumers of events rest; events are kept',
  'consumers OFF': () => 'Consumers of events go on',
  'relay ON': () => 'The relay tries once a second instead of after each commit',
  'relay OFF': () => 'The relay follows each commit again',
  'rescue ON': (f) => `Jobs that no scheduler runs are run here: ${list(f.jobs)}`,
  'rescue OFF': (f) => `A scheduler runs again (run here meanwhile: ${runs(f.runs)})`,
  'isolate ON': (f) => `Events go one at a time to ${list(f.consumers)}, so that a bad one holds up no others`,
  'isolate OFF': () => 'Consumers take their usual batches again',
  'breaker ON': () => 'Redis is not waited for: who needs it hears so at once',
  'breaker OFF': () => 'Redis answers again',
  'aside ON': () => 'Requests that need locked rows wait aside; all others go on',
  'aside OFF': () => 'Nobody waits aside any more',
  'blockers FOUND': (f) => `Who holds the locks: ${(f.blockers as Blocker[]).map(blockerText).join('; ')}`,
  'stacks FOUND': (f) =>
    `Unforeseen errors: ${(f.groups as { where: string; count: number }[]).map(({ where, count }) => `${where} (${count})`).join('; ')}`,
  'letters REPLAYED': (f) =>
    `An operator replayed ${number(f, 'count')} dead letters (${number(f, 'before')} waited before, ${number(f, 'after')} after)`,
  'letters RECONCILED': (f) =>
    `Of the replayed events ${number(f, 'applied')} are applied, ${number(f, 'failed')} failed again, ${number(f, 'underWay')} are under way`,
  'compensation WALLET_CREDIT': (f) =>
    `${number(f, 'users')} users were credited ${number(f, 'amount').toLocaleString('en')} won each`,
  'compensation PRIORITY_REENTRY': (f) =>
    `${number(f, 'users')} users were promised the front of the line "${text(f, 'queueId')}"`,
};

const list = (value: unknown) => (Array.isArray(value) ? value.join(', ') : '');
const runs = (value: unknown) =>
  Object.entries((value ?? {}) as Record<string, number>)
    .map(([job, times]) => `${job} ${times}×`)
    .join(', ') || '-';

const REASONS: Record<string, string> = {
  bypass: 'Deciding who is active at the door is most of the work of entering; a storm needs none of it',
  shed: 'Answering some in time beats answering all too late; who is refused loses no place',
  cap: 'Fewer inside ask less of a slow database, so those inside get through',
  batches: 'Short transactions hold locks for less time',
  consumers: 'What can wait leaves the database to those who buy',
  breaker: 'An answer in 50 ms that says "try again" is worth more than a timeout',
  aside: 'Requests share transactions; one locked row must not fail all that come with it',
  relay: 'Trying more often doesn’t bring the broker back sooner',
  rescue: 'Slots and holds must end, and the line must move, whoever does it',
  isolate: 'One bad event must not hold up the good ones',
};

export const entryText: Words['entry'] = ({ subject, code, facts }) => {
  if (subject.startsWith('kind:')) {
    const kind = KINDS[text(facts, 'kind') as keyof typeof KINDS] ?? subject;
    return code === 'NOTICED' ? `Noticed: ${kind}` : `Over: ${kind}`;
  }
  if (subject.startsWith('sign:')) return `Sign: ${signText(facts)}`;
  if (code === 'FAILED') return `The response "${subject}" could not be made`;
  return ENTRIES[`${subject.split(':')[0]} ${code}`]?.(facts) ?? `${subject} ${code}`;
};

export const reasonText: Words['reason'] = ({ subject, code }) => {
  const reason = REASONS[subject.split(':')[0] as string];
  if (reason === undefined || code === 'FAILED') return null;
  if (code === 'LEFT') return "An operator's decision stands";
  return code === 'ON' || code === 'LOWERED' ? reason : 'No sign of it for five seconds';
};
