import { describe, expect, test } from 'vitest';
import { JournalWriter } from '../../src/lockfree/journal.ts';
import { type JournalGeometry, journalBytes } from '../../src/lockfree/journal-pages.ts';
import { JournalReader } from '../../src/lockfree/journal-reader.ts';
import { Http1Reader, type RequestHead, type ResponseHead } from '../../src/proxy/http1.ts';
import { TrafficLogger } from '../../src/proxy/traffic-logger.ts';
import { TrafficTap } from '../../src/proxy/traffic-tap.ts';

const GEOMETRY: JournalGeometry = { pages: 8, pageBytes: 160 * 1_024, readers: 1 };

function log(most = 1_000, geometry = GEOMETRY) {
  const open = () => {
    const buffer = new SharedArrayBuffer(journalBytes(geometry));
    const memory = { words: new Int32Array(buffer), wide: new BigInt64Array(buffer), bytes: new Uint8Array(buffer) };
    return { memory, writer: new JournalWriter(memory, geometry), reader: new JournalReader(memory, 0, geometry) };
  };
  const [http, bodies, messages] = [open(), open(), open()];
  const time = { now: 0 };
  let id = 0;
  let begun = 0;
  const tapOn = (journals: TrafficTap['journals']) =>
    new TrafficTap(
      journals,
      () => time.now,
      () => ++id,
    );
  const tap = tapOn({ http: http.writer, bodies: bodies.writer, messages: messages.writer });
  const logger = new TrafficLogger(
    { http: http.reader, bodies: bodies.reader, messages: messages.reader },
    most,
    () => begun,
  );
  const beginWith = (by: TrafficTap) => (head: RequestHead) => {
    begun += 1;
    return by.began(head, 1);
  };
  /** The worker's, after the first one was lost. */
  const succeed = () => {
    const writer = () => new JournalWriter(http.memory, geometry);
    return { begin: beginWith(tapOn({ ...tap.journals, http: writer() })) };
  };
  return { tap, logger, time, begin: beginWith(tap), succeed, totals: () => begun };
}

function headOf(text: string, role: 'request' | 'response'): RequestHead | ResponseHead {
  const reader = new Http1Reader(role);
  reader.push(Buffer.from(text, 'latin1'));
  const head = reader.next('GET');
  if (head?.kind !== 'request' && head?.kind !== 'response') throw new Error('no head');
  return head;
}
const get = (path: string, more = ''): RequestHead =>
  headOf(`GET ${path} HTTP/1.1\r\nHost: a\r\n${more}\r\n`, 'request') as RequestHead;
const answer = (status: number): ResponseHead =>
  headOf(`HTTP/1.1 ${status} X\r\nContent-Length: 5\r\nX-A: é\r\n\r\n`, 'response') as ResponseHead;

test('an exchange from its begin to its end', () => {
  const { logger, time, begin } = log();
  time.now = 1_000;
  const entry = begin(get('/a?b=c', 'X-Devtool-Load: abc\r\n'));
  expect(logger.exchanges({}, 0)).toMatchObject([
    { id: entry.id, method: 'GET', target: '/a?b=c', status: 0, outcome: null, ended: null, load: 'abc' },
  ]);
  expect(logger.exchanges({}, 2_000)).toMatchObject([{ outcome: 'lost' }]);
  time.now = 2_000;
  entry.reached();
  entry.sent([Buffer.from('ab'), Buffer.from('c')]);
  time.now = 3_000;
  entry.responded(answer(404));
  entry.received([Buffer.from('hello')]);
  time.now = 4_500;
  entry.ended('upstream_aborted', 'it broke off');
  const [exchange] = logger.exchanges({}, 9_000);
  expect(exchange).toMatchObject({
    id: entry.id,
    method: 'GET',
    target: '/a?b=c',
    status: 404,
    outcome: 'upstream_aborted',
    note: 'it broke off',
    load: 'abc',
  });
  expect(exchange).toMatchObject({
    began: 1_000,
    connected: 2_000,
    firstByte: 3_000,
    ended: 4_500,
    requestBytes: 3,
    responseBytes: 5,
  });
  expect(exchange?.response).toEqual(['Content-Length', '5', 'X-A', 'é'.replace('é', '\xe9')]);
  expect(logger.body(entry.id, 'request', 3)).toEqual({ bytes: Buffer.from('abc'), isWhole: true });
  expect(logger.body(entry.id, 'response', 5).bytes.toString()).toBe('hello');
});

test('one that is under way tells the rules that touch it so far, whatever else passes; its end tells all', () => {
  const { logger, begin } = log();
  const entry = begin(get('/slow'));
  entry.touched('first +5 ms');
  const other = begin(get('/other'));
  entry.touched('first +5 ms; sécond');
  expect(logger.exchanges({}, 0).map(({ rules }) => rules)).toEqual(['first +5 ms; sécond', '']);
  expect(logger.exchanges({ id: other.id }, 0)).toMatchObject([{ rules: '' }]);
  expect(logger.totals().available).toBe(2);
  entry.ended('complete', '', 'first +5 ms; sécond (its body is no JSON)');
  expect(logger.exchanges({ id: entry.id }, 0)).toMatchObject([
    { outcome: 'complete', rules: 'first +5 ms; sécond (its body is no JSON)' },
  ]);
  entry.touched('too late');
  expect(logger.exchanges({}, 0)).toHaveLength(2);
});

describe('bounds', () => {
  test('the newest are kept, in order, and what is gone is counted, also after wrapping', () => {
    const { logger, begin, time } = log(100, { pages: 6, pageBytes: 16 * 1_024, readers: 1 });
    for (let i = 0; i < 5_000; i++) {
      time.now = i;
      const entry = begin(get(`/${i}`));
      entry.responded(answer(i % 2 === 0 ? 200 : 500));
      entry.ended('complete');
    }
    const all = logger.exchanges({}, 0);
    expect(all.map(({ target }) => target)).toEqual(Array.from({ length: 100 }, (_, at) => `/${4_900 + at}`));
    expect(logger.totals()).toEqual({ total: 5_000, available: 100, dropped: 4_900 });
    expect(logger.exchanges({ status: (status) => status >= 500 }, 0)).toHaveLength(50);
    expect(logger.exchanges({ after: all.at(-3)?.id ?? 0 }, 0)).toHaveLength(2);
    expect(logger.newest(3, {}, 0)).toEqual({ exchanges: all.slice(-3), total: 100 });
    expect(logger.newest(3, { status: (status) => status >= 500 }, 0)).toEqual({
      exchanges: all.filter(({ status }) => status >= 500).slice(-3),
      total: 50,
    });
  });

  test('heads of 64 KiB each are kept, the second cut where the page ends', () => {
    const { logger, begin } = log(10, { pages: 8, pageBytes: 100 * 1_024, readers: 1 });
    const entry = begin(get('/', `A: ${'x'.repeat(60_000)}\r\n`));
    entry.responded(
      headOf(`HTTP/1.1 200 OK\r\nB: ${'y'.repeat(60_000)}\r\nContent-Length: 0\r\n\r\n`, 'response') as ResponseHead,
    );
    entry.ended('complete');
    const [exchange] = logger.exchanges({}, 0);
    expect(exchange?.request[3]).toHaveLength(60_000);
    expect(exchange?.response[1]?.length).toBeGreaterThan(40_000);
  });

  test('a small body that comes at once with its end is in the record of that, and nowhere else', () => {
    const { tap, logger, begin } = log();
    const entry = begin(get('/'));
    entry.responded(answer(200));
    tap.hold();
    entry.received([Buffer.from('hello')]);
    entry.ended('complete', 'a note', 'a rule');
    tap.release();
    expect(tap.journals.bodies.records).toBe(0);
    expect(logger.body(entry.id, 'response', 5)).toEqual({ bytes: Buffer.from('hello'), isWhole: true });
    expect(logger.body(entry.id, 'request', 0).bytes).toHaveLength(0);
    expect(logger.exchanges({}, 0)).toMatchObject([
      { status: 200, responseBytes: 5, note: 'a note', rules: 'a rule', response: ['Content-Length', '5', 'X-A', 'é'] },
    ]);
  });

  test('a small body whose end does not come with it is in the log when its turn is over', () => {
    const { tap, logger, begin } = log();
    const [entry, other] = [begin(get('/')), begin(get('/other'))];
    tap.hold();
    entry.received([Buffer.from('hello')]);
    other.received([Buffer.from('other')]);
    tap.release();
    const expectBodies = () => {
      expect(logger.body(entry.id, 'response', 5)).toEqual({ bytes: Buffer.from('hello'), isWhole: true });
      expect(logger.body(other.id, 'response', 5)).toEqual({ bytes: Buffer.from('other'), isWhole: true });
    };
    expectBodies();
    entry.ended('complete');
    other.ended('complete');
    expectBodies();
  });

  test('a small body in pieces is put together', () => {
    const { tap, logger, begin } = log();
    const entry = begin(get('/'));
    tap.hold();
    entry.received([Buffer.from('he'), Buffer.from('llo')]);
    entry.ended('complete');
    tap.release();
    expect(logger.body(entry.id, 'response', 5)).toEqual({ bytes: Buffer.from('hello'), isWhole: true });
  });

  test('of a body the first 64 KiB', () => {
    const { logger, begin } = log();
    const entry = begin(get('/'));
    for (let i = 0; i < 100; i++) entry.received([Buffer.alloc(1_000, i)]);
    expect(logger.body(entry.id, 'response', 100_000).bytes).toHaveLength(65_536);
    expect(logger.body(entry.id, 'response', 100_000).isWhole).toBe(true);
    entry.ended('complete');
    expect(logger.exchanges({}, 0)[0]?.responseBytes).toBe(100_000);
  });
});

test('the newest are those that began last, under way or over', () => {
  const { logger, begin } = log();
  const entries = ['/1', '/2', '/3', '/4'].map((path) => begin(get(path)));
  for (const at of [3, 0, 1]) entries[at]?.ended('complete');
  const { exchanges, total } = logger.newest(2, {}, 0);
  expect(exchanges).toMatchObject([
    { target: '/3', outcome: null },
    { target: '/4', outcome: 'complete' },
  ]);
  expect(total).toBe(4);
});

test('clear hides what was there, also what ends later', () => {
  const { logger, begin } = log();
  const first = begin(get('/1'));
  const second = begin(get('/2'));
  first.ended('complete');
  logger.clear(second.id);
  second.ended('complete');
  expect(logger.exchanges({}, 0)).toEqual([]);
  expect(logger.totals()).toEqual({ total: 2, available: 0, dropped: 0 });
  begin(get('/3'));
  expect(logger.exchanges({}, 0)).toMatchObject([{ target: '/3' }]);
});

test('behind a cursor are those that ended later and those under way, and no others are looked at', () => {
  const { logger, begin, time } = log(5_000, { pages: 8, pageBytes: 240 * 1_024, readers: 1 });
  const waiting = begin(get('/waits'));
  for (let i = 1; i <= 4_000; i++) {
    time.now = i;
    begin(get(`/${i}`)).ended('complete');
  }
  const slow = begin(get('/slow'));
  time.now = 5_000;
  slow.ended('complete');
  const ids = (heardAfter: number) => logger.exchanges({ heardAfter }, 0).map(({ id }) => id);
  expect(ids(5_000)).toEqual([waiting.id]);
  expect(ids(4_000)).toEqual([waiting.id, slow.id]);
  expect(ids(3_998)).toEqual([waiting.id, slow.id - 2, slow.id - 1, slow.id]);
  let looked = 0;
  const status = () => ++looked > 0;
  logger.exchanges({ heardAfter: 4_000, status }, 0);
  expect(looked).toBe(2);
});

test('messages of a connection', () => {
  const { tap, logger, begin, time } = log();
  const entry = begin(get('/'));
  tap.message(entry.id, { opcode: 1, flags: 1, size: 5, payload: Buffer.from('hello') });
  tap.message(entry.id, { opcode: 1, flags: 2, size: 100_000, payload: Buffer.alloc(70_000) });
  expect(logger.messages()).toMatchObject([
    { exchange: entry.id, direction: 'out', kind: 'text', size: 5, payload: Buffer.from('hello') },
    { exchange: entry.id, direction: 'in', kind: 'event', size: 100_000 },
  ]);
  expect(logger.messages()[1]?.payload).toHaveLength(65_536);
  time.now = 7;
  tap.message(entry.id, { opcode: 1, flags: 1, size: 1, payload: Buffer.from('x') });
  expect(logger.messages(0, 6).map(({ size }) => size)).toEqual([1]);
  expect(logger.messages(0, 7)).toEqual([]);
});

describe('what is under way is told, however much has ended since', () => {
  test.each([1, 3, 254, 255, 300])('%d exchanges', (count) => {
    const { tap, logger, begin, totals } = log(10);
    const waiting = Array.from({ length: count }, (_, i) => begin(get(`/waits/${i}`)));
    for (let i = 0; i < 2_000; i++) begin(get(`/over/${i}`)).ended('complete');
    const last = begin(get('/last'));
    const shown = logger.exchanges({}, 0);
    expect(shown.filter(({ outcome }) => outcome === null).map(({ id }) => id)).toEqual(
      [...waiting, last].map(({ id }) => id),
    );
    expect(shown.filter(({ outcome }) => outcome === 'complete')).toHaveLength(10);
    expect(logger.totals()).toEqual({ total: totals(), available: count + 11, dropped: 1_990 });
    expect(tap.underWay).toBe(count + 1);
  });

  test('also by those that a lost worker had, and by its successor', () => {
    const first = log(10);
    first.begin(get('/lost'));
    for (let i = 0; i < 5; i++) first.begin(get(`/over/${i}`)).ended('complete');
    const second = first.succeed();
    second.begin(get('/waits'));
    const targets = () => first.logger.exchanges({}, 0).map(({ target }) => target);
    expect(targets()).toEqual(['/lost', '/over/0', '/over/1', '/over/2', '/over/3', '/over/4', '/waits']);
    for (let i = 5; i < 8; i++) second.begin(get(`/over/${i}`)).ended('complete');
    expect(targets()).toContain('/lost');
    expect(targets()).toContain('/waits');
  });
});
