// An error of the user's script, told with the user's own files and lines; the prelude's frames are left out.
export interface ScriptErrorShape {
  readonly name: string;
  readonly message: string;
  /** QuickJS frames, one a line: `    at name (file:///path/script.js:12:5)`. */
  readonly stack: string;
}

export class ScriptError extends Error {
  readonly shape: ScriptErrorShape;
  constructor(shape: ScriptErrorShape) {
    super(`${shape.name}: ${shape.message}`);
    this.shape = shape;
    this.stack = describeScriptError(shape);
  }
}

export function describeScriptError({ name, message, stack }: ScriptErrorShape): string {
  const frames = stack
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.includes('file://'))
    .map((line) => `\n\t${line}`);
  const head = name === '' ? message : `${name}: ${message}`;
  return head + frames.join('');
}
