// `npm run audit`: what is known against the packages in use. Exit 1 when something is, 0 when nothing is; a registry that
// doesn't answer such questions is said loudly, and exits 0, since nothing was found out.
import { spawnSync } from 'node:child_process';

interface Report {
  metadata?: { vulnerabilities?: Record<string, number> };
  message?: string;
  error?: { summary?: string };
}

const { stdout, stderr } = spawnSync('npm', ['audit', '--json', ...process.argv.slice(2)], {
  encoding: 'utf8',
  timeout: 120_000,
});
const report = parsed(stdout);
const found = report?.metadata?.vulnerabilities;
if (!found) {
  const why = report?.message ?? report?.error?.summary ?? stderr.trim().split('\n').at(-1);
  console.error(`!! SKIPPED: the registry does not say what is known against packages. ${why}`);
} else if (found.total === 0) {
  console.log('nothing is known against the packages in use');
} else {
  console.error(`known against the packages in use: ${JSON.stringify(found)}. See npm audit.`);
  process.exitCode = 1;
}

function parsed(text: string): Report | null {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return null;
  }
}
