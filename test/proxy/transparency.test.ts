import { createHash } from 'node:crypto';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ANY_MATCH, type Match, type Rule } from '../../src/proxy/shape/rule.ts';
import { RULE_CELLS_BYTES, RuleCells } from '../../src/proxy/shape/rule-cells.ts';
import { Shaper } from '../../src/proxy/shape/shaper.ts';
import type { Shaping } from '../../src/proxy/surroundings.ts';
import { browse, openOrigin, openStand, type Peer } from './stand.ts';

const CODINGS = {
  identity: (body: Buffer) => body,
  gzip: (body: Buffer) => gzipSync(body),
  br: (body: Buffer) => brotliCompressSync(body),
  deflate: (body: Buffer) => deflateSync(body),
  // What it holds is nobody's business.
  zstd: (body: Buffer) => Buffer.concat([Buffer.from('28b52ffd', 'hex'), body]),
};

const token = fc.stringMatching(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,20}$/);
const value = fc.stringMatching(/^[!-~\x80-\xff]([ -~\x80-\xff]{0,40}[!-~\x80-\xff])?$/);
const fields = fc.array(fc.tuple(fc.nat(99), token, value), { maxLength: 12 }).map((list) =>
  // In front of every name something that no field of a meaning begins with.
  list.map(([n, name, text]) => `X${n}-${name}: ${text}\r\n`).join(''),
);
const body = fc
  .oneof(
    { weight: 4, arbitrary: fc.uint8Array({ maxLength: 2_000 }) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 60_000, maxLength: 200_000, size: 'max' }) },
  )
  .map((bytes) => Buffer.from(bytes));
const cuts = fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1, maxLength: 12 });

const message = fc.record({
  fields,
  body,
  coding: fc.constantFrom(...(Object.keys(CODINGS) as (keyof typeof CODINGS)[])),
  framing: fc.constantFrom('length', 'chunked', 'close'),
  chunks: cuts,
  pieces: cuts,
});
type Message = typeof message extends fc.Arbitrary<infer Value> ? Value : never;

/** Cuts bytes at the sizes given, over and over. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, n = 0; at < bytes.length; n++) {
    const size = sizes[n % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

function framed(
  { body, coding, framing, chunks, fields }: Message,
  withClose: boolean,
): { head: string; payload: Buffer } {
  const encoded = CODINGS[coding](body);
  const codingField = coding === 'identity' ? '' : `Content-Encoding: ${coding}\r\n`;
  if (framing === 'close' && withClose) return { head: fields + codingField, payload: encoded };
  if (framing !== 'chunked')
    return { head: `${fields}${codingField}Content-Length: ${encoded.length}\r\n`, payload: encoded };
  const lines = cut(encoded, chunks).flatMap((piece) => [`${piece.length.toString(16)};x="y z"\r\n`, piece, '\r\n']);
  const payload = Buffer.concat([...lines, '0\r\nX-Trailer: t\r\n\r\n'].map((part) => Buffer.from(part)));
  return { head: `${fields}${codingField}Transfer-Encoding: chunked\r\n`, payload };
}

async function write(peer: Peer, bytes: Buffer, sizes: readonly number[]): Promise<void> {
  for (const piece of cut(bytes, sizes)) {
    peer.socket.write(piece);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const digest = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex');

/** What has come of a message: its own head lines, and a digest of everything behind them. */
const seen = (text: string) => {
  const end = text.indexOf('\r\n\r\n') + 4;
  return { head: text.slice(0, end), body: digest(text.slice(end)) };
};

/** Rules in force, of `match` each, which do nothing but pass. */
function shaping(matches: readonly Partial<Match>[]): Shaping {
  const shaper = new Shaper({
    cells: new RuleCells(new BigInt64Array(new SharedArrayBuffer(RULE_CELLS_BYTES))),
    clock: { millis: () => performance.now(), after: (ms, run) => asTimer(setTimeout(run, ms)) },
    micros: () => 0,
    iso: () => '',
    changed() {},
  });
  const added = matches.map(
    (match, at): Rule => ({
      ...{ key: at, slot: at, id: `rule-${at}`, isChaos: false, times: null, expiresAt: null, seed: at },
      match: { ...ANY_MATCH, ...match },
      acts: [{ do: 'delay', min: 0, max: 0, jitter: 0 }],
    }),
  );
  shaper.update({ order: added.map(({ key }) => key), added, hasChaos: false, globalOdds: 1, globalSeed: 0 });
  return shaper;
}
const asTimer = (timer: NodeJS.Timeout) => ({ cancel: () => clearTimeout(timer) });

const HUNDRED = Array.from({ length: 100 }, (_, n) => ({ urlPattern: `^/nothing/${n}/\\d+$` }));

test.each([
  ['without rules', null, 150],
  ['with a hundred rules that do not match', shaping(HUNDRED), 40],
  ['with a rule that touches all and changes nothing', shaping([{}]), 80],
] as const)(
  'what is sent comes out, byte for byte, both ways, however it is cut, %s',
  { timeout: 120_000 },
  async (_, rules, runs) => {
    const origin = await openOrigin();
    const stand = await openStand(origin.url, { around: { shaping: rules } });
    let count = 0;
    await fc.assert(
      fc.asyncProperty(message, message, async (request, answer) => {
        const asked = framed(request, false);
        const answered = framed(answer, true);
        const browser = browse(stand.port);
        const start = `POST /?${count} HTTP/1.1\r\nHost: ${stand.host}\r\n`;
        await write(
          browser,
          Buffer.concat([Buffer.from(`${start + asked.head}\r\n`, 'latin1'), asked.payload]),
          request.pieces,
        );
        const target = await origin.peer(count);
        count += 1;
        await target.until(
          ({ text }) => text.length - text.indexOf('\r\n\r\n') - 4 >= asked.payload.length && text.includes('\r\n\r\n'),
        );
        const there = seen(target.text);
        expect(there.head).toContain(`Host: 127.0.0.1:${origin.port}\r\n${asked.head}X-Forwarded-For: `);
        expect(there.body).toBe(digest(asked.payload.toString('latin1')));
        await write(
          target,
          Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${answered.head}\r\n`, 'latin1'), answered.payload]),
          answer.pieces,
        );
        const isClose = answer.framing === 'close';
        if (isClose) target.socket.end();
        else browser.socket.end();
        await browser.until(({ isEnded, isClosed }) => isEnded || isClosed);
        const here = seen(browser.text);
        expect(here.head).toBe(`HTTP/1.1 200 OK\r\n${answered.head}${isClose ? 'Connection: close\r\n' : ''}\r\n`);
        expect(here.body).toBe(digest(answered.payload.toString('latin1')));
        browser.socket.destroy();
        target.socket.destroy();
      }),
      { numRuns: Number(process.env.TRANSPARENCY_RUNS ?? runs) },
    );
  },
);
