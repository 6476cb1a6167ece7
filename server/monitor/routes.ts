import Type from 'typebox';
import { Audit, Checklist } from '../../contract/ops.ts';
import type { Identity } from '../identity/identity.ts';
import type { Routes } from '../lib/http.ts';
import { type Auditor, audit } from './audit.ts';
import { type AreaName, checklist, type Probe } from './checklist.ts';
import type { Metrics } from './metrics.ts';

const tags = ['operators'];
const METRICS = { description: "Prometheus' text format", content: { 'text/plain': { schema: Type.String() } } };

/** Mounted behind the operators' check. */
export const monitorOpsRoutes =
  (auditors: readonly Auditor[], probes: Partial<Record<AreaName, Probe>>): Routes =>
  (app) => {
    app.get('/audit', { schema: { tags, response: { 200: Audit } } }, () => audit(auditors));
    app.get('/checklist', { schema: { tags, response: { 200: Checklist } } }, () => checklist(probes));
  };

export const metricsRoutes =
  (metrics: Metrics, identity: Identity): Routes =>
  (app) => {
    app.get(
      '/metrics',
      { schema: { tags, summary: 'Prometheus', response: { 200: METRICS } } },
      async (request, reply) => {
        identity.operator(request.headers.authorization);
        reply.type(metrics.registry.contentType);
        return metrics.text();
      },
    );
  };
