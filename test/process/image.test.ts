import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { imageOf } from '../../src/process/image.ts';

const elf = (machine: number, bigEndian = false): Buffer => {
  const head = Buffer.alloc(64);
  head.write('\x7fELF', 'latin1');
  head[4] = 2;
  head[5] = bigEndian ? 2 : 1;
  if (bigEndian) head.writeUInt16BE(machine, 18);
  else head.writeUInt16LE(machine, 18);
  return head;
};
const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

test.each([
  ['a script', bytes('echo $0\n'), null],
  ['a script with binary behind its first line', bytes('exec tail -c +20 "$0"\n\0\0\0'), null],
  ['an empty file', bytes(''), null],
  ['a short one', bytes('\0'), 'neither a program nor a text'],
  ['nobody’s', bytes('abc\0def, and more than twenty bytes of it'), 'neither a program nor a text'],
  ['of Windows', Buffer.concat([bytes('MZ\x90\0'), Buffer.alloc(60)]), 'a program for Windows'],
  ['of macOS', Buffer.concat([bytes('\xcf\xfa\xed\xfe'), Buffer.alloc(60)]), 'a program for macOS'],
  ['of a mainframe', elf(22, true), 'a program for s390x'],
  ['of what nobody knows', elf(65_000), 'a program for processor 65000'],
])('%s', (_name, head, expected) => {
  expect(imageOf(head)).toBe(expected);
});

test('this very program is of this processor', () => {
  expect(imageOf(readFileSync(process.execPath).subarray(0, 256))).toBeNull();
});
