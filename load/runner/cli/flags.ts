// Flags of `k6 run`, read by node:util; those that are options come from the option table.
import { parseArgs } from 'node:util';
import { unsupported, usageError } from '../exit-codes.ts';
import { bool } from '../options/kinds.ts';
import { fromText, type RawOptions } from '../options/layers.ts';
import { type OptionName, type OptionSpec, optionSpecs } from '../options/spec.ts';
import type { ServiceSize } from '../run/observer.ts';
import type { SummaryMode } from '../summary/output.ts';

export interface Flags {
  readonly positionals: readonly string[];
  readonly options: RawOptions;
  readonly env: Readonly<Record<string, string>>;
  readonly includeSystemEnv: boolean;
  readonly config: string | undefined;
  readonly scenarios: readonly string[] | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly noColor: boolean;
  readonly help: boolean;
  readonly summaryMode: string | undefined;
  readonly summaryExport: string | undefined;
  readonly consoleOutput: string | undefined;
  readonly report: string | undefined;
  readonly lang: string | undefined;
  readonly with: string | undefined;
  readonly processes: string | undefined;
}

const switches: Readonly<Record<string, string | undefined>> = {
  quiet: 'q',
  verbose: 'v',
  help: 'h',
  'no-color': undefined,
  'no-summary': undefined,
  'include-system-env-vars': undefined,
};
const values: Readonly<Record<string, string | undefined>> = {
  env: 'e',
  tag: undefined,
  config: 'c',
  scenario: undefined,
  'summary-mode': undefined,
  'summary-export': undefined,
  'console-output': undefined,
  report: undefined,
  lang: undefined,
  with: undefined,
  processes: undefined,
};
const MOST_PROCESSES = 64;
/** Without meaning here: nothing is reported anywhere, and there is one dialect of JavaScript. */
const ignored = ['no-usage-report', 'compatibility-mode', 'address'];
const notSupported =
  'blacklist-ip block-hostnames dns execution-segment execution-segment-sequence http-debug linger local-ips log-format ' +
  'log-output new-machine-readable-summary out paused profiling-enabled secret-source traces-output';

const specs = Object.entries(optionSpecs) as [OptionName, OptionSpec<unknown>][];
const optionByFlag = new Map(specs.flatMap(([name, spec]) => (spec.flag ? [[spec.flag, { name, spec }]] : [])));
const isSwitch = (flag: string) => flag in switches || optionByFlag.get(flag)?.spec.kind === bool;

export function parseFlags(argv: readonly string[]): Flags {
  const given = new Map<string, string[]>();
  const positionals: string[] = [];
  const { tokens } = parseArgs({ args: [...argv], options: declarations(), strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind === 'option') given.set(token.name, [...(given.get(token.name) ?? []), givenValue(token)]);
  }
  const last = (flag: string) => given.get(flag)?.at(-1);
  const on = (flag: string) => bool(last(flag) ?? 'false', `--${flag}`);
  const noSummary = on('no-summary');
  return {
    positionals,
    options: optionsOf(given),
    env: pairs(given.get('env') ?? [], '--env'),
    includeSystemEnv: bool(last('include-system-env-vars') ?? 'true', '--include-system-env-vars'),
    config: last('config'),
    scenarios: given.get('scenario')?.flatMap((names) => names.split(',')),
    quiet: on('quiet'),
    verbose: on('verbose'),
    noColor: on('no-color'),
    help: on('help'),
    summaryMode: noSummary ? 'disabled' : last('summary-mode'),
    summaryExport: last('summary-export'),
    consoleOutput: last('console-output'),
    report: last('report'),
    lang: last('lang'),
    with: last('with'),
    processes: last('processes'),
  };
}

function declarations(): Record<string, { type: 'string' | 'boolean'; short?: string; multiple: true }> {
  const declared: Record<string, { type: 'string' | 'boolean'; short?: string; multiple: true }> = {};
  const declare = (flag: string, type: 'string' | 'boolean', short: string | undefined) => {
    declared[flag] = { type, multiple: true, ...(short && { short }) };
  };
  for (const [flag, short] of Object.entries(switches)) declare(flag, 'boolean', short);
  for (const [flag, short] of Object.entries(values)) declare(flag, 'string', short);
  for (const [flag, { spec }] of optionByFlag) declare(flag, isSwitch(flag) ? 'boolean' : 'string', spec.short);
  declare('out', 'string', 'o');
  declare('address', 'string', 'a');
  declare('log-format', 'string', 'f');
  declare('linger', 'boolean', 'l');
  declare('paused', 'boolean', 'p');
  declare('no-usage-report', 'boolean', undefined);
  declare('compatibility-mode', 'string', undefined);
  return declared;
}

function givenValue(token: {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
}): string {
  const { name, rawName, value } = token;
  if (notSupported.split(' ').includes(name)) throw unsupported(`this runner does not support ${rawName}`);
  if (isSwitch(name) || ignored.includes(name)) return value ?? 'true';
  if (!(name in values) && !optionByFlag.has(name)) throw usageError(`there is no flag ${rawName}; --help lists them`);
  if (value === undefined) throw usageError(`${rawName} needs a value`);
  return value;
}

function optionsOf(given: ReadonlyMap<string, string[]>): RawOptions {
  const options: Record<string, unknown> = {};
  for (const [flag, texts] of given) {
    const option = optionByFlag.get(flag);
    if (option) options[option.name] = fromText(option.name, texts, `--${flag}`);
  }
  const tags = given.get('tag');
  return tags ? { ...options, tags: pairs(tags, '--tag') } : options;
}

function pairs(texts: readonly string[], flag: string): Record<string, string> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw usageError(`${flag} ${text}: expected NAME=VALUE`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

export function sizeOf(text: string | undefined): ServiceSize | undefined {
  if (text === undefined || text === 'embedded' || text === 'full') return text;
  throw usageError(`--with ${text}: use embedded or full`);
}

export function processesOf(text: string | undefined): number {
  const count = Number(text ?? 1);
  if (Number.isInteger(count) && count >= 1 && count <= MOST_PROCESSES) return count;
  throw usageError(`--processes ${text}: use a whole number from 1 to ${MOST_PROCESSES}`);
}

export function langOf(text: string | undefined): 'en' | 'ko' {
  if (text === undefined || text === 'en' || text === 'ko') return text ?? 'en';
  throw usageError(`--lang ${text}: use en or ko`);
}

export function summaryModeOf(text: string | undefined): SummaryMode {
  if (text === undefined || text === 'compact') return 'compact';
  if (text === 'full' || text === 'disabled') return text;
  throw text === 'legacy'
    ? unsupported('this runner does not support the summary mode "legacy"; it has compact, full and disabled')
    : usageError(`--summary-mode ${text}: use compact, full or disabled`);
}

export function usage(): string {
  const rows = [...optionByFlag].map(([flag, { name, spec }]) => {
    const short = spec.short ? `-${spec.short}, ` : '    ';
    return `  ${`${short}--${flag}${isSwitch(flag) ? '' : ' VALUE'}`.padEnd(40)} option ${name}${spec.env ? `, ${spec.env}` : ''}`;
  });
  return `Runs a k6 script: npm run load -- SCRIPT [flags]. Without a script: the scenarios that come with jari.
Two runs side by side: npm run load -- compare A.json B.json, which --summary-export wrote.

  -e, --env NAME=VALUE                     a variable for the script (__ENV.NAME)
      --tag NAME=VALUE                     a tag on every sample
      --scenario NAME[,NAME]               only these scenarios of the script
      --summary-export FILE                the summary as JSON
      --with embedded|full                     starts a fresh jari of that size for the run, and stops it after
      --processes N                            so many processes share the virtual users and the rates
      --report FILE.html                   a page about the run: charts, verdict, bottleneck; FILE.md beside it
      --lang en|ko                         the language of the report and of the verdict
      --summary-mode compact|full|disabled
      --no-summary                         the same as --summary-mode disabled
  -c, --config FILE                        options as JSON
      --console-output FILE                console.log() goes there
      --include-system-env-vars=false      __ENV has only what -e gives
  -q, --quiet                              no progress
  -v, --verbose                            console.debug() too
      --no-color
${rows.join('\n')}
`;
}
