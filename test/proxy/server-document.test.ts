import { describe, expect, test } from 'vitest';
import type { DocumentInput, DocumentSink, Documents } from '../../src/proxy/surroundings.ts';
import { answering, browse, openOrigin, openStand } from './stand.ts';

const get = (host: string, more = '') => `GET / HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;
const html = (body: string) =>
  `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** Documents whose every byte goes out in brackets, the end only when the test says so. */
function bracketing(framing: 'chunked' | number) {
  const opened: { input: DocumentInput; sink: DocumentSink; isAborted: boolean; finish: () => void }[] = [];
  const documents: Documents = {
    mayBeDocument: (_, response) => response.fields.includes('text/html'),
    acceptEncodingFor: () => 'gzip',
    openDocument(input, sink, note) {
      let isBegun = false;
      const document = {
        input,
        sink,
        isAborted: false,
        finish() {
          note({ injected: false, reason: 'only brackets', csp: null });
          sink.end();
        },
      };
      opened.push(document);
      return {
        write(payload) {
          const length = framing === 'chunked' ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(framing)];
          if (!isBegun) sink.head(['Content-Type', 'text/html', ...length], framing);
          isBegun = true;
          return sink.data(Buffer.from(`[${payload.toString()}]`));
        },
        end() {},
        abort() {
          document.isAborted = true;
        },
        resume() {},
        onDrain() {},
      };
    },
  };
  return { opened, around: { documents } };
}

describe('a document', () => {
  test('goes its own way, chunked, and the connection lives on', async () => {
    const { opened, around } = bracketing('chunked');
    const origin = await openOrigin(answering(() => html('page')));
    const stand = await openStand(origin.url, { around });
    const browser = browse(stand.port).send(get(stand.host, 'Accept-Encoding: br\r\n'));
    await browser.has('[page]\r\n');
    expect(origin.peers[0]?.text).toContain('\r\nAccept-Encoding: gzip\r\n');
    opened[0]?.finish();
    const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n';
    expect(await browser.has('0\r\n\r\n')).toBe(`${head}6\r\n[page]\r\n0\r\n\r\n`);
    expect(await stand.ended(0)).toMatchObject({ outcome: 'complete', note: 'only brackets' });
    expect(String(opened[0]?.input.loader.external)).toMatch(
      /^<script src="\/__devtool\/client\.js\?v=[a-f0-9]{10}"><\/script>$/,
    );
    expect(String(opened[0]?.input.loader.inline)).toBe('<script>// client</script>');
    browser.send(get(stand.host));
    await browser.until(({ text }) => text.split('[page]').length === 3);
    expect(origin.peers).toHaveLength(1);
  });

  test('of a known length needs no chunks', async () => {
    const { opened, around } = bracketing(6);
    const origin = await openOrigin(answering(() => html('page')));
    const stand = await openStand(origin.url, { around });
    const browser = browse(stand.port).send(get(stand.host));
    await browser.has('[page]');
    opened[0]?.finish();
    await stand.ended(0);
    expect(browser.text).toBe('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n[page]');
  });

  test('under HTTP/1.0 ends with the connection', async () => {
    const { opened, around } = bracketing('chunked');
    const origin = await openOrigin(answering(() => html('page')));
    const stand = await openStand(origin.url, { around });
    const browser = browse(stand.port).send(`GET / HTTP/1.0\r\nHost: ${stand.host}\r\n\r\n`);
    await browser.has('[page]');
    opened[0]?.finish();
    expect(await browser.whole()).toBe('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n[page]');
  });

  test('that has come whole outlives the target’s connection', async () => {
    const { opened, around } = bracketing('chunked');
    const origin = await openOrigin(answering(() => html('page')));
    const stand = await openStand(origin.url, { around });
    const browser = browse(stand.port).send(get(stand.host));
    await browser.has('[page]');
    origin.peers[0]?.socket.destroy();
    await origin.peers[0]?.until(({ isClosed }) => isClosed);
    opened[0]?.finish();
    await browser.has('0\r\n\r\n');
    expect(await stand.ended(0)).toMatchObject({ outcome: 'complete' });
  });

  test.each(['browser', 'document'] as const)('ends in the middle when the %s fails', async (who) => {
    const { opened, around } = bracketing('chunked');
    const origin = await openOrigin(answering(() => html('page')));
    const stand = await openStand(origin.url, { around });
    const browser = browse(stand.port).send(get(stand.host));
    await browser.has('[page]');
    if (who === 'browser') browser.socket.resetAndDestroy();
    else opened[0]?.sink.fail('corrupt');
    await browser.until(({ isClosed, isEnded }) => isClosed || isEnded);
    const { outcome } = await stand.ended(0);
    expect(outcome).toBe(who === 'browser' ? 'client_aborted' : 'upstream_aborted');
    expect(opened[0]?.isAborted).toBe(true);
    opened[0]?.finish();
    expect(browser.text).not.toContain('0\r\n\r\n');
  });
});
