// The crowd lives in a worker: its thousands of requests don't keep the console from drawing, and its clocks keep time in a
// tab that nobody looks at.
import { Crowd, sendHome, userIdsOf } from './crowd.ts';
import type { CrowdCommand, CrowdReport } from './messages.ts';
import { Shop } from './shop.ts';

const REPORT_EVERY_MILLISECONDS = 250;
const scope = globalThis as unknown as {
  onmessage: (event: MessageEvent<CrowdCommand>) => void;
  postMessage: (report: CrowdReport) => void;
};
let crowd: Crowd | null = null;

scope.onmessage = ({ data }) => void (data.do === 'enter' ? enter(data) : goHome(data));

async function enter({ run, people, staySeconds }: CrowdCommand & { do: 'enter' }): Promise<void> {
  const shop = new Shop();
  const mine = new Crowd(run, people, staySeconds, shop);
  crowd = mine;
  // Over is said once, at the very end: the page may send the next crowd in as soon as it hears it, and a later word about
  // this one would be taken for the next one's.
  const reporting = setInterval(() => scope.postMessage({ ...mine.report(), over: false }), REPORT_EVERY_MILLISECONDS);
  // The line fills at once; what there is to buy is looked up meanwhile.
  await Promise.all([shop.open().catch(() => {}), mine.live()]);
  clearInterval(reporting);
  scope.postMessage({ ...mine.report(), over: true });
  if (crowd === mine) crowd = null;
}

async function goHome({ run, people }: CrowdCommand & { do: 'goHome' }): Promise<void> {
  if (crowd) return crowd.goHome();
  await sendHome(userIdsOf(run, people));
  scope.postMessage({ waiting: 0, inside: 0, bought: 0, gone: people, failed: 0, over: true });
}
