// The thread that PGlite runs in, so that a query never holds up the event loop that answers requests.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { DurableFs, durableStartParams } from './durable-fs.ts';
import type { Answer, Call } from './messages.ts';
import { Statements } from './statements.ts';

const port = parentPort;
if (!port) throw new Error('worker.ts runs in a worker thread only');
const { folder } = workerData as { folder: string };

const database = await PGlite.create({
  dataDir: folder,
  fs: new DurableFs(folder),
  startParams: durableStartParams(),
});
const statements = new Statements(database);

async function answer(call: Call): Promise<Answer> {
  try {
    if (call.kind === 'query') {
      return { id: call.id, rows: await statements.query(call.text, call.params) };
    }
    if (call.kind === 'script') await database.exec(call.text);
    if (call.kind === 'close') await database.close();
    return { id: call.id, rows: [] };
  } catch (error) {
    const { code = 'XX000', message } = error as { code?: string; message: string };
    return { id: call.id, error: { code, message } };
  }
}

/** Calls are sent without waiting for the one before. */
let last = Promise.resolve();
port.on('message', (call: Call) => {
  last = last.then(async () => {
    port.postMessage(await answer(call));
    if (call.kind === 'close') port.close();
  });
});
port.postMessage({ id: 0, rows: [] } satisfies Answer);
