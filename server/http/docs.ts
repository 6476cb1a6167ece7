import { createRequire } from 'node:module';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import { Problem } from '../../contract/problem.ts';
import type { App } from '../lib/http.ts';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'Same key, same body: the first answer again, with Idempotency-Replayed: true',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
} as const;

const challengeHeader = (name: string, description: string) =>
  ({ name, in: 'header', required: false, description, schema: { type: 'string' } }) as const;
const ENTERING = '/api/v1/token/create';
/** Anything goes, and not in the route's schema: where no challenge is asked for, nobody looks at them. */
const CHALLENGE_HEADERS = [
  challengeHeader('Jari-Challenge', 'The challenge of a CHALLENGE_REQUIRED or CHALLENGE_FAILED'),
  challengeHeader('Jari-Solution', 'Its solution; see docs/SECURITY.md'),
];

/** What the pages of the documentation need, and no more. */
const SECURITY = {
  'default-src': "'none'",
  'script-src': "'self'",
  // And the one sheet that Swagger UI adds while it runs.
  'style-src': "'self' 'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='",
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
};

/** OpenAPI 3.1 of the routes at /openapi.json, and pages to read it by at /docs. */
export async function addDocs(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'jari',
        version,
        description: 'Concert reservations through the minute a sale opens.',
        license: { name: 'MIT', identifier: 'MIT' },
      },
      tags: ['queue', 'catalogue', 'wallet', 'reservation', 'operators', 'health'].map((name) => ({ name })),
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
        schemas: { Problem: Problem as object },
      },
    },
    transformObject: (document) => completed(document as unknown as { openapiObject: Document }),
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: SECURITY });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
}

type Operation = {
  tags?: string[];
  parameters?: unknown[];
  requestBody?: { required?: boolean; content: Record<string, { schema: BodySchema }> };
  responses: Record<string, unknown>;
  security?: unknown[];
};
interface BodySchema {
  required?: string[];
  minProperties?: number;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
}

/**
 * Adds to each operation what the shell does for all: errors, idempotency of every POST, bodies that may be left out; and
 * the headers of a solved challenge.
 */
function completed({ openapiObject }: { openapiObject: Document }) {
  const error = {
    description: 'An error; see its code',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  for (const [path, operations] of Object.entries(openapiObject.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      operation.responses = { ...operation.responses, default: error };
      operation.security = operation.tags?.includes('operators') ? [{ bearer: [] }] : [{}, { bearer: [] }];
      const body = operation.requestBody;
      const schema = body?.content['application/json']?.schema;
      if (body && schema) body.required = (schema.required ?? []).length > 0 || schema.minProperties !== undefined;
      if (method === 'post') operation.parameters = [...(operation.parameters ?? []), IDEMPOTENCY_KEY];
      if (path === ENTERING) operation.parameters?.push(...CHALLENGE_HEADERS);
    }
  }
  return openapiObject as never;
}
