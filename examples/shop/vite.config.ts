// The page and its API on one port: `npm run dev`.
import { defineConfig } from 'vite';
import { handleApi } from './api/routes.mjs';

// Scripts of the page's own origin only; Vite's client is one.
const headers = { 'Content-Security-Policy': "script-src 'self' 'unsafe-inline'" };

export default defineConfig({
  // No page stands in for a file that is missing: it is a 404.
  appType: 'mpa',
  // What was printed before stays readable.
  clearScreen: false,
  server: {
    port: Number(process.env['PORT']) || 5173,
    headers,
  },
  preview: { headers },
  plugins: [
    {
      name: 'shop-api',
      configureServer(server) {
        server.middlewares.use('/api', handleApi);
      },
      configurePreviewServer(server) {
        server.middlewares.use('/api', handleApi);
      },
    },
  ],
});
