// Runs a script of this project on the Node that package.json pins, installing the dependencies first when
// they are missing or older than the lock file. Plain JavaScript on purpose: it must start on Node 20 with nothing
// installed. Usage: node scripts/run.mjs [node flags] FILE [arguments]
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { areBuilt } from './pages/stamp.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const pinned = join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node');
const stamp = join(root, 'node_modules/.jari-lock');
const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');

const STARTS_THE_SERVICE = /\b(server\/main|scripts\/start-full)\.ts\b/;

const installed = () => existsSync(pinned) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;

function install() {
  console.error('jari: setting up (npm ci, about 20 seconds the first time) …');
  const npm = process.env.npm_execpath ? [process.execPath, [process.env.npm_execpath]] : ['npm', []];
  const args = [...npm[1], 'ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const done = spawnSync(npm[0], args, { cwd: root, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (done.status !== 0 || !existsSync(pinned)) {
    console.error(
      'jari: npm ci did not finish. Check the lines above and the network, then run the same command again.',
    );
    process.exit(done.status || 1);
  }
  writeFileSync(stamp, lock);
}

/** One process at a time: two installations at once delete each other's files. The others wait, and find it done. */
function installOnce() {
  const turn = join(root, '.jari/installing');
  while (!installed()) {
    mkdirSync(dirname(turn), { recursive: true });
    try {
      writeFileSync(turn, String(process.pid), { flag: 'wx' });
    } catch {
      if (isDead(turn)) rmSync(turn, { force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
      continue;
    }
    process.once('exit', () => rmSync(turn, { force: true }));
    if (!installed()) install();
    rmSync(turn, { force: true });
  }
}

/** Whether the process that took its turn is gone without giving it back. */
function isDead(turn) {
  try {
    process.kill(Number(readFileSync(turn, 'utf8')), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** The service is worth starting without its pages: when they can't be built, it says so and the API goes on. */
function buildPages() {
  console.error('jari: building the pages (a few seconds, only after web/ changed) …');
  const done = spawnSync(pinned, [join(root, 'scripts/pages/build.ts')], { cwd: root, stdio: ['ignore', 2, 2] });
  if (done.status !== 0) console.error('jari: the pages could not be built, see above. The API starts without them.');
}

installOnce();
if (STARTS_THE_SERVICE.test(process.argv.slice(2).join(' ')) && !areBuilt(root)) buildPages();

// Types are stripped and modules compiled once, not at each of many starts.
const env = { NODE_COMPILE_CACHE: join(root, '.jari/compiled'), ...process.env };
const child = spawn(pinned, process.argv.slice(2), { cwd: root, stdio: 'inherit', env });
// npm and terminals signal the whole group or just us: pass it on, and let the child decide when it is done.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1)));
