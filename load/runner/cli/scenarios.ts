// The scenarios that come with jari: the scripts in load/, each told by the first line of its first comment.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { usageError } from '../exit-codes.ts';

const folder = new URL('../../', import.meta.url);

interface Scenario {
  readonly name: string;
  readonly about: string;
}

function scenarios(): Scenario[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.js'));
  return files.map((file) => {
    const [firstLine = ''] = readFileSync(new URL(file, folder), 'utf8').split('\n');
    return { name: file.slice(0, -3), about: firstLine.replace(/^\/\/\s*/, '') };
  });
}

export function listScenarios(): string {
  const rows = scenarios().map(({ name, about }) => `  npm run load -- ${name.padEnd(10)} ${about}`);
  return `${rows.join('\n')}

Any other k6 script:  npm run load -- PATH/TO/SCRIPT.js [flags]
What flags there are: npm run load -- --help
`;
}

/** The file of a script, named by its path or, for one of ours, by its name alone. */
export function scriptUrl(name: string, cwd: string): string {
  const path = resolve(cwd, name);
  // A folder may have the name of a scenario: `load`, in the project's own.
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return pathToFileURL(path).href;
  const ours = new URL(`${name}.js`, folder);
  if (/^[\w-]+$/.test(name) && existsSync(fileURLToPath(ours))) return ours.href;
  const names = scenarios().map((scenario) => scenario.name);
  throw usageError(`there is no script ${path}, and no scenario of that name (there are ${names.join(', ')})`);
}
