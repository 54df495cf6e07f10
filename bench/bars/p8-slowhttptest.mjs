// P8 by slowhttptest itself: -H, -B and -X with a thousand connections; it looks every so often whether the service is available.
// `node bench/bars/p8-slowhttptest.mjs [connections=1000] [seconds=20]`
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { stripVTControlCharacters } from 'node:util';
import { findCommand } from '../proxy/nginx.mjs';
import { listen, openProxy } from './proxy/stage.mjs';

const connections = process.argv[2] ?? '1000';
const seconds = process.argv[3] ?? '20';
const command = findCommand('slowhttptest');
if (command === null) {
  console.log('P8 by slowhttptest: skipped, needs slowhttptest');
  process.exit(0);
}

const LARGE = Buffer.alloc(1 << 20);
const target = createServer((incoming, reply) => {
  if (incoming.url === '/large') reply.end(LARGE);
  else incoming.resume().on('end', () => reply.end('ok'));
});
const targetPort = await listen(target);
const proxy = await openProxy(targetPort);
const COMMON = ['-c', connections, '-r', '200', '-l', seconds, '-p', '3'];
const KINDS = {
  '-H': { path: '/', args: ['-i', '5', '-x', '24', '-t', 'GET'] },
  '-B': { path: '/', args: ['-i', '5', '-s', '8192', '-x', '10', '-t', 'POST'] },
  '-X': { path: '/large', args: ['-w', '512', '-y', '1024', '-n', '5', '-z', '32', '-k', '3'] },
};

/** How often it said YES and NO. */
function run(kind, port) {
  const { path, args } = KINDS[kind];
  const all = [...COMMON, kind, ...args, '-u', `http://localhost:${port}${path}`];
  return new Promise((resolve, reject) => {
    const child = spawn(command, all, { stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('latin1').on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject).on('close', () => {
      // Colours stand between the words.
      const said = stripVTControlCharacters(text).matchAll(/service available:\s*(YES|NO)/g);
      const words = [...said].map(([, word]) => word);
      resolve({ yes: words.filter((word) => word === 'YES').length, no: words.filter((word) => word === 'NO').length });
    });
  });
}

const parts = [];
let isMet = true;
for (const kind of Object.keys(KINDS)) {
  const { yes, no } = await run(kind, proxy.port);
  // The machine may be too slow for a thousand of them: then the target alone is, too.
  const alone = no === 0 ? null : await run(kind, targetPort);
  isMet &&= yes > 0 && (alone === null || alone.no >= no);
  parts.push(`${kind} ${yes} times YES, ${no} times NO${alone === null ? '' : ` (directly ${alone.no})`}`);
}
await proxy.end();
target.closeAllConnections();
target.close();
console.log(
  `P8 by slowhttptest: ${connections} connections: ${parts.join('; ')} (promise: NO never, or as often as directly)`,
);
process.exitCode = isMet ? 0 : 1;
