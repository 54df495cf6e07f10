/** One-line mistakes in src/lockfree/segment.ts, pool.ts and sequence.ts, whose words do not race; see scripts/mutants.mjs. */
const file = 'segment.ts';

export const list = {
  structure: 'segment',
  tests: {
    unit: ['test/lockfree/segment.test.ts', 'test/lockfree/pool.test.ts', 'test/lockfree/sequence.test.ts'],
    model: ['test/model/segment.model.ts'],
    stress: ['test/stress/segment.stress.ts'],
  },
  mutations: [
    {
      file,
      name: 'C2 is dropped',
      find: 'store(words, SEGMENT.at.generation, memory.generation); // C2',
      replace: '',
    },
    {
      file,
      name: 'attach forgets the generation',
      find: 'if (generation !== undefined && current !== generation)',
      replace: 'if (false)',
    },
    {
      file,
      name: 'retire leaves the generation',
      find: '(this.generation + 1) | 0',
      replace: 'this.generation',
    },
    {
      file,
      name: 'isCurrent does not look',
      find: 'return load(this.#words, SEGMENT.at.generation) === this.generation;',
      replace: 'return true;',
    },
    {
      file,
      name: 'regions share lines',
      find: 'Math.ceil(bytes / LINE) * LINE',
      replace: 'Math.ceil(bytes / 8) * 8',
    },
    {
      file,
      name: 'regions overlap',
      find: 'offset += alignUp(bytes);',
      replace: 'offset += alignUp(bytes - 1);',
    },
    {
      file,
      name: 'a gap in the table is believed',
      find: 'offset === end && bytes > 0',
      replace: 'bytes > 0',
    },
    {
      file,
      name: 'a region outside is believed',
      find: 'offset + bytes <= buffer.byteLength && ',
      replace: '',
    },
    { file, name: 'any version is attached', find: 'if (version !== SEGMENT_VERSION)', replace: 'if (false)' },
    {
      file: 'pool.ts',
      name: 'a recycled buffer keeps its bytes',
      find: 'new Uint8Array(recycled).fill(0);',
      replace: '{}',
    },
    {
      file: 'pool.ts',
      name: 'a recycled buffer keeps its generation',
      find: '?.generation ?? 0) + 1;',
      replace: '?.generation ?? 1);',
    },
    {
      file: 'pool.ts',
      name: 'a lease is taken back twice',
      find: 'if (!tenant?.leased || tenant.generation',
      replace: 'if (tenant === undefined || tenant.generation',
    },
    {
      file: 'pool.ts',
      name: 'a past lease is taken back',
      find: ' || tenant.generation !== lease.generation',
      replace: '',
    },
    {
      file: 'sequence.ts',
      name: 'sequences do not wrap',
      find: 'sequence + by) | 0',
      replace: 'sequence + by)',
    },
    {
      file: 'sequence.ts',
      name: 'distance is not wrapped',
      find: '(to - from) | 0',
      replace: 'to - from',
    },
    {
      file: 'sequence.ts',
      name: 'what is equal is before',
      find: 'distance(a, b) > 0',
      replace: 'distance(a, b) >= 0',
    },
  ],
  equivalent: [
    {
      name: 'C2 before C1',
      why: 'nobody has the buffer before C3: the order of what comes before it cannot be seen',
    },
  ],
};
