// CommonJS, told apart and read by its looks, as Node does it: nothing is run to find out what a file exports.
const ESM_SYNTAX =
  /(?:^|[;}])[ \t]*(?:import\s*(?:["'{*]|[\w$]+\s*(?:,|from\b))|export\s*(?:[{*]|default\b|const\b|let\b|var\b|function\b|async\b|class\b))/m;
const COMMON_JS_SYNTAX = /\bmodule\.exports\b|\bexports\.[\w$]+\s*=|\brequire\s*\(|defineProperty\(exports\b/;

export const isCommonJs = (code: string): boolean => !ESM_SYNTAX.test(code) && COMMON_JS_SYNTAX.test(code);

const NAME = '([A-Za-z_$][\\w$]*)';
const assigned = [
  new RegExp(`\\bexports\\.${NAME}\\s*=(?!=)`, 'g'),
  new RegExp(`\\bdefineProperty\\((?:module\\.)?exports,\\s*['"]${NAME}['"]`, 'g'),
];

/** `exports.name = …`, `Object.defineProperty(exports, 'name', …)` and `module.exports = { name, … }`. */
export function commonJsNames(code: string): string[] {
  const names = assigned.flatMap((form) => [...code.matchAll(form)].map(([, name = '']) => name));
  const literal = /\bmodule\.exports\s*=\s*\{([^{}]*)\}/.exec(code)?.[1] ?? '';
  const listed = literal.split(',').map((item) => new RegExp(`^\\s*${NAME}\\s*(?::|$)`).exec(item)?.[1] ?? '');
  const unique = new Set([...names, ...listed]);
  return [...unique].filter((name) => name !== '' && name !== 'default' && name !== '__esModule');
}
