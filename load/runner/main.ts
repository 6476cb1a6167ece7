// `npm run load`: runs k6 scripts without k6.
import { runCommand } from './cli/command.ts';
import { processIo } from './run/io.ts';

process.exitCode = await runCommand(process.argv.slice(2), processIo());
// What is still open (a connection that is slow to close) must not hold the process; what was printed must get out.
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
process.exit();
