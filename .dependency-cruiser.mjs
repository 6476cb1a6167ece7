// The arrows of docs/ARCHITECTURE.md, checked by `npm test`. Type imports count.
const adapter = '^server/[^/]+/(sql|local|redis|kafka)/';
const features = '^server/(queue|catalog|wallet|reservation|idempotency|events|monitor|incident)/';

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'contract-stands-alone',
      severity: 'error',
      from: { path: '^contract/' },
      to: { path: '^(server|web|load|scripts|bench|test)/' },
    },
    {
      name: 'charts-stand-alone',
      severity: 'error',
      from: { path: '^charts/' },
      to: { path: '^(contract|server|web|load|scripts|bench|test)/' },
    },
    {
      name: 'load-imports-no-server',
      severity: 'error',
      from: { path: '^load/' },
      to: { path: '^(server|bench|test)/|^web/(?!ops/metrics/)' },
    },
    {
      name: 'lib-imports-no-feature',
      severity: 'error',
      from: { path: '^server/lib/' },
      to: { path: '^server/(?!lib/)' },
    },
    {
      name: 'db-imports-lib-only',
      severity: 'error',
      from: { path: '^server/db/' },
      to: { path: '^(server/(?!db/|lib/)|contract/)' },
    },
    {
      name: 'features-see-ports-only',
      severity: 'error',
      from: { path: features, pathNot: adapter },
      to: { path: [adapter, '^server/(db|http|scheduler)/', '^server/(main|compose|config)\\.ts$'] },
    },
    {
      name: 'adapters-see-their-own-port',
      severity: 'error',
      from: { path: '^server/([^/]+)/(sql|local|redis|kafka)/' },
      to: { path: '^server/(?!db/|lib/)([^/]+)/', pathNot: '^server/$1/' },
    },
    {
      name: 'http-is-a-shell',
      severity: 'error',
      from: { path: '^server/http/' },
      to: { path: [adapter, '^server/db/(?!database\\.ts)', '^server/(main|compose)\\.ts$'] },
    },
    {
      name: 'scheduler-has-no-rules',
      severity: 'error',
      from: { path: '^server/scheduler/' },
      to: { path: [adapter, '^server/(db|http)/'] },
    },
    { name: 'only-compose-chooses', severity: 'error', from: { path: '^server/main\\.ts$' }, to: { path: adapter } },
    {
      name: 'web-imports-contract-alone',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(server|load|scripts|bench|test)/' },
    },
    {
      name: 'server-imports-no-tools',
      severity: 'error',
      from: { path: '^(server|contract)/' },
      to: { path: '^(load|scripts|bench|test|web)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^web/dist/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js'],
    },
  },
};
