// A release of the past, laid out in a folder of its own so that its processes can run beside ours.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
const LOCK = 'package-lock.json';
const DAY_SECONDS = 86_400;

export interface Release {
  /** Of its commit: when, and what for. */
  title: string;
  folder: string;
  remove(): void;
}

/** The release that is asked for is not in the history that is here. The message says what to do. */
export class NoHistory extends Error {
  override readonly name = 'NoHistory';
}

/** The last tag before this commit; where there is none, the newest commit that is a day older. */
export function lastRelease(): string {
  const tag = git('describe', '--tags', '--abbrev=0', 'HEAD^');
  if (tag) return tag;
  const now = Number(git('log', '-1', '--format=%ct'));
  const older = now && git('log', '--first-parent', '-1', '--format=%h', `--before=${now - DAY_SECONDS}`);
  if (older) return older;
  throw new NoHistory(
    'the git history that is here has no tag and no commit a day older: git fetch --unshallow, or name one with --from',
  );
}

/** With the packages of this checkout where they are the same, else with its own. */
export function layOut(ref: string, say: (line: string) => void): Release {
  const commit = git('rev-parse', '--verify', `${ref}^{commit}`);
  if (!commit) throw new NoHistory(`there is no commit ${ref} in the git history that is here`);
  const folder = mkdtempSync(join(tmpdir(), 'jari-release-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const archive = execFileSync('git', ['archive', commit], { cwd: ROOT, maxBuffer: 2 ** 30 });
    execFileSync('tar', ['-x', '-C', folder], { input: archive });
    if (samePackages(folder)) {
      symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    } else {
      say(`${ref} has other packages: npm ci …`);
      execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
    }
    return { title: git('log', '-1', '--date=short', '--format=%h of %cd, %s', commit), folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

function samePackages(folder: string): boolean {
  const [theirs, ours] = [folder, ROOT].map((root) => join(root, LOCK)) as [string, string];
  return existsSync(theirs) && readFileSync(theirs).equals(readFileSync(ours));
}

/** Empty where git, or the history, has no answer. */
function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
