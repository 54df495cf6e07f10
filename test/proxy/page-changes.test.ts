/** Who is told to record changes of its document, and until when. */
import { expect, test } from 'vitest';
import { type Caller, hello, openPageRoom, type PageRoom } from './page-room.ts';

const SECOND = 1_000_000;

async function page(room: PageRoom, load: string): Promise<Caller> {
  const caller = await room.connect();
  caller.send(hello(load));
  await caller.settled();
  return caller;
}

const told = async (caller: Caller): Promise<unknown[]> => {
  await caller.settled();
  return caller.heard.map((text) => JSON.parse(text)).flatMap(({ say, on }) => (say === 'changes' ? [on] : []));
};

test('pages that are open, and those that come later; again when one comes back; no more ten minutes after the last question', async () => {
  const room = await openPageRoom();
  room.step = 0;
  const first = await page(room, 'first');
  expect(await told(first)).toEqual([false]);
  expect(room.socket.recordChanges()).toEqual({ isNew: true, pages: 1 });
  expect(room.socket.recordChanges()).toEqual({ isNew: false, pages: 1 });
  expect(await told(first)).toEqual([false, true]);
  expect(await told(await page(room, 'second'))).toEqual([true]);
  const again = await page(room, 'first');
  expect(await told(again)).toEqual([true]);

  const pass = (seconds: number) => {
    room.step = seconds * SECOND;
    room.socket.mintToken();
    room.step = 0;
    room.socket.tick();
  };
  pass(599);
  expect(room.socket.recordChanges()).toMatchObject({ isNew: false });
  pass(599);
  expect(await told(again)).toEqual([true]);
  pass(2);
  expect(await told(again)).toEqual([true, false]);
  expect(await told(await page(room, 'third'))).toEqual([false]);
  expect(room.socket.recordChanges()).toMatchObject({ isNew: true });
});
