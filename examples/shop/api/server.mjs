// The API alone: `npm run api`, port in PORT (default 5174).
import { createServer } from 'node:http';
import { handleApi } from './routes.mjs';

const server = createServer((request, response) => {
  request.url = request.url?.replace(/^\/api/, '');
  handleApi(request, response);
});
server.listen(Number(process.env.PORT ?? 5174), 'localhost', () => {
  const address = server.address();
  console.log(`API at http://localhost:${typeof address === 'object' ? address?.port : address}/`);
});
