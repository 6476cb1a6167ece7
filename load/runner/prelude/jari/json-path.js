// Response.json(selector): the selectors that k6 documents (its GJSON paths): names, indexes, `#`, `#.name`,
// `#(name=="value")` and `#(...)#`, wildcards in names, `\.` for a dot in a name.
function split(path) {
  const parts = [];
  let part = '';
  let depth = 0;
  for (let at = 0; at < path.length; at++) {
    const char = path[at];
    if (char === '\\' && at + 1 < path.length && depth === 0) part += path[++at];
    else if ((char === '.' || char === '|') && depth === 0) {
      parts.push(part);
      part = '';
    } else {
      if (char === '(' || char === '[') depth++;
      if (char === ')' || char === ']') depth--;
      part += char;
    }
  }
  parts.push(part);
  return parts;
}

function literal(text) {
  const trimmed = text.trim();
  try {
    return JSON.parse(trimmed);
  } catch {
    return trimmed.replace(/^["'`]|["'`]$/g, '');
  }
}

const wildcard = (pattern) =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
    's',
  );

const comparisons = {
  '==': (a, b) => a === b,
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '%': (a, b) => typeof a === 'string' && wildcard(String(b)).test(a),
  '!%': (a, b) => typeof a === 'string' && !wildcard(String(b)).test(a),
};

function matches(element, query) {
  const found = /^(.*?)(==|!=|<=|>=|!%|=|<|>|%)(.*)$/s.exec(query);
  if (!found) return walk(element, split(query.trim())) !== undefined;
  const name = found[1].trim();
  const left = name === '' ? element : walk(element, split(name));
  return left !== undefined && comparisons[found[2]](left, literal(found[3]));
}

const each = (items, rest) => items.map((item) => walk(item, rest)).filter((item) => item !== undefined);

function walk(value, parts) {
  if (parts.length === 0) return value;
  const [part, ...rest] = parts;
  const query = /^#\((.*)\)(#?)$/s.exec(part);
  if (query && Array.isArray(value)) {
    if (query[2] === '#')
      return each(
        value.filter((item) => matches(item, query[1])),
        rest,
      );
    const first = value.find((item) => matches(item, query[1]));
    return first === undefined ? undefined : walk(first, rest);
  }
  if (part === '#' && Array.isArray(value)) return rest.length === 0 ? value.length : each(value, rest);
  if (value === null || typeof value !== 'object') return undefined;
  if (Object.hasOwn(value, part)) return walk(value[part], rest);
  if (!/[*?]/.test(part)) return undefined;
  const name = Object.keys(value).find((key) => wildcard(part).test(key));
  return name === undefined ? undefined : walk(value[name], rest);
}

export const selectJson = (value, path) => walk(value, split(path));
