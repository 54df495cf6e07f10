import { describe, expect, test } from 'vitest';
import { Fault } from '../../src/text/fault.ts';
import { checkArguments, shown } from '../../src/tools/arguments.ts';
import { listing } from '../../src/tools/listing.ts';
import { INSTRUCTIONS, TOOLS } from '../../src/tools/table.ts';

const proc = TOOLS.find(({ name }) => name === 'proc');

function refusal(given: unknown): Fault {
  try {
    if (proc !== undefined) checkArguments(proc, given);
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error('nothing was refused');
}

describe('arguments', () => {
  test.each([null, undefined, {}])('%j lacks an action', (given) => {
    expect(refusal(given).values).toMatchObject({ parameter: 'action' });
  });

  test.each([[[]], ['x'], [7]])('%j is no object', (given) => {
    expect(refusal(given).message).toBe('arguments must be an object');
  });

  test('a parameter of another action is unknown for this one', () => {
    expect(refusal({ action: 'list', tail: 5 }).text).toMatch(
      /parameter "tail" is unknown for proc list\. Valid: action, path, global, label\./,
    );
  });

  test('names of the prototype are unknown, not found', () => {
    expect(refusal({ action: 'list', constructor: 1 }).code).toBe('invalid_argument');
    expect(refusal({ action: 'toString' }).code).toBe('invalid_argument');
    expect(refusal(JSON.parse('{"action":"list","__proto__":1}')).code).toBe('invalid_argument');
  });

  test('a name that is nearly right is told', () => {
    expect(refusal({ action: 'outptu' }).text).toMatch(/Did you mean output\?$/);
    expect(refusal({ action: 'output', process_id: 'a', stream: 'stdou' }).text).toMatch(/Did you mean stdout\?$/);
  });

  test.each([
    [150, null],
    [201, 'arguments are nested more than 200 deep'],
    [100_000, 'arguments are nested more than 200 deep'],
  ])('a value that is nested %i deep', (depth, said) => {
    let deep: unknown = 'x';
    for (let level = 0; level < depth; level++) deep = [deep];
    const { message, hint } = refusal({ action: 'list', label: deep });
    if (said === null) expect(message).toMatch(/^label=/);
    else expect(message).toBe(said);
    expect(hint).toMatch(/^Parameters of proc/);
  });

  test('a value in an error is short', () => {
    expect(shown('x'.repeat(1_000)).length).toBeLessThan(120);
  });
});

describe('the table', () => {
  test('every parameter belongs to an action, every action takes known parameters', () => {
    for (const tool of TOOLS) {
      if (tool.actions === undefined) continue;
      const taken = new Set(Object.values(tool.actions).flat());
      expect([...taken, 'action'].sort()).toEqual(Object.keys(tool.input.shape).sort());
    }
  });

  test('is within the budgets of clients', () => {
    expect(TOOLS.length).toBeLessThanOrEqual(10);
    expect(JSON.stringify(listing()).length / 4).toBeLessThanOrEqual(3_000);
    expect(Buffer.byteLength(INSTRUCTIONS)).toBeLessThanOrEqual(2_048);
    for (const { description } of listing()) expect(Buffer.byteLength(description)).toBeLessThanOrEqual(2_048);
  });

  test('names are as users know them', () => {
    expect(listing().map(({ name }) => name)).toEqual([
      'detect',
      'run',
      'proc',
      'proxy',
      'proxylog',
      'currentpage',
      'timeline',
      'errors',
      'daemon',
    ]);
  });
});
