import { describe } from 'vitest';
import { itLivesThrough } from './lifecycle.ts';

describe('postgres', () => itLivesThrough('postgres'));
