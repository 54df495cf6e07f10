import { defineConfig } from 'vite';
import { handleApi } from './api/routes.mjs';

export default defineConfig({
  server: {
    port: Number(process.env.PORT ?? 5173),
    // The page below allows scripts of its own origin only; Vite's client is one.
    headers: { 'Content-Security-Policy': "script-src 'self' 'unsafe-inline'" },
  },
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
