// Every host operation by name; the prelude knows them by their place in this order.
import type { Operation, Operations } from '../operation.ts';
import { dataOperations } from './data.ts';
import { executionOperations } from './execution.ts';
import { httpOperations } from './http.ts';
import { metricOperations } from './metrics.ts';

const operations: Operations = {
  ...httpOperations,
  ...metricOperations,
  ...executionOperations,
  ...dataOperations,
};

export const operationNames: readonly string[] = Object.keys(operations);
export const operationTable: readonly Operation[] = Object.values(operations);
