import Schema from 'typebox/schema';
import { expect } from 'vitest';
import { type Answer, call } from '../../support/service.ts';

type JsonSchema = Record<string, unknown>;
export interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema: JsonSchema;
}
interface Response {
  description: string;
  content?: Record<string, { schema: JsonSchema }>;
}
export interface Operation {
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, Response>;
  security?: unknown[];
}
export interface Document {
  openapi: string;
  info: Record<string, string>;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; securitySchemes: Record<string, unknown> };
}

/** What a running service says of itself, and whether its answers are like that. */
export class OpenApi {
  readonly document: Document;

  constructor(document: Document) {
    this.document = document;
  }

  static async of(url: string): Promise<OpenApi> {
    return new OpenApi((await call<Document>(url, 'GET', '/openapi.json')).body);
  }

  /** The operation that a request is for. */
  operation(method: string, path: string): Operation | undefined {
    const asked = path.split('?')[0] as string;
    const found = Object.keys(this.document.paths)
      // A path without parameters wins over one with.
      .sort((a, b) => a.split('{').length - b.split('{').length)
      .find((template) => new RegExp(`^${template.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(asked));
    return found === undefined ? undefined : this.document.paths[found]?.[method.toLowerCase()];
  }

  /** Fails when the document has no such operation, or when an answer is not as the document says. */
  expectAsDocumented(method: string, path: string, answer: Answer<unknown>): void {
    const operation = this.operation(method, path);
    expect(operation, `${method} ${path} in /openapi.json`).toBeDefined();
    const response = operation?.responses[answer.status] ?? operation?.responses.default;
    expect(response, `${method} ${path} ${answer.status} in /openapi.json`).toBeDefined();
    const content = response?.content;
    if (!content) {
      expect(answer.text).toBe('');
      return;
    }
    const type = (answer.headers.get('content-type') ?? '').split(';')[0] as string;
    expect(Object.keys(content)).toContain(type);
    if (!/json$/.test(type)) return;
    const [fits, errors] = Schema.Errors(this.resolved(content[type]?.schema as JsonSchema), answer.body);
    expect(fits ? [] : errors, `${method} ${path} ${answer.status}: ${answer.text}`).toEqual([]);
  }

  /** A schema with its reference into the document followed. */
  resolved(schema: JsonSchema): JsonSchema {
    const name = /^#\/components\/schemas\/(.+)$/.exec((schema.$ref as string | undefined) ?? '')?.[1];
    if (name === undefined) return schema;
    const found = this.document.components.schemas[name];
    if (!found) throw new Error(`${schema.$ref} leads nowhere`);
    return found;
  }
}
