import { useEffect, useState } from 'preact/hooks';
import { Refused } from '../../shared/api.ts';
import { drawsOf } from '../../shared/draws.ts';
import type { Draw } from '../../shared/types.ts';
import { askOps } from '../token.ts';
import type { ChallengeSetting, QueueAdmin } from '../types.ts';

const EVERY_MILLISECONDS = 2_000;

interface Shown {
  queue: QueueAdmin | null;
  /** The latest. */
  draw: Draw | null;
  challenge: ChallengeSetting | null;
  missing: boolean;
}

const NOTHING: Shown = { queue: null, draw: null, challenge: null, missing: false };

/** A line as it is now, asked for every two seconds. */
export function useQueue(queueId: string) {
  const [state, setState] = useState(NOTHING);
  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout>;
    setState(NOTHING);
    const look = async () => {
      const path = `/ops/api/queues/${encodeURIComponent(queueId)}`;
      const [found, draws, challenge] = await Promise.all([
        askOps<QueueAdmin>(path).catch((error: Refused) => error),
        drawsOf(queueId).catch(() => null),
        askOps<ChallengeSetting>(`${path}/challenge`).catch(() => null),
      ]);
      if (over) return;
      if (found instanceof Refused) {
        if (found.code === 'NOT_FOUND') setState({ ...NOTHING, challenge, missing: true });
      } else {
        setState((before) => ({
          queue: found,
          draw: draws ? (draws[0] ?? null) : before.draw,
          challenge: challenge ?? before.challenge,
          missing: false,
        }));
      }
      timer = setTimeout(look, EVERY_MILLISECONDS);
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [queueId]);
  return {
    ...state,
    put: (queue: QueueAdmin) => setState({ ...state, queue, missing: false }),
    putChallenge: (challenge: ChallengeSetting) => setState({ ...state, challenge }),
  };
}
