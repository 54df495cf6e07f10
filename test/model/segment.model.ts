/**
 * Segment between threads: what its creator wrote plainly is read only after the buffer was posted, regions share no byte, and a
 * retired tenancy is noticed. A posted message is modelled by an atomic word.
 */
import { describe, expect, test } from 'vitest';
import { copyIn, load, set, spin, store, type Words } from '#atomic';
import { SEGMENT, SEGMENT_ENTRY, Segment, SegmentRefused, segmentBytes } from '../../src/lockfree/segment.ts';
import { BOUND } from './bound.ts';
import { type Explored, explore, type Model } from './counted.ts';

/** Sizes at the edges of lines. */
const REGIONS = { one: 1, odd: 129, line: 128, last: 5 } as const;
const NAMES = Object.keys(REGIONS) as (keyof typeof REGIONS)[];

/** A mailbox: the buffer is there once `posted` is set, as with postMessage() and its receipt. */
function mailbox() {
  const words: Words = new Int32Array(new SharedArrayBuffer(4));
  return {
    post: () => store(words, 0, 1),
    receive: () => {
      while (load(words, 0) === 0) spin();
    },
  };
}

/** T0 creates, posts and fills a region; the others attach and fill theirs. */
function fill(isPosted: boolean): Explored {
  const make = (): Model => {
    const buffer = new SharedArrayBuffer(segmentBytes(REGIONS));
    const { post, receive } = mailbox();
    const fillRegion = (segment: Segment, name: string, value: number) => {
      const { bytes } = segment.region(name);
      copyIn(bytes, 0, new Uint8Array(bytes.length).fill(value));
    };
    const create = () => {
      const segment = Segment.create(REGIONS, { buffer, generation: 1 });
      if (isPosted) post();
      fillRegion(segment, 'one', 1);
      fillRegion(segment, 'last', 4);
      if (!isPosted) post();
    };
    const attach = (name: keyof typeof REGIONS, value: number) => () => {
      if (isPosted) receive();
      fillRegion(Segment.attach(buffer), name, value);
    };
    const filled = NAMES.map((name, n) => new Array<number>(REGIONS[name]).fill(n + 1));
    const check = () => {
      const segment = Segment.attach(buffer);
      expect(NAMES.map((name) => [...segment.region(name).bytes])).toEqual(filled); // I1
    };
    return { threads: [create, attach('odd', 2), attach('line', 3)], check };
  };
  return explore(make, { preemptions: BOUND });
}

/** T0's tenancy ends while T1 asks whether it goes on, and T2 attaches by its number. */
function retire(retiring: (segment: Segment) => void, stall: readonly number[] = []): Explored {
  const make = (): Model => {
    const { buffer } = Segment.create(REGIONS);
    const ask = () => {
      const segment = Segment.attach(buffer);
      return [segment.isCurrent(), segment.isCurrent()];
    };
    const attach = () => {
      const words = new Int32Array(buffer);
      const before = load(words, SEGMENT.at.generation);
      const attached = Segment.attach(buffer);
      return [before, attached.generation, attached.isCurrent()];
    };
    return {
      threads: [() => retiring(Segment.attach(buffer, 1)), ask, attach],
      check: ([, asked, attached]) => {
        expect(asked).not.toEqual([false, true]);
        const [before, generation] = attached as number[];
        expect(generation).toBeGreaterThanOrEqual(before ?? 0);
        if (stall.length === 0) expect(() => Segment.attach(buffer, 1)).toThrow(SegmentRefused);
      },
    };
  };
  return explore(make, { preemptions: BOUND, stall });
}

describe('Segment', () => {
  test('threads that attach after the post fill their regions side by side', () => {
    expect(fill(true)).toMatchObject({ ok: true });
  });

  test('wrong use is refused: attaching before the post', () => {
    expect(fill(false)).toMatchObject({ ok: false, error: expect.stringMatching(/^data race|^magic=0x0|^expected/) });
  });

  test('a tenancy that ends is noticed, and does not come back', () => {
    expect(retire((segment) => segment.retire())).toMatchObject({ ok: true });
  });

  test('its owner may stop for ever; the others finish', () => {
    expect(retire((segment) => segment.retire(), [0])).toMatchObject({ ok: true });
  });

  test.each<[string, (segment: Segment) => void]>([
    ['retires plainly', ({ buffer }) => set(new Int32Array(buffer), SEGMENT.at.generation, 2)],
    [
      'retires and comes back',
      (segment) => {
        segment.retire();
        store(new Int32Array(segment.buffer), SEGMENT.at.generation, segment.generation);
      },
    ],
    ['does not retire', (segment) => void segment.isCurrent()],
  ])('wrong twin is refused: %s', (_, retiring) => {
    expect(retire(retiring)).toMatchObject({ ok: false });
  });

  test('a table whose last region leads out of the buffer is refused', () => {
    const { buffer } = Segment.create(REGIONS);
    const lastBytes = (SEGMENT.bytes + (NAMES.length - 1) * SEGMENT_ENTRY.bytes) / 4 + SEGMENT_ENTRY.at.bytes;
    new Int32Array(buffer)[lastBytes] = 129;
    expect(() => Segment.attach(buffer)).toThrow('region=3 offset=');
  });
});
