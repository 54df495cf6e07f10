// nginx twice: as the development server behind all proxies, which costs least, and as a proxy. Each in the foreground, on loopback,
// with a configuration and all files of its own in the scratch directory.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { connected } from './load.mjs';

export const MODULES = 3_000;
/** Of a module, smallest and largest: what a bundler's development server answers. */
const MODULE_BYTES = [800, 12_000];
const MIB = 1_048_576;
const JSON_BODY = JSON.stringify({
  ok: true,
  items: Array.from({ length: 8 }, (_, id) => ({ id, name: `item ${id}` })),
});

export const modulePath = (i) => `/modules/${i}.js`;

/** Path of a command; null when it is not installed. */
export function findCommand(name) {
  const places = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return places.map((place) => join(place, name)).find((path) => existsSync(path)) ?? null;
}

export function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
/** A page of about what a framework's server renders. */
const HTML_BODY = `<!doctype html><html><head><title>page</title></head><body>${'<p>A paragraph of the page.</p>'.repeat(400)}</body></html>`;

const configuration = (directory, http) => `
daemon off;
worker_processes 1;
pid ${directory}/pid;
error_log stderr crit;
events { worker_connections 4096; }
http {
  ${TEMPORARY.map((name) => `${name}_temp_path ${directory}/${name};`).join('\n  ')}
  access_log off;
  sendfile on;
  keepalive_timeout 60;
  keepalive_requests 1000000000;
  client_max_body_size 0;
  ${http}
}
`;

async function start(command, directory, name, http, port) {
  const own = join(directory, name);
  mkdirSync(own, { recursive: true });
  const file = join(own, 'nginx.conf');
  writeFileSync(file, configuration(own, http));
  const child = spawn(command, ['-p', own, '-c', file, '-e', 'stderr'], { stdio: ['ignore', 'ignore', 'inherit'] });
  await connected(port, child);
  return { child, port };
}

/**
 * `/json`, `/mib`, `/gib`, `/modules/N.js`, `/page.html`; a body sent to `/take` is read and answered with few bytes; `/echo` is
 * what listens at port `echo`.
 */
export async function startTarget(command, directory, echo) {
  const root = join(directory, 'files');
  // Started by root, nginx has workers of another user, who are to read the files.
  chmodSync(directory, 0o755);
  mkdirSync(join(root, 'modules'), { recursive: true });
  writeFileSync(join(root, 'mib'), randomBytes(MIB));
  writeFileSync(join(root, 'page.html'), HTML_BODY);
  // No blocks on the disk: zeros.
  writeFileSync(join(root, 'gib'), '');
  truncateSync(join(root, 'gib'), 1_024 * MIB);
  const [least, most] = MODULE_BYTES;
  for (let i = 0; i < MODULES; i++) {
    const bytes = least + ((i * 7_919) % (most - least));
    writeFileSync(join(root, modulePath(i)), `export const name = 'module ${i}';\n`.padEnd(bytes, '// filler '));
  }
  const port = await freePort();
  const http = `
  types { text/javascript js; text/html html; }
  default_type application/octet-stream;
  open_file_cache max=8192 inactive=600s;
  server {
    listen 127.0.0.1:${port} backlog=1024;
    root ${root};
    location = /json { default_type application/json; return 200 '${JSON_BODY}'; }
    # Answers when it has read the body: an answer before that is a case of its own.
    location = /take {
      client_body_buffer_size 2m;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_pass http://127.0.0.1:${port}/taken;
    }
    location = /echo { proxy_pass http://127.0.0.1:${echo}; ${UPGRADE} }
    location = /taken { default_type text/plain; return 200 'taken'; }
  }`;
  return start(command, directory, 'target', http, port);
}

const UPGRADE =
  'proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection "upgrade"; proxy_read_timeout 600s;';

/** proxy_pass over kept connections, without a log. */
export async function startProxy(command, directory, target) {
  const port = await freePort();
  const http = `
  upstream target { server 127.0.0.1:${target}; keepalive 512; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location = /echo { proxy_pass http://target; ${UPGRADE} }
    location / {
      proxy_pass http://target;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_request_buffering off;
      proxy_max_temp_file_size 0;
    }
  }`;
  return start(command, directory, 'proxy', http, port);
}
