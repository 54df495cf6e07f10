/** One-line mistakes in src/lockfree/ring-buffer.ts, whose pages are the journal's; see scripts/mutants.mjs. */
const file = 'ring-buffer.ts';

export const list = {
  structure: 'ring-buffer',
  tests: {
    unit: ['test/lockfree/ring-buffer.test.ts'],
    model: ['test/model/ring-buffer.model.ts'],
    stress: ['test/stress/ring-buffer.stress.ts'],
  },
  mutations: [
    { file, name: 'a page too few', find: '+ readers + 2,', replace: '+ readers + 1,' },
    {
      file,
      name: 'pages without room for headers',
      find: '(pageBytes + room) / 8',
      replace: '(pageBytes + HEAD_BYTES) / 8',
    },
    {
      file,
      name: 'all pieces of a write have its position',
      find: 'const at = position + done;',
      replace: 'const at = position;',
    },
    {
      file,
      name: 'positions have 32 bits',
      find: 'b: Math.floor(at / HIGH)',
      replace: 'b: 0',
    },
    {
      file,
      name: 'positions are signed',
      find: 'b * HIGH + (a >>> 0)',
      replace: 'b * HIGH + a',
    },
    {
      file,
      name: 'a write is cut at its start',
      find: 'chunk.subarray(done, done + length)',
      replace: 'chunk.subarray(0, length)',
    },
    {
      file,
      name: 'the total is of another moment',
      find: 'total ??= page.before + …;',
      replace: 'total ??= this.total();',
    },
    {
      file,
      name: 'what is kept is of another moment',
      find: 'kept = Math.min(limit, total - page.before);',
      replace: 'kept = Math.min(limit, this.total() - page.before);',
    },
    {
      file,
      name: 'more is kept than the capacity',
      find: 'kept = Math.min(limit, total - page.before);',
      replace: 'kept = total - page.before;',
    },
    {
      file,
      name: 'a walk stops a page early',
      find: 'return kept < limit;',
      replace: 'return kept + page.before < 0;',
    },
    { file, name: 'pieces come newest first', find: 'pages.reverse().flat()', replace: 'pages.flat()' },
    {
      file,
      name: 'bytes before the position are told',
      find: 'Math.max(0, from - (end - length), since - positionOf(a, b))',
      replace: 'Math.max(0, from - (end - length))',
    },
    {
      file,
      name: 'bytes beyond the capacity are told',
      find: 'Math.max(0, from - (end - length), since - positionOf(a, b))',
      replace: 'Math.max(0, since - positionOf(a, b))',
    },
    { file, name: 'a cut piece keeps its position', find: 'positionOf(a, b) + cut', replace: 'positionOf(a, b)' },
    {
      file,
      name: 'a cut piece has the bytes of the whole',
      find: 'copy.subarray(at + cut - begin, at + length - begin)',
      replace: 'copy.subarray(at - begin, at + length - begin)',
    },
    {
      file,
      name: 'a flood that took the newest page leaves nothing',
      find: 'if (total === undefined && end > 0 && tries > 0)',
      replace: 'if (false)',
    },
    {
      file,
      name: 'what lies between pieces is told',
      find: 'copy.copyWithin(end, at, at + length);',
      replace: '',
    },
    {
      file,
      name: 'a page is copied without its last byte',
      find: 'page.bodyAt(last) + page.lengthOf(last) - begin',
      replace: 'page.bodyAt(last) + page.lengthOf(last) - 1 - begin',
    },
    {
      file,
      name: 'a tail comes newest first',
      find: 'concatenated(chunks.reverse())',
      replace: 'concatenated(chunks)',
    },
  ],
  equivalent: [],
};
