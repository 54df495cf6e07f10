import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SELF_SIGNED } from './certificate.ts';
import { answering, browse, openStand, Peer } from './stand.ts';

const get = (host: string, path = '/') => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: application/json\r\n\r\n`;

async function secureOrigin(): Promise<number> {
  const server = createServer(SELF_SIGNED, (socket) => {
    answering((head) => {
      const body = `${head.split(' ')[1]} of ${/Host: (.*)/.exec(head)?.[1]}`;
      return `HTTP/1.1 302 Found\r\nLocation: https://${/Host: (.*)\r/.exec(head)?.[1]}/on\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    })(new Peer(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

describe('a target over https', () => {
  test.each(['localhost', '127.0.0.1'])('on loopback may have signed its certificate itself: %s', async (name) => {
    const port = await secureOrigin();
    const stand = await openStand(`https://${name}:${port}`);
    const browser = browse(stand.port).send(get(stand.host, '/one'));
    const text = await browser.has(`/one of ${name}:${port}`);
    expect(text).toContain(`\r\nLocation: http://${stand.host}/on\r\n`);
    await browser.send(get(stand.host, '/two')).has('/two of');
    browser.socket.destroy();
  });

  test('is refused where certificates are to be verified', async () => {
    const port = await secureOrigin();
    const stand = await openStand(`https://localhost:${port}`, { verifyTls: true });
    const text = await browse(stand.port).send(get(stand.host)).has('}\n');
    expect(text).toContain('502 Bad Gateway');
    expect(text).toMatch(/self.signed certificate/i);
  });

  test('that is none is a 502', async () => {
    const stand = await openStand('https://127.0.0.1:1');
    expect(await browse(stand.port).send(get(stand.host)).has('}\n')).toContain('upstream_unreachable');
  });
});
