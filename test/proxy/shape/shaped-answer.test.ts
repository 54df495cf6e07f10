import { expect, test } from 'vitest';
import { AnswerOutlet } from '../../../src/proxy/shape/answer-outlet.ts';
import { LiveRule } from '../../../src/proxy/shape/live-rule.ts';
import { newPlan, type Plan } from '../../../src/proxy/shape/plan.ts';
import { Reordering } from '../../../src/proxy/shape/reordering.ts';
import { RuleBook } from '../../../src/proxy/shape/rule-book.ts';
import { RULE_CELLS_BYTES, RuleCells } from '../../../src/proxy/shape/rule-cells.ts';
import { ShapedAnswer } from '../../../src/proxy/shape/shaped-answer.ts';
import type { Loss } from '../../../src/proxy/upstream.ts';
import { chaosInputs, chaosSpec } from '../../../src/tools/chaos-input.ts';
import { handClock } from './hand-clock.ts';

function answerWith(change: Partial<Plan>, reordering: Reordering | null = null) {
  const clock = handClock();
  const seen: { text: string; rest: string | null; end: Loss | null | undefined; failed: string; opened: number } = {
    text: '',
    rest: null,
    end: undefined,
    failed: '',
    opened: 0,
  };
  const plan: Plan = { ...newPlan(), ...change };
  const outlet = new AnswerOutlet(plan, clock, {
    give: (bytes) => {
      seen.text += bytes.toString('latin1');
    },
    drained() {},
    finished: (loss) => {
      seen.end = loss;
    },
  });
  const answer = new ShapedAnswer(plan, 'GET', outlet, {
    reordering: () => reordering ?? new Reordering(clock, 1, 1, () => {}),
    opened: () => {
      seen.opened += 1;
    },
    switched: (head, rest) => {
      seen.text += head.toString('latin1');
      seen.rest = rest.toString('latin1');
    },
    failed: (error) => {
      seen.failed = error?.message ?? '?';
    },
    note() {},
  });
  return { answer, outlet, seen, clock, take: (text: string) => answer.take(Buffer.from(text)) };
}

function aRule(): LiveRule {
  const cells = new RuleCells(new BigInt64Array(new SharedArrayBuffer(RULE_CELLS_BYTES)));
  const book = new RuleBook(cells);
  const state = { isEnabled: true, preset: null, seed: 1, globalOdds: 1 };
  book.setChaos(chaosInputs([{ type: 'out_of_order' }]).map(chaosSpec), state, 0);
  const [rule] = book.update(0).added;
  if (rule === undefined) throw new Error('no rule');
  return new LiveRule(rule, cells);
}

const WHOLE = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab';
const ENDLESS = 'HTTP/1.1 200 OK\r\n\r\nab';

test('what the target sends behind its answer is not read, also while the last byte is late', () => {
  const { seen, take, clock } = answerWith({ lateEndMs: 10 });
  take(`${WHOLE}HTTP/1.1 500 No\r\n\r\n`);
  take('HTTP/1.1 500 No\r\n\r\n');
  clock.move(10);
  expect(seen).toMatchObject({ text: WHOLE, end: null, failed: '' });
});

test('an answer that breaks off is none; one without a length ends with its connection', () => {
  const broken = answerWith({});
  broken.take(WHOLE.slice(0, -1));
  broken.answer.end();
  expect(broken.seen.failed).toMatch(/ended in a body/);
  const endless = answerWith({});
  endless.take(ENDLESS);
  expect(endless.seen.end).toBeUndefined();
  endless.answer.end();
  expect(endless.seen).toMatchObject({ text: ENDLESS, end: null });
});

test('it waits for others byte by byte, ended or not, and comes after the one behind it', () => {
  const clock = handClock();
  const reorder = { reorder: { by: aRule(), min: 2, maxWaitMs: 1_000 } };
  const reordering = new Reordering(clock, 2, 1_000, () => {});
  const [first, second] = [answerWith(reorder, reordering), answerWith(reorder, reordering)];
  for (const byte of ENDLESS) first.take(byte);
  first.answer.end();
  expect([first.answer.isWaiting, first.seen.text]).toEqual([true, '']);
  second.take(WHOLE);
  expect([second.seen.text, first.seen.text]).toEqual([WHOLE, '']);
  second.answer.leave();
  expect(first.seen).toMatchObject({ text: ENDLESS, end: null, opened: 1 });
});

test('switching protocols: all behind the head is the tunnel’s, also when the answer had to wait', () => {
  const head = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n';
  const at = answerWith({});
  at.take(`${head}hi`);
  expect(at.seen).toMatchObject({ text: head, rest: 'hi' });
  const clock = handClock();
  const reorder = { reorder: { by: aRule(), min: 2, maxWaitMs: 5 } };
  const late = answerWith(reorder, new Reordering(clock, 2, 5, () => {}));
  late.take(head);
  late.take('hi');
  clock.move(5);
  expect(late.seen).toMatchObject({ text: head, rest: 'hi', end: undefined });
});
