import { useEffect, useState } from 'preact/hooks';
import { ask } from '../../shared/api.ts';
import { jittered } from '../../shared/random.ts';
import type { QueueOverview } from '../../shared/types.ts';

const EVERY_MILLISECONDS = 4_000;

/** The public page of a line, for as long as it is looked at. Null until it is known. */
export function useOverview(queueId = 'main'): QueueOverview | null {
  const [overview, setOverview] = useState<QueueOverview | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let over = false;
    const look = async () => {
      if (!document.hidden) {
        const found = await ask<QueueOverview>(`/api/v1/queue/${queueId}`).catch(() => null);
        if (found && !over) setOverview(found);
      }
      if (!over) timer = setTimeout(look, jittered(EVERY_MILLISECONDS));
    };
    void look();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [queueId]);
  return overview;
}
