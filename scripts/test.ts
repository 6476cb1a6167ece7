// `npm test`: lint, types and arrows, then every test. The last line counts: `N passed, N failed, N skipped`.
// Arguments go to Vitest, to run some of the tests: npm test -- test/queue. Without any, the long ones are left out:
// `npm run test:long` has those.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  numFailedTestSuites: number;
}

/** Faults that last, crowds that press on, the full size killed: minutes beyond the ten that everything may take. */
const LONG = [
  'test/faults/**',
  'test/overload/**',
  'test/fuzz/**',
  'test/abuse/{many-connections,limits,rotation}*',
  'test/crash/full*',
  'test/events/kafka-broker*',
  'test/queue/redis-cluster-trouble*',
];

const root = join(import.meta.dirname, '..');
const chosen = process.argv.slice(2);
const scratch = mkdtempSync(join(tmpdir(), 'jari-test-'));
const reportFile = join(scratch, 'report.json');

const run = (args: string[]) => spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status ?? 1;

const lintStatus = chosen.length > 0 ? 0 : run(['scripts/lint.ts']);
const flags = ['--experimental-wasm-jspi', '--disable-warning=ExperimentalWarning'];
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
const which = chosen.length > 0 ? chosen : LONG.map((files) => `--exclude=${files}`);
const testStatus = run([...flags, 'node_modules/vitest/vitest.mjs', 'run', ...reporters, ...which]);

const counts = count(reportFile);
rmSync(scratch, { recursive: true, force: true });
const failed = counts.failed + (lintStatus === 0 ? 0 : 1);
console.log(`${counts.passed} passed, ${failed} failed, ${counts.skipped} skipped`);
process.exitCode = lintStatus === 0 && testStatus === 0 && failed === 0 ? 0 : 1;

function count(file: string): { passed: number; failed: number; skipped: number } {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
    // A file that can't be loaded has no tests to fail, so it is counted by itself.
    const failedTests = Math.max(report.numFailedTests, report.numFailedTestSuites > 0 ? 1 : 0);
    return {
      passed: report.numPassedTests,
      failed: failedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
