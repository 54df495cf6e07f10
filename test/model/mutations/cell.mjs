/** One-line mistakes in src/process/cell.ts; see scripts/mutants.mjs. */
const file = 'process/cell.ts';

export const list = {
  structure: 'cell',
  tests: {
    unit: ['test/process/cell.test.ts'],
    model: ['test/model/cell.model.ts'],
    stress: ['test/stress/cell.stress.ts'],
  },
  mutations: [
    {
      file,
      name: 'W1 comes after W2',
      find: `const record = this.number(advance(current));
    for (let n = AT.run; n < AT.end; n++) store(this.#words, record + n, load(this.#words, from + n));
    return record;`,
      replace: `const record = this.#recordAt(advance(current));
    for (let n = AT.run; n < AT.end; n++) store(this.#words, record + n, load(this.#words, from + n));
    return this.number(advance(current));`,
    },
    {
      file,
      name: 'W2 is done upon the record that holds',
      find: 'return this.#recordsAt + (number & (RECORDS - 1)) * RECORD_WORDS;',
      replace: 'return this.#recordsAt + (number & 0) * RECORD_WORDS;',
    },
    {
      file,
      name: 'W2 forgets what had been there',
      find: 'store(this.#words, record + n, load(this.#words, from + n));',
      replace: 'store(this.#words, record + n, load(this.#words, record + n));',
    },
    {
      file,
      name: 'W2 forgets the last word',
      find: 'for (let n = AT.run; n < AT.end; n++) store(this.#words, record + n, load(this.#words, from + n));',
      replace: 'for (let n = AT.run; n < AT.end - 1; n++) store(this.#words, record + n, load(this.#words, from + n));',
    },
    {
      file,
      name: 'W3 comes before the end is written',
      find: 'this.#setWide(record + AT.endedAt, micros);\n    this.publish();',
      replace: 'this.publish();\n    this.#setWide(record + AT.endedAt, micros);',
    },
    {
      file,
      name: 'W3 comes before the start is written',
      find: 'this.#setWide(record + AT.startedAt, micros);\n    this.publish();',
      replace: 'this.publish();\n    this.#setWide(record + AT.startedAt, micros);',
    },
    {
      file,
      name: 'S2 comes before S1',
      find: `const number = load(this.#words, this.#currentAt); // S1
      const state = this.state.get(); // S2`,
      replace: `const state = this.state.get(); // S2
      const number = load(this.#words, this.#currentAt); // S1`,
    },
    {
      file,
      name: 'S3 is dropped',
      find: 'if (!this.isCurrent(number)) continue;',
      replace: '',
    },
    {
      file,
      name: 'S3 is enough',
      find: 'if (this.isWhole(record, number)) return snapshot;',
      replace: 'return snapshot;',
    },
    {
      file,
      name: 'S5 is content with a later record',
      find: 'return load(this.#words, record + AT.number) === number;',
      replace: 'return load(this.#words, record + AT.number) >= number;',
    },
    {
      file,
      name: 'a new run keeps the end of the one before',
      find: 'for (let n = AT.run; n < AT.end; n++) store(this.#words, record + n, 0);',
      replace: 'for (let n = AT.run; n < AT.endedAt; n++) store(this.#words, record + n, 0);',
    },
    {
      file,
      name: 'the run is of whatever record was read',
      find: 'if (this.isWhole(record, number)) return run;',
      replace: 'return run + (number & 0);',
    },
  ],
  equivalent: [],
};
