/** Copies of documents that a browser has kept: asked for anew once the page client in them is another one. */
import { describe, expect, test } from 'vitest';
import { acceptEncodingFor, mayBeDocument, openDocument } from '../../src/proxy/document.ts';
import { conditionsOf, copyTag, targetTags } from '../../src/proxy/document-copy.ts';
import { requestOf as headOf } from './heads.ts';
import { answering, browse, openOrigin, openStand } from './stand.ts';

const requestOf = (fields: string, line?: string) => headOf(`Host: localhost:41234\r\n${fields}`, line);
const THIS = '0123456789';
const DATE = 'Sat, 28 Nov 2026 12:00:00 GMT';

test.each([
  [['ETag', '"x"'], 'W/"x.devtool-s0123456789"'],
  [['etag', 'W/"x"', 'Last-Modified', DATE], 'W/"x.devtool-w0123456789"'],
  [['ETag', '""'], 'W/".devtool-s0123456789"'],
  [['Last-Modified', DATE], 'W/"Sat,28Nov202612:00:00GMT.devtool-n0123456789"'],
  [['ETag', 'no tag', 'Last-Modified', DATE], 'W/"Sat,28Nov202612:00:00GMT.devtool-n0123456789"'],
  [['ETag', 'no tag'], null],
  [[], null],
])('%j makes the tag %s', (fields, tag) => {
  expect(copyTag(fields, THIS)).toBe(tag);
});

test.each([
  ['W/"x.devtool-s0123456789"', '"x"'],
  ['W/"x.devtool-w0123456789", W/"y.devtool-s0123456789","z", W/"a,b"', 'W/"x", "y", "z", W/"a,b"'],
  ['W/"Sat.devtool-n0123456789"', null],
  ['W/"x.devtool-s0000000000.devtool-s0123456789"', '"x.devtool-s0000000000"'],
])('the target knows %s as %s', (value, known) => {
  expect(targetTags(value)).toBe(known);
});

describe('the conditions of a request', () => {
  const OLD = 'W/"x.devtool-s9876543210"';
  const DOCUMENT = 'Sec-Fetch-Dest: document\r\n';
  test.each([
    ['with the client of now', `If-None-Match: W/"x.devtool-s0123456789"\r\n${DOCUMENT}`, THIS],
    ['with it and another', `If-None-Match: ${OLD}, W/"x.devtool-s0123456789"\r\n`, THIS],
    ['with another', `If-None-Match: ${OLD}\r\n`, null],
    ['for a document that says nothing of a client', `If-None-Match: "x"\r\n${DOCUMENT}`, null],
    ['for one by its date alone', `If-Modified-Since: ${DATE}\r\n${DOCUMENT}`, null],
  ])('%s', (_, fields, version) => {
    expect(conditionsOf(requestOf(fields), THIS)).toEqual({ version });
  });

  test.each([
    ['for what is no document', 'If-None-Match: "x"\r\nSec-Fetch-Dest: script\r\n', undefined],
    ['for what does not say so', `If-None-Match: "x"\r\nIf-Modified-Since: ${DATE}\r\n`, undefined],
    ['for a document, without conditions', DOCUMENT, undefined],
    ['of another method', `If-None-Match: "x"\r\n${DOCUMENT}`, 'PUT / HTTP/1.1'],
  ])('are left alone: %s', (_, fields, line) => {
    expect(conditionsOf(requestOf(fields, line), THIS)).toBeNull();
  });

  test('of another method stay, as the target knows them', () => {
    expect(conditionsOf(requestOf(`If-None-Match: ${OLD}\r\n`, 'PUT / HTTP/1.1'), THIS)).toEqual({ version: THIS });
  });
});

describe('a kept document', () => {
  const PAGE = '<!doctype html><html><head></head><body></body></html>';
  const documents = { mayBeDocument, acceptEncodingFor, openDocument };
  const clientOf = (inline: string) => ({ script: '// client', inline });

  /** What the target is asked, and the browser gets, when it asks again behind a proxy with the client `then`. */
  async function askAgain(validators: string, first: string, then: string, isAskedFor: (head: string) => boolean) {
    const origin = await openOrigin(
      answering((head) =>
        isAskedFor(head)
          ? `HTTP/1.1 304 Not Modified\r\n${validators}\r\n`
          : `HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n${validators}Content-Length: ${PAGE.length}\r\n\r\n${PAGE}`,
      ),
    );
    const asked = async (inline: string, more: string) => {
      const stand = await openStand(origin.url, { around: { documents, client: clientOf(inline) } });
      const browser = browse(stand.port);
      browser.send(`GET / HTTP/1.1\r\nHost: ${stand.host}\r\nSec-Fetch-Dest: document\r\n${more}\r\n`);
      await stand.ended(0);
      await browser.has('\r\n\r\n');
      return browser.text;
    };
    const tag = /\r\nETag: (.*)\r\n/i.exec(await asked(first, ''))?.[1] ?? '';
    const date = /Last-Modified: .*\r\n/.exec(validators)?.[0].replace('Last-Modified', 'If-Modified-Since') ?? '';
    return { tag, text: await asked(then, `If-None-Match: ${tag}\r\n${date}`) };
  }

  const BY_TAG = (head: string) => head.includes('\r\nIf-None-Match: "x"\r\n');
  const BY_DATE = (head: string) => head.includes(`\r\nIf-Modified-Since: ${DATE}\r\n`) && !head.includes('None-Match');

  test.each([
    ['by a tag', 'ETag: "x"\r\n', BY_TAG],
    ['by a date', `Last-Modified: ${DATE}\r\n`, BY_DATE],
    ['by both', `ETag: "x"\r\nLast-Modified: ${DATE}\r\n`, BY_TAG],
  ])('is good as long as the client is the same, and the target says so %s', async (_, validators, isAskedFor) => {
    const { tag, text } = await askAgain(validators, 'one', 'one', isAskedFor);
    expect(text).toMatch(/^HTTP\/1\.1 304 /);
    if (validators.startsWith('ETag')) expect(text).toContain(`\r\nETag: ${tag}\r\n`);
    const { text: other } = await askAgain(validators, 'one', 'another', isAskedFor);
    expect(other).toMatch(/^HTTP\/1\.1 200 /);
    expect(other).toContain('>another</script>');
  });
});
