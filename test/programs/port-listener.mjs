// Listens on loopback at PORT (environment or argument; 0: any) and HOST, says `ready` and its URL; with --slow its last words come
// 500 ms after SIGTERM.
import { createServer } from 'node:http';

const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.argv.slice(2).find((word) => /^\d+$/.test(word)) ?? process.env.PORT ?? 0);
const server = createServer((_, response) => response.end('hello\n'));
server.listen(port, host, () => {
  console.log(`  Local:   http://localhost:${server.address().port}/`);
  console.log(`ready ${process.pid}`);
});
if (process.argv.includes('--slow')) {
  process.on('SIGTERM', () => {
    setTimeout(() => {
      console.log('last words');
      process.exit(0);
    }, 500);
  });
}
