// The same as `npm run crash` looks at when everything is over.
export { violations } from '../../scripts/crash/invariants.ts';
