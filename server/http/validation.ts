import type { FastifyRequest, FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Failure, type FieldError } from '../lib/failure.ts';

const MOST_ERRORS = 10;

/** Compiles the contract's schemas for Fastify. Nothing is converted, filled in or removed: it fits or it is refused. */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = Compile(schema);
  return (value) => {
    if (compiled.Check(value)) return { value };
    if (httpPart === 'body' && (value === undefined || value === null)) return missingBody(schema);
    return { error: invalid(httpPart ?? 'request', compiled.Errors(value)) };
  };
};

/** An object without required members may be left out altogether. */
function missingBody(schema: TSchema) {
  const required = (schema as { required?: string[]; minProperties?: number }).required ?? [];
  const optional = required.length === 0 && !('minProperties' in schema);
  if (optional) return { value: {} };
  return {
    error: new Failure('VALIDATION_FAILED', 'The request needs a JSON body.', {}, [{ path: '', message: 'is needed' }]),
  };
}

function invalid(
  part: string,
  errors: readonly { instancePath: string; keyword: string; params: object; message: string }[],
): Failure {
  const found: FieldError[] = [];
  // The false schema that an unknown field meets says nothing that additionalProperties does not.
  const telling = errors.filter(({ keyword }) => keyword !== 'boolean');
  for (const { instancePath, keyword, params, message } of telling.slice(0, MOST_ERRORS)) {
    // Each unknown field is named by a path of its own.
    const unknown =
      keyword === 'additionalProperties' ? (params as { additionalProperties: string[] }).additionalProperties : null;
    if (unknown)
      found.push(
        ...unknown.map((name) => ({ path: `${instancePath}/${name}`, message: 'is not a field of this request' })),
      );
    else found.push({ path: instancePath, message });
  }
  const what = part === 'body' ? 'body' : part === 'params' ? 'path' : part;
  return new Failure('VALIDATION_FAILED', `The ${what} of the request is not as it should be; see errors.`, {}, found);
}

type Parser = (request: FastifyRequest, body: string, done: (error: Error | null, body?: unknown) => void) => void;

/** An empty body in JSON's name is only a missing one; what is no JSON, or dangerous JSON, is refused. */
export const parseJson =
  (parse: Parser): Parser =>
  (request, body, done) => {
    if (body === '') return done(null, undefined);
    parse(request, body, (error, value) => {
      if (error) done(new Failure('MALFORMED_JSON', 'The body is not valid JSON.'));
      else if (value === null) done(NO_OBJECT);
      else done(null, value);
    });
  };

/** Fastify takes null for a missing body, and a missing one is fine where nothing is needed. */
const NO_OBJECT = new Failure('VALIDATION_FAILED', 'The body must be a JSON object.', {}, [
  { path: '', message: 'must be object' },
]);
