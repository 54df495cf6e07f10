import { expect, test } from 'vitest';
import { firstLine } from '../../src/home/first-line.ts';
import { socketPair } from '../front/socket-pair.ts';

test.each([
  [['hello\nrest'], 'hello', 'rest'],
  [['he', 'l', 'lo', '\n', 'rest'], 'hello', 'rest'],
  [['\nrest'], '', 'rest'],
  [['ü'.repeat(5_000), '\nmore\nrest'], 'ü'.repeat(5_000), 'more\nrest'],
])('reads one line of %j and leaves the rest', async (chunks, line, rest) => {
  const { near, far, close } = await socketPair();
  const reading = firstLine(near, 20_000);
  for (const chunk of chunks) far.write(chunk);
  expect(await reading).toBe(line);
  far.end('!');
  near.resume();
  let text = '';
  for await (const chunk of near) text += String(chunk);
  expect(text).toBe(`${rest}!`);
  await close();
});

test('a line that is too long, and an end before the newline, are none', async () => {
  for (const [text, ends] of [
    ['x'.repeat(2_000), false],
    [`${'x'.repeat(2_000)}\n`, false],
    ['half', true],
  ] as const) {
    const { near, far, close } = await socketPair();
    const reading = firstLine(near, 1_000);
    if (ends) far.end(text);
    else far.write(text);
    expect(await reading).toBeNull();
    await close();
  }
});
