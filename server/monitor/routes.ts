import Type from 'typebox';
import { Audit, Checklist } from '../../contract/ops.ts';
import type { Identity } from '../identity/identity.ts';
import type { Routes } from '../lib/http.ts';
import { type Auditor, audit } from './audit.ts';
import { checklist } from './checklist.ts';
import { findings } from './findings.ts';
import type { Metrics } from './metrics.ts';
import type { Sampler } from './sampler.ts';
import type { StackGroups } from './stacks.ts';

const tags = ['operators'];
const METRICS = { description: "Prometheus' text format", content: { 'text/plain': { schema: Type.String() } } };
const MINUTE_SAMPLES = 60;

export interface Looked {
  sampler: Sampler;
  stacks: StackGroups;
  /** Whether events go through Kafka. */
  broker: boolean;
}

/** Mounted behind the operators' check. */
export const monitorOpsRoutes =
  (auditors: readonly Auditor[], { sampler, stacks, broker }: Looked): Routes =>
  (app) => {
    app.get('/audit', { schema: { tags, response: { 200: Audit } } }, () => audit(auditors));
    app.get('/checklist', { schema: { tags, response: { 200: Checklist } } }, async () => {
      const latest = sampler.latest() ?? (await sampler.take());
      const found = findings(sampler.last(MINUTE_SAMPLES), stacks.recent(), broker, Date.now());
      return checklist(found, new Date(latest.at));
    });
  };

export const metricsRoutes =
  (metrics: Metrics, identity: Identity): Routes =>
  (app) => {
    const schema = { tags, summary: 'Prometheus', response: { 200: METRICS } };
    app.get('/metrics', { schema }, async (request, reply) => {
      identity.operator(request.headers.authorization);
      reply.type(metrics.registry.contentType);
      return metrics.text();
    });
  };
