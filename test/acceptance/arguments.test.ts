/** What a child is called with: exactly what was given, whatever a shell would have made of it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PROGRAMS, world } from './harness.ts';

const HOSTILE = [
  '',
  ' ',
  '$(touch pwned)',
  '`id`',
  '; ls',
  '&& ls',
  '| cat',
  '> out',
  '*',
  '~',
  '$HOME',
  '%PATH%',
  '--',
  '-e',
  "'",
  '"',
  '\\',
  '\n',
  '\t',
  '\u001b[31m',
  '\u202e',
  'é',
  '😀',
  '{}',
  '!!',
  '#',
];

test('argv is exact, in any number', async () => {
  const { connect } = await world();
  const session = await connect();
  const seen = async (args: readonly string[]) => {
    const { data } = await session.ok('run', {
      command: 'node',
      args: [`${PROGRAMS}/argv.mjs`, ...args],
      mode: 'foreground-raw',
    });
    return (data['stdout'] as string).trim();
  };
  // A NUL ends an argument for the system; lone surrogates have no bytes.
  const argument = fc.oneof(
    fc.constantFrom(...HOSTILE),
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.replaceAll('\0', '')),
  );
  const hex = (args: readonly string[]) => args.map((one) => Buffer.from(one).toString('hex')).join('.');
  expect(await seen(HOSTILE)).toBe(hex(HOSTILE));
  await fc.assert(
    fc.asyncProperty(fc.array(argument, { maxLength: 60 }), async (args) => {
      expect(await seen(args)).toBe(hex(args));
    }),
    { numRuns: 10 },
  );
});
