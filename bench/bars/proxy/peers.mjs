// Other proxies as they come: what ours is compared with.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connected } from '../../proxy/load.mjs';
import { findCommand, freePort } from '../../proxy/nginx.mjs';

const nginx = (directory, port, target) => `
daemon off;
worker_processes 1;
pid ${directory}/pid;
error_log /dev/null crit;
events { worker_connections 1024; }
http {
  client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy; fastcgi_temp_path ${directory}/f;
  uwsgi_temp_path ${directory}/u; scgi_temp_path ${directory}/s;
  access_log off;
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://127.0.0.1:${target}; proxy_http_version 1.1; proxy_set_header Host $http_host; }
  }
}
`;

const haproxy = (port, target) => `
defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
frontend f
  bind 127.0.0.1:${port}
  default_backend b
backend b
  server s 127.0.0.1:${target}
`;

const STARTS = {
  nginx(command, directory, port, target) {
    const file = join(directory, 'nginx.conf');
    writeFileSync(file, nginx(directory, port, target));
    return spawn(command, ['-p', directory, '-c', file, '-e', 'stderr'], { stdio: 'ignore' });
  },
  haproxy(command, directory, port, target) {
    const file = join(directory, 'haproxy.cfg');
    writeFileSync(file, haproxy(port, target));
    return spawn(command, ['-db', '-f', file], { stdio: 'ignore' });
  },
};

export const PEERS = Object.keys(STARTS);

/** One of PEERS before `target`; null when it is not installed. */
export async function startPeer(name, directory, target) {
  const command = findCommand(name);
  if (command === null) return null;
  const own = join(directory, name);
  mkdirSync(own, { recursive: true });
  const port = await freePort();
  const child = STARTS[name](command, own, port, target);
  await connected(port, child);
  return {
    port,
    async end() {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
