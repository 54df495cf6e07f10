/** A hostile page says whatever it likes over its own page socket; nobody else's state changes, and nothing falls over. */
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ENTRY_KINDS } from '../../src/proxy/page-message.ts';
import { type Caller, hello, openPageRoom, type PageRoom } from './page-room.ts';

const SEED = 20_260_801;

/** A page like any other, and one run that it was asked for and has not answered. */
async function openVictim(stand: PageRoom): Promise<{ page: number; caller: Caller }> {
  const caller = await stand.connect();
  caller.send(hello('victim'));
  await caller.settled();
  const page = [...stand.facts.keys()].at(-1) ?? 0;
  expect(stand.socket.exec(page, 'victim-run', 'return 1')).toBe(true);
  return { page, caller };
}

const NUMBERS = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(0, -1, 1e308, 2 ** 53, 0.5));
const ID = fc.constantFrom('own-run', 'victim-run', 'none', '', '__proto__', '../../etc/passwd');
const KIND = fc.oneof(fc.constantFrom(...ENTRY_KINDS), fc.constantFrom('http', 'execution', 'page', '__proto__', ''));
const FACTS = fc.oneof(
  fc.dictionary(
    fc.constantFrom('message', 'page', 'id', 'stack', 'toString', '__proto__', 'file', 'line'),
    fc.jsonValue(),
  ),
  fc.jsonValue(),
);
const FRAMES = fc.oneof(
  fc.record({ say: fc.constant('answer'), id: ID, ok: fc.boolean(), value: fc.jsonValue(), page: NUMBERS }),
  fc.record({
    say: fc.constant('report'),
    last: NUMBERS,
    dropped: NUMBERS,
    page: NUMBERS,
    entries: fc.array(fc.record({ kind: KIND, at: NUMBERS, facts: FACTS, page: NUMBERS, id: NUMBERS })),
  }),
  fc.record({
    say: fc.constant('status'),
    url: fc.string(),
    title: fc.jsonValue(),
    vitals: fc.jsonValue(),
    page: NUMBERS,
  }),
  fc.record({ say: fc.constant('clock'), id: NUMBERS, at: NUMBERS }),
);
/** What ends a connection, if it is not a message of the client's. */
const GARBAGE = fc.oneof(
  fc.string(),
  fc.json(),
  fc.constantFrom(hello('victim2'), '{"say":"exec","id":"x","src":"/"}', '{"say":"welcome","page":"page_1"}', '"'),
);

test('frames of every sort: nothing but the page’s own session changes', async () => {
  const stand = await openPageRoom();
  const victim = await openVictim(stand);
  const before = JSON.stringify(stand.facts.get(victim.page));
  let loads = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(FRAMES, { maxLength: 40 }), fc.option(GARBAGE), async (frames, garbage) => {
      const caller = await stand.connect();
      loads += 1;
      caller.send(hello(`attacker ${loads}`));
      await caller.settled();
      const own = [...stand.facts.keys()].at(-1) ?? 0;
      expect(own).not.toBe(victim.page);
      const [entries, answers] = [stand.entries.length, stand.answers.length];
      stand.socket.exec(own, 'own-run', 'return 2');
      caller.send(...frames.map((frame) => JSON.stringify(frame)));
      expect(await caller.settled()).toBe('open');
      const forged = frames.filter(({ say }) => say === 'answer').length;
      const given = stand.answers.slice(answers);
      expect(given.map(({ id }) => id)).toEqual(given.length === 0 ? [] : ['own-run']);
      expect(stand.entries.slice(entries).every(({ page, kind }) => page === own && ENTRY_KINDS.includes(kind))).toBe(
        true,
      );
      caller.send('{"say":"report","last":1e308,"dropped":1,"entries":[]}');
      await caller.settled();
      const dropped = stand.facts.get(own)?.dropped ?? 0;
      expect(Number.isSafeInteger(dropped)).toBe(true);
      expect(dropped).toBeGreaterThanOrEqual(forged - given.length);
      if (garbage !== null) caller.send(garbage, ...frames.map((frame) => JSON.stringify(frame)));
      await caller.settled();
      await caller.end();
      stand.socket.forgetRun('own-run');
      expect(JSON.stringify(stand.facts.get(victim.page))).toBe(before);
    }),
    { seed: SEED, numRuns: 300 },
  );
  expect(victim.caller.heard.filter((text) => !/"(?:welcome|clock|exec|changes)"/.test(text))).toEqual([]);
  victim.caller.send('{"say":"answer","id":"victim-run","ok":true,"value":1}');
  await victim.caller.settled();
  expect(stand.answers.at(-1)).toMatchObject({ id: 'victim-run', value: 1 });
}, 120_000);

describe('answers', () => {
  test('one that nobody asked for, of another page’s run, a second and a late one: none is taken, each is counted', async () => {
    const stand = await openPageRoom();
    await openVictim(stand);
    const caller = await stand.connect();
    caller.send(hello('attacker'));
    await caller.settled();
    const own = [...stand.facts.keys()].at(-1) ?? 0;
    stand.socket.exec(own, 'first', '');
    stand.socket.exec(own, 'late', '');
    stand.socket.forgetRun('late');
    const answer = (id: string, value: number) => JSON.stringify({ say: 'answer', id, ok: true, value });
    caller.send(
      ...[['victim-run', 0] as const, ['none', 1] as const, ['first', 2] as const].map(([id, n]) => answer(id, n)),
    );
    caller.send(answer('first', 3), answer('late', 4), '{"say":"status"}');
    await caller.settled();
    expect(stand.answers.map(({ id, value }) => [id, value])).toEqual([['first', 2]]);
    expect(stand.facts.get(own)?.dropped).toBe(4);
  });
});

describe('one message', () => {
  test.each([
    ['facts', `{"say":"report","last":1,"entries":[{"kind":"error","at":1,"facts":{"message":DEEP}}]}`],
    ['the value of an answer', `{"say":"answer","id":"own-run","ok":true,"value":DEEP}`],
  ])('with %s of a hundred thousand levels ends that connection, and nothing else', async (_, text) => {
    const stand = await openPageRoom();
    const victim = await openVictim(stand);
    const caller = await stand.connect();
    caller.send(hello('attacker'));
    await caller.settled();
    stand.socket.exec([...stand.facts.keys()].at(-1) ?? 0, 'own-run', '');
    caller.send(text.replace('DEEP', '['.repeat(100_000) + ']'.repeat(100_000)));
    expect(await caller.settled()).toBe('closed');
    expect(stand).toMatchObject({ entries: [], answers: [] });
    expect(await victim.caller.settled()).toBe('open');
  });

  test('that is none ends the connection: what follows it is not looked at', async () => {
    const stand = await openPageRoom();
    const caller = await stand.connect();
    caller.send(
      '{"say":"ask"}',
      hello('too late'),
      '{"say":"report","last":1,"entries":[{"kind":"error","facts":{}}]}',
    );
    expect(await caller.settled()).toBe('closed');
    expect(stand).toMatchObject({ entries: [], open: 0 });
    expect(stand.facts.size).toBe(0);
  });

  test('with words that are objects: readers get text', async () => {
    const stand = await openPageRoom();
    const caller = await stand.connect();
    const facts = { message: { toString: null, valueOf: null }, line: { valueOf: 1 }, error: { name: 'E' } };
    caller.send(
      hello('attacker'),
      JSON.stringify({ say: 'report', last: 1, entries: [{ kind: 'error', at: 1, facts }] }),
    );
    await caller.settled();
    expect(stand.entries[0]?.facts).toEqual({
      message: '{"toString":null,"valueOf":null}',
      line: '{"valueOf":1}',
      error: { name: 'E' },
    });
  });
});

test('a flood: a page’s messages and entries of one second are limited, the others are counted', async () => {
  const stand = await openPageRoom();
  stand.step = 0;
  const caller = await stand.connect();
  caller.send(hello('attacker'));
  const entry = { kind: 'console', at: 1, facts: { text: 'x' } };
  const report = (last: number, count: number) =>
    JSON.stringify({ say: 'report', last, entries: Array.from({ length: count }, () => entry) });
  caller.send(report(5_000, 5_000), ...Array.from({ length: 1_000 }, (_, at) => report(5_001 + at, 1)));
  const ticking = setInterval(() => stand.socket.tick(), 5);
  onTestFinished(() => clearInterval(ticking));
  await caller.settled();
  expect(stand.entries).toHaveLength(4_000);
  stand.step = 1_000_000;
  caller.send('{"say":"status"}');
  await caller.settled();
  // 1,000 too many of the first report, what the other 198 said, and 802 messages.
  expect([...stand.facts.values()].at(-1)?.dropped).toBe(1_000 + 198 + 802);
});
