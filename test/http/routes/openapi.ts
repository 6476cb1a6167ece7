import Schema from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import type { Operation } from '../support/openapi.ts';
import type { World } from '../support/world.ts';

/** Every call of the contract that answers data. */
const CALLS: readonly (readonly [string, string])[] = [
  ['post', '/api/v1/token/create'],
  ['get', '/api/v1/token'],
  ['get', '/api/v1/token/events'],
  ['delete', '/api/v1/token'],
  ['get', '/api/v1/queue/{queueId}'],
  ['get', '/api/v1/queue/{queueId}/draws'],
  ['get', '/api/v1/token/receipt'],
  ['get', '/api/v1/queue/{queueId}/admissions'],
  ['get', '/api/v1/receipt-keys'],
  ['get', '/api/v1/concerts'],
  ['get', '/api/v1/concerts/{concertId}/schedules'],
  ['get', '/api/v1/concerts/{concertId}/schedules/{concertScheduleId}/seats'],
  ['get', '/api/v1/wallet/{userId}'],
  ['get', '/api/v1/wallet/{userId}/entries'],
  ['post', '/api/v1/wallet/{userId}/charge'],
  ['post', '/api/v1/reservation'],
  ['post', '/api/v1/reservation/hold'],
  ['post', '/api/v1/reservation/{reservationId}/pay'],
  ['delete', '/api/v1/reservation/{reservationId}'],
  ['get', '/api/v1/reservation/{reservationId}'],
  ['get', '/api/v1/reservation'],
  ['get', '/ops/api/checklist'],
  ['get', '/ops/api/audit'],
  ['get', '/ops/api/queues/{queueId}'],
  ['patch', '/ops/api/queues/{queueId}'],
  ['get', '/ops/api/queues/{queueId}/challenge'],
  ['patch', '/ops/api/queues/{queueId}/challenge'],
  ['get', '/ops/api/dead-letters'],
  ['post', '/ops/api/dead-letters/replay'],
  ['get', '/ops/api/incidents'],
  ['get', '/ops/api/incidents/{incidentId}'],
  ['patch', '/ops/api/incidents/{incidentId}'],
  ['get', '/ops/api/incidents/{incidentId}/report'],
  ['get', '/ops/api/incidents/{incidentId}/affected-users'],
  ['post', '/ops/api/incidents/{incidentId}/compensate'],
  ['get', '/healthz'],
  ['get', '/readyz'],
  ['get', '/metrics'],
];
const TYPES = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];

export function openapiRoutes(world: () => World): void {
  const operations = (): [string, string, Operation][] =>
    Object.entries(world().openapi.document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]): [string, string, Operation] => [method, path, operation]),
    );

  describe('/openapi.json', () => {
    it.each(CALLS)('has %s %s', (method, path) => {
      expect(world().openapi.document.paths[path]?.[method]).toBeDefined();
    });

    it('is OpenAPI 3.1 with a title and a version', () => {
      const { openapi, info } = world().openapi.document;
      expect(openapi).toMatch(/^3\.1\.\d$/);
      expect([info.title, info.version]).toEqual(['jari', expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
    });

    it('declares the parameters of every path, each once', () => {
      for (const [method, path, { parameters = [] }] of operations()) {
        const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
        const declared = parameters.filter((parameter) => parameter.in === 'path');
        expect(declared.map(({ name }) => name).sort(), `${method} ${path}`).toEqual(inPath.sort());
        for (const { name, required, schema } of declared) {
          expect([name, required, typeof schema]).toEqual([name, true, 'object']);
        }
        const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`);
        expect(new Set(names).size).toBe(names.length);
      }
    });

    it('says what comes back, errors too', () => {
      for (const [method, path, { responses }] of operations()) {
        const codes = Object.keys(responses);
        expect(codes, `${method} ${path}`).toContain('default');
        expect(codes.filter((code) => /^2\d\d$/.test(code)).length, `${method} ${path}`).toBe(1);
        for (const { description } of Object.values(responses)) expect(description).toMatch(/\S/);
        expect(Object.keys(responses.default?.content ?? {})).toEqual(['application/problem+json']);
      }
    });

    it('has an Idempotency-Key on every POST', () => {
      for (const [method, path, { parameters = [] }] of operations()) {
        const has = parameters.some((parameter) => parameter.in === 'header' && parameter.name === 'Idempotency-Key');
        expect(has, `${method} ${path}`).toBe(method === 'post');
      }
    });

    it('needs a body only where the service does', () => {
      const optional = operations()
        .filter(([, , { requestBody }]) => requestBody && !requestBody.required)
        .map(([, path]) => path);
      expect(optional.sort()).toEqual(['/api/v1/reservation/{reservationId}/pay', '/ops/api/dead-letters/replay']);
    });

    it('asks for a bearer token where operators are asked for theirs', () => {
      for (const [method, path, { security }] of operations()) {
        const optional = security?.some((way) => Object.keys(way as object).length === 0);
        expect(optional, `${method} ${path}`).toBe(!/^\/(ops|metrics)/.test(path));
      }
      expect(Object.keys(world().openapi.document.components.securitySchemes)).toEqual(['bearer']);
    });

    it('has schemas that are schemas, and references that lead somewhere', () => {
      const { document } = world().openapi;
      let schemas = 0;
      const walk = (node: unknown): void => {
        if (typeof node !== 'object' || node === null) return;
        for (const [key, value] of Object.entries(node)) {
          if (key === '$ref') expect(() => world().openapi.resolved({ $ref: value })).not.toThrow();
          if (key === 'schema') {
            schemas++;
            expect(() => Schema.Compile(world().openapi.resolved(value))).not.toThrow();
            expectKnownTypes(value);
          }
          walk(value);
        }
      };
      walk(document.paths);
      expect(schemas).toBeGreaterThan(CALLS.length);
    });
  });
}

function expectKnownTypes(schema: unknown): void {
  if (typeof schema !== 'object' || schema === null) return;
  const { type, properties, items } = schema as { type?: string | string[]; properties?: object; items?: unknown };
  for (const one of [type ?? []].flat()) expect(TYPES).toContain(one);
  for (const property of Object.values(properties ?? {})) expectKnownTypes(property);
  expectKnownTypes(items);
}
