/** One-line mistakes in src/lockfree/ring-buffer.ts, whose pages are the journal's; see scripts/mutants.mjs. */
const file = 'ring-buffer.ts';

export const list = {
  structure: 'ring-buffer',
  tests: { unit: ['test/lockfree/ring-buffer.test.ts'], model: ['test/model/ring-buffer.model.ts'], stress: [] },
  mutations: [
    { file, name: 'a page too few', find: '+ readers + 2,', replace: '+ readers + 1,' },
    {
      file,
      name: 'pages without room for headers',
      find: '(pageBytes + room) / 4',
      replace: '(pageBytes + HEAD_BYTES) / 4',
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
    { file, name: 'pieces come newest first', find: 'chunks.reverse().flat()', replace: 'chunks.flat()' },
    {
      file,
      name: 'bytes before the position are told',
      find: 'const skip = Math.max(0, from - start, since - position);',
      replace: 'const skip = Math.max(0, from - start);',
    },
    {
      file,
      name: 'bytes beyond the capacity are told',
      find: 'const skip = Math.max(0, from - start, since - position);',
      replace: 'const skip = Math.max(0, since - position);',
    },
    { file, name: 'a cut piece keeps its position', find: 'position: position + skip,', replace: 'position,' },
    {
      file,
      name: 'a cut piece has the bytes of the whole',
      find: 'this.#journal.copyBytes(place.at + skip, place.length - skip)',
      replace: 'this.#journal.copyBytes(place.at, place.length - skip)',
    },
    {
      file,
      name: 'a flood that took the newest page leaves nothing',
      find: 'if (total === undefined && end > 0 && tries > 0)',
      replace: 'if (false)',
    },
  ],
  equivalent: [],
};
