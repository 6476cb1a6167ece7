// `npm run web`: the pages with hot reload on port 5173, against a service that runs already (JARI_URL, else port 8080).
import { createServer } from 'vite';
import { PAGES } from './config.ts';

const target = process.env.JARI_URL ?? 'http://127.0.0.1:8080';
/** Paths of the fan's pages and the console are one file each, as in the service. */
const pageOf = (path: string) =>
  /^\/(concerts|tickets|me)(\/|$)/.test(path) ? '/index.html' : path === '/ops' ? '/ops.html' : null;

const server = await createServer({
  ...PAGES,
  appType: 'mpa',
  server: {
    port: 5173,
    proxy: Object.fromEntries(['/api', '/ops/api', '/metrics'].map((path) => [path, { target, changeOrigin: true }])),
  },
  plugins: [
    {
      name: 'paths-of-the-pages',
      configureServer({ middlewares }) {
        middlewares.use((request, _response, next) => {
          const page = pageOf((request.url ?? '/').split('?')[0] as string);
          if (page) request.url = page;
          next();
        });
      },
    },
  ],
});
await server.listen();
server.printUrls();
