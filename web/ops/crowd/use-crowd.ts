import { useEffect, useRef, useState } from 'preact/hooks';
import { randomId } from '../../shared/random.ts';
import { remembered } from '../../shared/remembered.ts';
import type { CrowdCommand, CrowdReport } from './messages.ts';

interface Run {
  run: string;
  people: number;
}

const KEY = 'crowd';

/** A made-up crowd in a worker. One that an earlier visit left in the line is remembered, so that it can be sent home. */
export function useCrowd() {
  const worker = useRef<Worker | null>(null);
  const [run, setRun] = useState<Run | null>(remembered.get<Run>(KEY));
  const [report, setReport] = useState<CrowdReport | null>(null);
  const [leaving, setLeaving] = useState(false);

  useEffect(() => () => worker.current?.terminate(), []);

  const tell = (command: CrowdCommand) => {
    worker.current ??= makeWorker((told) => {
      setReport(told);
      if (!told.over) return;
      remembered.set(KEY, null);
      setRun(null);
      setLeaving(false);
    });
    worker.current.postMessage(command);
  };

  return {
    run,
    report,
    leaving,
    enter(people: number, staySeconds: number) {
      const next = { run: randomId(5), people };
      remembered.set(KEY, next);
      setRun(next);
      setReport(null);
      tell({ do: 'enter', ...next, staySeconds });
    },
    goHome() {
      if (!run) return;
      setLeaving(true);
      tell({ do: 'goHome', ...run });
    },
  };
}

function makeWorker(heard: (report: CrowdReport) => void): Worker {
  const made = new Worker(new URL('./crowd.worker.ts', import.meta.url), { type: 'module' });
  made.onmessage = (event: MessageEvent<CrowdReport>) => heard(event.data);
  return made;
}
