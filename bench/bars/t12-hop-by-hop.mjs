// T12: fields that belong to one connection, by varnishtest: its server is the target, its client the browser, the built program between
// them. `node bench/bars/t12-hop-by-hop.mjs`
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCommand, freePort } from '../proxy/nginx.mjs';
import { scratch } from './front.mjs';
import { openProxy } from './proxy/stage.mjs';

const command = findCommand('varnishtest');
if (command === null) {
  console.log('T12: skipped, needs varnishtest');
  process.exit(0);
}

const gone = (name) => `expect req.http.${name} == <undef>`;
const there = (name, value) => `expect req.http.${name} == "${value}"`;
const goneThere = (name) => `expect resp.http.${name} == <undef>`;
const headers = (fields) => fields.map((field) => `-hdr "${field}"`).join(' ');

/** What the browser sends and the target has to see; what the target answers and the browser has to see. */
const CASES = {
  'named fields go': {
    sends: ['Connection: close, X-One, x-two', 'X-One: 1', 'X-Two: 2', 'X-Three: 3'],
    sees: [gone('X-One'), gone('X-Two'), there('X-Three', '3')],
  },
  'several Connection fields count': {
    sends: ['Connection: X-One', 'Connection: x-TWO', 'X-One: 1', 'X-Two: 2'],
    sees: [gone('X-One'), gone('X-Two')],
  },
  'what a request means cannot be named away': {
    sends: [
      'Connection: host, cookie, authorization, content-length, content-type, x-forwarded-for, forwarded, transfer-encoding',
      ...['Cookie: a=b', 'Authorization: Basic x', 'Content-Type: text/plain', 'X-Forwarded-For: 192.0.2.1'],
    ],
    sees: [
      ...[there('Cookie', 'a=b'), there('Authorization', 'Basic x'), there('Content-Type', 'text/plain')],
      'expect req.http.Host != <undef>',
      'expect req.http.X-Forwarded-For ~ "^192.0.2.1, 127.0.0.1"',
    ],
  },
  'the list of the RFC goes': {
    sends: [
      'Connection: keep-alive',
      'Keep-Alive: timeout=5',
      'Proxy-Connection: keep-alive',
      'Upgrade: h2c',
      'TE: gzip',
    ],
    sees: ['Connection', 'Keep-Alive', 'Proxy-Connection', 'Upgrade', 'TE'].map(gone),
  },
  'trailers may still be asked for': {
    sends: ['Connection: TE', 'TE: trailers, deflate'],
    sees: [there('TE', 'trailers')],
  },
  'odd lists': {
    sends: ['Connection: , ,X-One ,, keep-alive', 'X-One: 1', 'X-Three: 3'],
    sees: [gone('X-One'), there('X-Three', '3')],
  },
  'ours are added after what is taken off': {
    sends: ['Connection: X-Forwarded-Proto, X-Forwarded-Host, Devtool-Mcp-Via'],
    sees: ['expect req.http.X-Forwarded-Proto == "http"', 'expect req.http.X-Forwarded-Host ~ "localhost"'],
  },
  'answers too': {
    sends: [],
    sees: [],
    answers: ['Connection: X-One', 'X-One: 1', 'Keep-Alive: timeout=5', 'Proxy-Connection: x', 'X-Two: 2'],
    gets: [goneThere('X-One'), goneThere('Keep-Alive'), goneThere('Proxy-Connection'), 'expect resp.http.X-Two == "2"'],
  },
  'what an answer means cannot be named away': {
    sends: [],
    sees: [],
    answers: ['Connection: set-cookie, content-length, content-type', 'Set-Cookie: a=b', 'Content-Type: text/plain'],
    gets: [
      'expect resp.http.Set-Cookie == "a=b"',
      'expect resp.http.Content-Type == "text/plain"',
      'expect resp.bodylen == 2',
    ],
  },
};

const script = (name, { sends, sees, answers = [], gets = [] }, target, proxy) => `varnishtest "${name}"
server s1 -listen "127.0.0.1:${target}" {
  rxreq
  ${sees.join('\n  ')}
  txresp ${headers(answers)} -body "ok"
} -start
client c1 -connect "127.0.0.1:${proxy}" {
  txreq -hdr "Host: localhost:${proxy}" ${headers(sends)}
  rxresp
  expect resp.status == 200
  ${gets.join('\n  ')}
} -run
server s1 -wait
`;

const place = scratch();
const target = await freePort();
const proxy = await openProxy(target);
const failed = [];
for (const [n, [name, one]] of Object.entries(CASES).entries()) {
  const file = join(place.directory, `${n}.vtc`);
  writeFileSync(file, script(name, one, target, proxy.port));
  const { status, stdout } = spawnSync(command, ['-v', file], { encoding: 'latin1', timeout: 60_000 });
  if (status === 0) continue;
  failed.push(name);
  console.log(
    `${name}: ${stdout
      .split('\n')
      .filter((line) => /expect|----/.test(line))
      .slice(-4)
      .join('\n')}`,
  );
}
await proxy.end();
place.remove();
const count = Object.keys(CASES).length;
console.log(`T12: ${count - failed.length} of ${count} scripts of varnishtest pass`);
process.exitCode = failed.length === 0 ? 0 : 1;
