import { describe, expect, test } from 'vitest';
import { type ExchangeEvent, type ExchangeState, mayBeSentAgain, step } from '../../src/proxy/exchange.ts';

/** The states, effects and outcomes of a script of events, as a trace. */
function play(...events: ExchangeEvent[]): string[] {
  let state: ExchangeState = 'asking';
  return events.map((event) => {
    const next = step(state, event);
    if (next === null) return `${event} ignored`;
    state = next.to;
    return [event, '→', next.to, ...next.effects, ...(next.outcome === null ? [] : [`(${next.outcome})`])].join(' ');
  });
}

describe('an exchange', () => {
  test('in the usual order', () => {
    expect(play('request_end', 'answer_head', 'answer_end')).toEqual([
      'request_end → waiting',
      'answer_head → answering',
      'answer_end → done next (complete)',
    ]);
  });

  test('whose answer is over before its request', () => {
    expect(play('answer_head', 'answer_end', 'request_end')).toEqual([
      'answer_head → answering_early',
      'answer_end → answered_early',
      'request_end → done next (complete)',
    ]);
    expect(play('answer_head', 'answer_last').at(-1)).toBe('answer_last → done drop_upstream linger (complete)');
    expect(play('answer_head', 'answer_end', 'upstream_lost').at(-1)).toBe(
      'upstream_lost → done drop_upstream linger (complete)',
    );
  });

  test('whose target breaks off is told before an answer, cut within one', () => {
    expect(play('request_end', 'upstream_lost').at(-1)).toBe(
      'upstream_lost → done drop_upstream refuse (upstream_aborted)',
    );
    expect(play('request_end', 'answer_head', 'upstream_lost').at(-1)).toBe(
      'upstream_lost → done drop_upstream drop_downstream (upstream_aborted)',
    );
  });

  test('on a stale connection is sent again, and waits', () => {
    expect(play('request_end', 'upstream_stale', 'answer_head').slice(1)).toEqual([
      'upstream_stale → waiting drop_upstream resend',
      'answer_head → answering',
    ]);
    expect(play('upstream_stale')).toEqual(['upstream_stale ignored']);
  });

  test('switches protocols only after the whole request', () => {
    expect(play('request_end', 'switched').at(-1)).toBe('switched → tunnel (upgraded)');
    expect(play('switched')).toEqual(['switched → done drop_upstream refuse (upstream_aborted)']);
  });

  test('is over once: each way ends with one outcome, and nothing follows', () => {
    const events: ExchangeEvent[] = [
      'request_end',
      'request_bad',
      'answer_head',
      'answer_end',
      'answer_last',
      'switched',
    ];
    const ends: ExchangeEvent[] = ['upstream_lost', 'abandoned', 'upstream_stale', 'unreachable', 'downstream_lost'];
    const all = [...events, ...ends];
    const walk = (state: ExchangeState, depth: number, seen: Set<ExchangeState>): void => {
      for (const event of all) {
        const next = step(state, event);
        if (next === null) continue;
        const isOver = next.to === 'done' || next.to === 'tunnel';
        expect([state, event, next.outcome !== null]).toEqual([state, event, isOver]);
        seen.add(next.to);
        if (depth > 0) walk(next.to, depth - 1, seen);
      }
    };
    const seen = new Set<ExchangeState>(['asking']);
    walk('asking', 4, seen);
    expect([...seen].sort()).toEqual(
      ['answered_early', 'answering', 'answering_early', 'asking', 'done', 'tunnel', 'waiting'].sort(),
    );
    for (const event of all) expect(step('done', event)).toBeNull();
  });

  test.each<ExchangeEvent[]>([[], ['request_end'], ['answer_head'], ['request_end', 'answer_head']])(
    'that the browser leaves costs the target’s connection: %j %j',
    (...before) => {
      expect(play(...before, 'downstream_lost').at(-1)).toBe('downstream_lost → done drop_upstream (client_aborted)');
    },
  );
});

test('only what is idempotent and has no body is sent again', () => {
  expect(mayBeSentAgain('GET', false)).toBe(true);
  expect(mayBeSentAgain('DELETE', false)).toBe(true);
  expect(mayBeSentAgain('PUT', true)).toBe(false);
  expect(mayBeSentAgain('POST', false)).toBe(false);
  expect(mayBeSentAgain('get', false)).toBe(false);
});
