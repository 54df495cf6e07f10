// The API alone: `npm run api`, port in PORT (default 5174).
import { createServer } from 'node:http';
import { handleApi } from './routes.mjs';

const port = Number(process.env['PORT']) || 5174;

const server = createServer((request, response) => {
  request.url = request.url?.replace(/^\/api/, '');
  handleApi(request, response);
});
server.listen(port, 'localhost', () => console.log(`API at http://localhost:${port}/api/`));
