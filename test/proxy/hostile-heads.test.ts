import { describe, expect, test } from 'vitest';
import { type HostileCase, hostileRequests, hostileResponses } from './hostile-heads.ts';
import { type Reading, readText } from './http1-events.ts';

const requests = hostileRequests();
const responses = hostileResponses();

const named = (one: HostileCase): string => `${one.group}: ${JSON.stringify(one.text.slice(0, 160))}`;

/** Refused, and no message said to be whole before. */
const refused = (reading: Reading): boolean =>
  reading.refusal !== null && reading.messages.every((one) => !one.ended || one.first.startsWith('1'));

/** One whole message, beside interim ones, and nothing left. */
function passed(reading: Reading): boolean {
  const final = reading.messages.filter((one) => !/^1\d\d /.test(one.first) || one.framing === 'tunnel');
  const whole = final.length === 1 && final.every((one) => one.ended || one.framing === 'tunnel');
  return reading.refusal === null && reading.rest === '' && whole;
}

describe('the corpus', () => {
  test('has at least 2,000 requests and 800 responses, both sorts in each', () => {
    expect(requests.length).toBeGreaterThanOrEqual(2_000);
    expect(responses.length).toBeGreaterThanOrEqual(800);
    expect(requests.filter((one) => one.legal).length).toBeGreaterThanOrEqual(500);
    expect(responses.filter((one) => one.legal).length).toBeGreaterThanOrEqual(200);
  });
});

describe('the reader', () => {
  test('refuses every request that is not legal', () => {
    const wrong = requests.filter((one) => !one.legal && !refused(readText({ role: 'request' }, one.text)));
    expect(wrong.map(named)).toEqual([]);
  });

  test('passes every legal request, its bytes unchanged', () => {
    const wrong = requests.filter((one) => {
      if (!one.legal) return false;
      const reading = readText({ role: 'request' }, one.text);
      const passedOn = reading.messages.map((message) => message.head + message.raw).join('');
      return !passed(reading) || passedOn !== one.text.replace(/^\r\n/, '');
    });
    expect(wrong.map(named)).toEqual([]);
  });

  test('refuses every response that is not legal, with 502', () => {
    const wrong = responses.filter((one) => {
      if (one.legal) return false;
      const reading = readText({ role: 'response', answers: one.answers }, one.text);
      return !refused(reading) || !reading.refusal?.startsWith('502 ');
    });
    expect(wrong.map(named)).toEqual([]);
  });

  test('passes every legal response, its bytes unchanged', () => {
    const wrong = responses.filter((one) => {
      if (!one.legal) return false;
      const reading = readText({ role: 'response', answers: one.answers }, one.text);
      return !passed(reading) || reading.messages.map((message) => message.head + message.raw).join('') !== one.text;
    });
    expect(wrong.map(named)).toEqual([]);
  });
});
