import { expect, test } from 'vitest';
import { joined } from '../../src/tools/joined.ts';

/** Questions that are answered by hand, with their number. */
function questions() {
  const asked: { key: string; settle(): void; fail(): void }[] = [];
  const ask = joined(
    (key: string) =>
      new Promise<number>((resolve, reject) => {
        const number = asked.length;
        asked.push({ key, settle: () => resolve(number), fail: () => reject(new Error(`no ${number}`)) });
      }),
  );
  return { asked, ask };
}

test('who asks while an answer is under way shares the next one, which begins after it', async () => {
  const { asked, ask } = questions();
  const first = ask('a');
  const later = [ask('a'), ask('a'), ask('a')];
  expect(asked.length).toBe(1);
  asked[0]?.settle();
  expect(await first).toBe(0);
  expect(asked.length).toBe(2);
  asked[1]?.settle();
  expect(await Promise.all(later)).toEqual([1, 1, 1]);
  void ask('a');
  expect(asked.length).toBe(3);
});

test('each key by itself; a failure is its own askers alone', async () => {
  const { asked, ask } = questions();
  const [first, next, other] = [ask('a'), ask('a'), ask('b')];
  expect(asked.map(({ key }) => key)).toEqual(['a', 'b']);
  asked[0]?.fail();
  await expect(first).rejects.toThrow('no 0');
  asked[2]?.settle();
  expect(await next).toBe(2);
  asked[1]?.settle();
  expect(await other).toBe(1);
});
