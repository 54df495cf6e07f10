/** Watermark under every interleaving: what is stamped before it is there. */
import { describe, expect, test } from 'vitest';
import { add, load, store, type Words } from '#atomic';
import { WATERMARK, Watermark } from '../../src/process/watermark.ts';
import { BOUND } from './bound.ts';
import { explore } from './counted.ts';

const CLOCK = WATERMARK.bytes / 4;
const RECORDS = CLOCK + 1;
const MOST = 3;

/** The clock is read for the stamp before anybody is told. */
class TellsLate extends Watermark {
  override stamp(clock: { micros(): number }, write: (micros: number) => void): void {
    const micros = clock.micros();
    super.stamp(clock, () => write(micros));
  }
}

/** Over before it is written. */
class EndsEarly extends Watermark {
  override stamp(clock: { micros(): number }, write: (micros: number) => void): void {
    let micros = 0;
    super.stamp(clock, (stamp) => {
      micros = stamp;
    });
    write(micros);
  }
}

/** The time that nothing is being written is told as that of the stamp. */
class OneLess extends Watermark {
  override until(now: number): number {
    return super.until(now) + 2;
  }
}

type Kind = typeof Watermark;

function play(writer: Kind, reader: Kind, stall: number[] = []) {
  return explore(
    () => {
      const words: Words = new Int32Array(new SharedArrayBuffer((RECORDS + MOST) * 4));
      const clock = { micros: () => add(words, CLOCK, 1) + 10 };
      const write = () => {
        const watermark = new writer(words, 0);
        for (let n = 0; n < MOST; n++) watermark.stamp(clock, (micros) => store(words, RECORDS + n, micros));
      };
      const look = () => {
        const until = new reader(words, 0).until(clock.micros());
        return { until, seen: Array.from({ length: MOST }, (_, n) => load(words, RECORDS + n)) };
      };
      return {
        threads: [write, look],
        check: ([, looked]) => {
          const { until, seen } = (looked ?? { until: 0, seen: [] }) as ReturnType<typeof look>;
          for (const [n, record] of seen.entries()) {
            const stamp = words[RECORDS + n] ?? 0;
            if (record === 0 && stamp > 0) expect(stamp, 'I1').toBeGreaterThan(until);
          }
        },
      };
    },
    { preemptions: BOUND, stall },
  );
}

test('what is stamped before it is there, also when the writer is stopped at any step', () => {
  expect(play(Watermark, Watermark)).toMatchObject({ ok: true });
  expect(play(Watermark, Watermark, [0])).toMatchObject({ ok: true });
});

describe('wrong twins are refused', () => {
  test.each([
    ['a writer that tells late', TellsLate, Watermark],
    ['a writer that ends early', EndsEarly, Watermark],
    ['a reader that goes too far', Watermark, OneLess],
  ])('%s', (_name, writer, reader) => {
    expect(play(writer, reader)).toMatchObject({ ok: false, error: expect.stringMatching(/I1/) });
  });
});
