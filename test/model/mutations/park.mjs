/** One-line mistakes in src/lockfree/park.ts; see scripts/mutants.mjs. */
const file = 'park.ts';
const WAIT = 'wait(ticket: number, ms?: number): Waited { add(this.words, this.waiters, 1); // W1';
const WAIT_ASYNC =
  'async waitAsync(ticket: number, ms?: number): Promise<Waited> { add(this.words, this.waiters, 1); // W1';
const SLEEP =
  'const ended = wait(this.words, this.version, ticket, ms); // W2 add(this.words, this.waiters, -1); // W3';
const SLEEP_ASYNC =
  'const ended = await waitAsync(this.words, this.version, ticket, ms); // W2 add(this.words, this.waiters, -1); // W3';
const WAKE =
  'add(this.words, this.version, 1); // K1 if (load(this.words, this.waiters) !== 0) notify(this.words, this.version); // K2, K3';

export const list = {
  structure: 'park',
  tests: {
    unit: ['test/lockfree/park.test.ts'],
    model: ['test/model/park.model.ts'],
    stress: ['test/stress/park.stress.ts'],
  },
  mutations: [
    { file, name: 'K1 is dropped', find: 'add(this.words, this.version, 1); // K1', replace: '' },
    {
      file,
      name: 'K1 is a load and a store',
      find: 'add(this.words, this.version, 1); // K1',
      replace: 'store(this.words, this.version, load(this.words, this.version) + 1);',
      imports: 'store',
    },
    {
      file,
      name: 'K2 before K1',
      find: WAKE,
      replace:
        'const asleep = load(this.words, this.waiters); add(this.words, this.version, 1); if (asleep !== 0) notify(this.words, this.version);',
    },
    {
      file,
      name: 'K3 before K1',
      find: WAKE,
      replace:
        'if (load(this.words, this.waiters) !== 0) notify(this.words, this.version); add(this.words, this.version, 1);',
    },
    { file, name: 'K3 is dropped', find: 'notify(this.words, this.version); //', replace: '{} //' },
    {
      file,
      name: 'K3 wakes one',
      find: 'notify(this.words, this.version);',
      replace: 'notify(this.words, this.version, 1);',
    },
    {
      file,
      name: 'K3 only for more than one waiter',
      find: 'load(this.words, this.waiters) !== 0',
      replace: 'load(this.words, this.waiters) > 1',
    },
    {
      file,
      name: 'K3 at another word',
      find: 'notify(this.words, this.version);',
      replace: 'notify(this.words, this.waiters);',
    },
    {
      file,
      name: 'W1 is dropped',
      find: WAIT,
      replace: 'wait(ticket: number, ms?: number): Waited {',
    },
    {
      file,
      name: 'W1 is a load and a store',
      find: WAIT,
      replace:
        'wait(ticket: number, ms?: number): Waited { store(this.words, this.waiters, load(this.words, this.waiters) + 1);',
      imports: 'store',
    },
    {
      file,
      name: 'W1 after W2',
      find: `${WAIT} ${SLEEP}`,
      replace:
        'wait(ticket: number, ms?: number): Waited { const ended = wait(this.words, this.version, ticket, ms); add(this.words, this.waiters, 1); add(this.words, this.waiters, -1);',
    },
    {
      file,
      name: 'W2 sleeps on the version that it finds',
      find: 'const ended = wait(this.words, this.version, ticket, ms);',
      replace: 'const ended = wait(this.words, this.version, load(this.words, this.version), ms);',
    },
    {
      file,
      name: 'W2 sleeps for ever',
      find: 'const ended = wait(this.words, this.version, ticket, ms);',
      replace: 'const ended = wait(this.words, this.version, ticket);',
    },
    { file, name: 'W3 is dropped', find: SLEEP, replace: 'const ended = wait(this.words, this.version, ticket, ms);' },
    {
      file,
      name: 'W3 is a store of 0',
      find: SLEEP,
      replace: 'const ended = wait(this.words, this.version, ticket, ms); store(this.words, this.waiters, 0);',
      imports: 'store',
    },
    {
      file,
      name: 'W1 is dropped, asynchronously',
      find: WAIT_ASYNC,
      replace: 'async waitAsync(ticket: number, ms?: number): Promise<Waited> {',
    },
    {
      file,
      name: 'W2 sleeps on the version that it finds, asynchronously',
      find: 'await waitAsync(this.words, this.version, ticket, ms);',
      replace: 'await waitAsync(this.words, this.version, load(this.words, this.version), ms);',
    },
    {
      file,
      name: 'W3 is dropped, asynchronously',
      find: SLEEP_ASYNC,
      replace: 'const ended = await waitAsync(this.words, this.version, ticket, ms);',
    },
    {
      file,
      name: 'a ticket is of the next version',
      find: 'return load(this.words, this.version);',
      replace: 'return load(this.words, this.version) + 1;',
    },
    {
      file,
      name: 'prepare reads plainly',
      find: 'return load(this.words, this.version);',
      replace: 'return get(this.words, this.version);',
      imports: 'get',
    },
  ],
  equivalent: [
    {
      name: 'K2 is dropped, every wake notifies',
      why: 'correct, and slower: a notify takes the engine’s waiter-list lock',
    },
  ],
};
