import { describe } from 'vitest';
import { itLivesThrough } from './lifecycle.ts';

describe('kafka', () => itLivesThrough('kafka'));
