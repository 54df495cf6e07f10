/** One-line mistakes in src/lockfree/state-word.ts and state-table.ts; see scripts/mutants.mjs. */
const file = 'state-word.ts';
const table = 'state-table.ts';

export const list = {
  structure: 'state-word',
  tests: {
    unit: ['test/lockfree/state-word.test.ts'],
    model: ['test/model/state-word.model.ts'],
    stress: ['test/stress/words.stress.ts'],
  },
  mutations: [
    {
      file,
      name: 'M2 is a load and a store',
      find: 'return compareExchange(this.words, this.at, from, to) === from;',
      replace: 'return load(this.words, this.at) === from && (store(this.words, this.at, to), true);',
    },
    {
      file,
      name: 'M2 overwrites whatever it finds',
      find: 'return compareExchange(this.words, this.at, from, to) === from;',
      replace: 'return exchange(this.words, this.at, to) === from;',
      imports: 'exchange',
    },
    {
      file,
      name: 'M2 expects what it finds',
      find: 'compareExchange(this.words, this.at, from, to) === from',
      replace: 'compareExchange(this.words, this.at, load(this.words, this.at), to) === from',
    },
    {
      file,
      name: 'M2 takes another’s success for its own',
      find: 'compareExchange(this.words, this.at, from, to) === from;',
      replace: '[from, to].includes(compareExchange(this.words, this.at, from, to));',
    },
    {
      file,
      name: 'M2 always says yes',
      find: 'compareExchange(this.words, this.at, from, to) === from;',
      replace: 'compareExchange(this.words, this.at, from, to) >= 0;',
    },
    {
      file,
      name: 'M2 writes plainly',
      find: 'return compareExchange(this.words, this.at, from, to) === from;',
      replace: 'return load(this.words, this.at) === from && (set(this.words, this.at, to), true);',
      imports: 'set',
    },
    {
      file,
      name: 'get reads plainly',
      find: 'return this.stateOf(load(this.words, this.at));',
      replace: 'return this.stateOf(plain(this.words, this.at));',
      imports: 'get as plain',
    },
    { file, name: 'M1 is dropped', find: 'if (!this.#table.allows(before, after)) throw', replace: 'if (false) throw' },
    {
      file: table,
      name: 'codes count from one',
      find: 'if (this.states[code] === state) return code;',
      replace: 'if (this.states[code] === state) return code + 1;',
    },
    {
      file,
      name: 'reset forgets its state',
      find: 'store(this.words, this.at, this.#table.codeOf(state));',
      replace: 'store(this.words, this.at, 0);',
    },
    {
      file,
      name: 'get looks at the first word',
      find: 'load(this.words, this.at)',
      replace: 'load(this.words, 0)',
    },
    {
      file: table,
      name: 'what may be moved from is asked of where it goes',
      find: 'this.#moves[from]?.[to]',
      replace: 'this.#moves[to]?.[from]',
    },
    { file, name: 'a foreign word is believed', find: 'if (state === undefined)', replace: 'if (false)' },
  ],
  equivalent: [],
};
