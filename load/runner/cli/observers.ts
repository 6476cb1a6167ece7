// Who watches the run: the hook for what the command line asks for beyond the run itself.
import { ReportObserver, watchesRun } from '../../report/observer.ts';
import type { Io } from '../run/io.ts';
import type { RunObserver } from '../run/observer.ts';
import type { RunRequest } from '../run/request.ts';

export const observersOf = (request: RunRequest, io: Io): readonly RunObserver[] =>
  watchesRun(request) ? [new ReportObserver(request, io)] : [];
