// The command line: arguments in, exit code out.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type ExitCode, exitCode, RunFailure, usageError } from '../exit-codes.ts';
import { record } from '../options/kinds.ts';
import type { RawOptions } from '../options/layers.ts';
import type { Io } from '../run/io.ts';
import type { StartedService } from '../run/observer.ts';
import type { RunRequest } from '../run/request.ts';
import { runTest } from '../run/run.ts';
import { withFreshService } from '../service/fresh-service.ts';
import { compareFiles } from './compare.ts';
import { type Flags, langOf, parseFlags, processesOf, sizeOf, summaryModeOf, usage } from './flags.ts';
import { observersOf } from './observers.ts';
import { listScenarios, scriptUrl } from './scenarios.ts';

export async function runCommand(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    const flags = parseFlags(argv);
    if (flags.help) {
      io.stdout(usage());
      return exitCode.ok;
    }
    // `run` may be written, as it is with k6.
    const [name, ...others] = flags.positionals[0] === 'run' ? flags.positionals.slice(1) : flags.positionals;
    if (name === undefined) {
      io.stdout(listScenarios());
      return exitCode.ok;
    }
    if (name === 'compare') {
      io.stdout(compareFiles(others, langOf(flags.lang), io.cwd));
      return exitCode.ok;
    }
    if (others.length > 0) throw usageError(`one script at a time, please: what is "${others.join(' ')}"?`);
    const size = sizeOf(flags.with);
    const request = requestOf(name, flags, io);
    if (size === undefined) return await runRequest(request, io);
    if (flags.env.BASE_URL !== undefined) throw usageError('--with starts a service of its own: leave out -e BASE_URL');
    return await withFreshService(size, io, (service) => runRequest(against(service, request), io));
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    io.stderr(`${error.message}\n`);
    return error.code;
  }
}

async function runRequest(request: RunRequest, io: Io): Promise<ExitCode> {
  return await runTest(request, io, observersOf(request, io));
}

function against(service: StartedService, request: RunRequest): RunRequest {
  const own = { BASE_URL: service.urls[0] ?? '' };
  return { ...request, service, env: { ...request.env, ...own }, flagEnv: { ...request.flagEnv, ...own } };
}

function requestOf(name: string, flags: Flags, io: Io): RunRequest {
  const config = flags.config ?? io.env.K6_CONFIG;
  return {
    name,
    scriptUrl: scriptUrl(name, io.cwd),
    fileOptions: config === undefined ? {} : readConfig(resolve(io.cwd, config)),
    flagOptions: flags.options,
    env: { ...(flags.includeSystemEnv && definedOnly(io.env)), ...flags.env },
    flagEnv: flags.env,
    onlyScenarios: flags.scenarios,
    quiet: flags.quiet || io.env.K6_QUIET === 'true',
    verbose: flags.verbose,
    noColor: flags.noColor || io.env.NO_COLOR !== undefined || io.env.K6_NO_COLOR === 'true',
    summaryMode: summaryModeOf(flags.summaryMode ?? io.env.K6_SUMMARY_MODE),
    summaryExport: flags.summaryExport ?? io.env.K6_SUMMARY_EXPORT,
    consoleFile: flags.consoleOutput ?? io.env.K6_CONSOLE_OUTPUT,
    report: flags.report === undefined ? undefined : resolve(io.cwd, flags.report),
    lang: langOf(flags.lang),
    processes: processesOf(flags.processes),
    service: undefined,
  };
}

function readConfig(path: string): RawOptions {
  try {
    return record(JSON.parse(readFileSync(path, 'utf8')), `--config ${path}`);
  } catch (error) {
    throw usageError(`--config ${path}: ${(error as Error).message}`);
  }
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  const pairs = Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return Object.fromEntries(pairs);
}
