// What a service says of itself in /openapi.json: which operations there are, what they take and what they answer.
import Schema from 'typebox/schema';

export type JsonSchema = Record<string, unknown>;
export type Check = (value: unknown) => boolean;

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  schema: JsonSchema;
}

export interface Operation {
  /** `POST /api/v1/reservation/{reservationId}/pay` */
  id: string;
  method: string;
  template: string;
  operators: boolean;
  parameters: readonly Parameter[];
  body: JsonSchema | undefined;
  bodyNeeded: boolean;
  /** By status: the schema of each type of content; none at all for an answer without a body. */
  answers: ReadonlyMap<number, ReadonlyMap<string, JsonSchema>>;
}

interface Described {
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { content?: Record<string, { schema: JsonSchema }> }>;
}

export async function operationsOf(url: string): Promise<Operation[]> {
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Described>>;
  };
  return Object.entries(paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, described]) => operation(method.toUpperCase(), template, described)),
  );
}

const operation = (method: string, template: string, described: Described): Operation => ({
  id: `${method} ${template}`,
  method,
  template,
  operators: /^\/(ops|metrics)/.test(template),
  parameters: described.parameters ?? [],
  body: described.requestBody?.content['application/json']?.schema,
  bodyNeeded: described.requestBody?.required === true,
  answers: new Map(
    Object.entries(described.responses)
      .filter(([status]) => status !== 'default')
      .map(([status, { content = {} }]) => [
        Number(status),
        new Map(Object.entries(content).map(([type, { schema }]) => [type, schema])),
      ]),
  ),
});

const compiled = new Map<JsonSchema, Check>();

/** Whether a value fits, as the schema stands. */
export function checkOf(schema: JsonSchema): Check {
  const known = compiled.get(schema);
  if (known) return known;
  const validator = Schema.Compile(schema);
  const check: Check = (value) => validator.Check(value);
  compiled.set(schema, check);
  return check;
}

/** The same schema, and nothing beside what it names. */
export function closed(schema: JsonSchema): JsonSchema {
  const {
    properties,
    items,
    additionalProperties = false,
    ...rest
  } = schema as {
    additionalProperties?: boolean;
    properties?: Record<string, JsonSchema>;
    items?: JsonSchema;
  };
  return {
    ...rest,
    ...(items && { items: closed(items) }),
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, closed(one)])),
      additionalProperties,
    }),
  } as JsonSchema;
}
