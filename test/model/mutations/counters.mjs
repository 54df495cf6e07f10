/** One-line mistakes in src/lockfree/counters.ts; see scripts/mutants.mjs. */
const file = 'counters.ts';

export const list = {
  structure: 'counters',
  tests: {
    unit: ['test/lockfree/counters.test.ts'],
    model: ['test/model/counters.model.ts', 'test/model/flag.model.ts'],
    stress: ['test/stress/words.stress.ts'],
  },
  mutations: [
    {
      file: 'total.ts',
      name: 'a total without its upper half',
      find: 'return (halves[1 - LOW] ?? 0) * HIGH_UNIT + ((halves[LOW] ?? 0) >>> 0);',
      replace: 'return (halves[LOW] ?? 0) >>> 0;',
    },
    {
      file: 'total.ts',
      name: 'a total whose lower half is signed',
      find: '((halves[LOW] ?? 0) >>> 0)',
      replace: '(halves[LOW] ?? 0)',
    },
    {
      file: 'total.ts',
      name: 'what is added has 32 bits',
      find: '(n | 0) === n ? BigInt(n | 0) : BigInt(n)',
      replace: 'BigInt(n | 0)',
    },
    {
      file,
      name: 'add is a load and a store',
      find: 'addWide(this.wide, this.indexOf(name), wideOf(n));',
      replace: 'storeWide(this.wide, this.indexOf(name), loadWide(this.wide, this.indexOf(name)) + BigInt(n));',
      imports: 'storeWide',
    },
    {
      file,
      name: 'add looks first whether there is anything to add to',
      find: 'addWide(this.wide, this.indexOf(name), wideOf(n));',
      replace:
        'if (loadWide(this.wide, this.indexOf(name)) === 0n) storeWide(this.wide, this.indexOf(name), BigInt(n)); else addWide(this.wide, this.indexOf(name), wideOf(n));',
      imports: 'storeWide',
    },
    {
      file,
      name: 'add has 32 bits',
      find: 'addWide(this.wide, this.indexOf(name), wideOf(n));',
      replace: 'add32(new Int32Array(this.wide.buffer, this.wide.byteOffset), this.indexOf(name) * 2, n);',
      imports: 'add as add32',
    },
    { file, name: 'add counts one', find: 'wideOf(n))', replace: '1n)' },
    {
      file,
      name: 'get has 32 bits',
      find: 'return numberOf(loadWide(this.wide, this.indexOf(name)));',
      replace: 'return Number(BigInt.asIntN(32, loadWide(this.wide, this.indexOf(name))));',
    },
    { file, name: 'the base is forgotten', find: 'return this.#base + at;', replace: 'return at;' },
    {
      file,
      name: 'totals share lines',
      find: 'LINE / BigInt64Array.BYTES_PER_ELEMENT',
      replace: '1',
    },
    {
      file,
      name: 'raise is a load and a store',
      find: 'return exchange(this.#words, this.#at, 1) === 0;',
      replace: 'return load(this.#words, this.#at) === 0 && (store(this.#words, this.#at, 1), true);',
    },
    {
      file,
      name: 'raise tells everybody that it was the first',
      find: 'exchange(this.#words, this.#at, 1) === 0;',
      replace: 'exchange(this.#words, this.#at, 1) >= 0;',
    },
    {
      file,
      name: 'raise lowers',
      find: 'exchange(this.#words, this.#at, 1)',
      replace: 'exchange(this.#words, this.#at, 0)',
    },
    {
      file,
      name: 'lower writes plainly',
      find: 'store(this.#words, this.#at, 0);',
      replace: 'set(this.#words, this.#at, 0);',
      imports: 'set',
    },
    { file, name: 'lower is dropped', find: 'store(this.#words, this.#at, 0);', replace: '' },
    {
      file,
      name: 'isUp reads plainly',
      find: 'return load(this.#words, this.#at) !== 0;',
      replace: 'return plain(this.#words, this.#at) !== 0;',
      imports: 'get as plain',
    },
  ],
  equivalent: [],
};
