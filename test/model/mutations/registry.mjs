/** One-line mistakes in src/lockfree/registry.ts, registry-keys.ts and registry-words.ts; see scripts/mutants.mjs. */
const file = 'registry.ts';
const keys = 'registry-keys.ts';
const words = 'registry-words.ts';
const N4 = 'if (compareExchange(this.words, this.headAt, head, next) !== head) return undefined;';
const D3 = 'if (compareExchange(this.words, this.headAt, head, next) !== head) continue; // D3';
const FINISH_PLACE =
  'compareExchange(this.words, at, control, isInsert(head) ? live(generation) : this.freed(generation)); // F3';

export const list = {
  structure: 'registry',
  tests: {
    unit: ['test/lockfree/registry.test.ts'],
    model: ['test/model/registry.model.ts'],
    stress: ['test/stress/registry.stress.ts'],
  },
  mutations: [
    {
      file,
      name: 'N1 does not look for the key',
      find: 'if (present !== undefined) return { kind: ',
      replace: 'if (false) return { kind: ',
    },
    { file, name: 'N1 lets one key too many in', find: '>= this.#capacity)', replace: '> this.#capacity)' },
    { file, name: 'N1 refuses one key too early', find: '>= this.#capacity)', replace: '>= this.#capacity - 1)' },
    {
      file,
      name: 'N2 takes a claimed slot for another insert',
      find: 'this.#claim = undefined;',
      replace: '',
    },
    {
      file,
      name: 'N2 does not ask whether the slot is free',
      find: 'if (stateOf(control) !== FREE) return undefined;',
      replace: '',
    },
    {
      file,
      name: 'N2 takes what is not live',
      find: 'if (stateOf(control) !== FREE) return undefined;',
      replace: 'if (stateOf(control) === LIVE) return undefined;',
    },
    {
      file,
      name: 'N2 claims by a load and a store',
      find: 'return compareExchange(this.words, at, control, claimed(generation, this.thread)) === control ?',
      replace: 'store(this.words, at, claimed(generation, this.thread)); return true ?',
      imports: 'store',
    },
    {
      file,
      name: 'N2 claims for thread 0',
      find: 'claimed(generation, this.thread)) === control ?',
      replace: 'claimed(generation, 0)) === control ?',
    },
    {
      file,
      name: 'N2 leaves what a lost thread had claimed',
      find: 'this.#claim ??= this.#inherited();',
      replace: '',
    },
    {
      file,
      name: 'N2 does not reach all slots',
      find: '(this.#nextSlot + 1) % this.slots',
      replace: '(this.#nextSlot + 1) % this.#capacity',
    },
    {
      file,
      name: 'N3 after N4',
      find: 'this.writeKey(claim.slot, bytes); // N3 … // N4, N5',
      replace: '$1; if (next !== undefined) this.writeKey(claim.slot, bytes);',
    },
    { file, name: 'N3 is dropped', find: 'this.writeKey(claim.slot, bytes); // N3', replace: '' },
    {
      file,
      name: 'prepare after N4',
      find: 'prepare?.(claim); … if (next === undefined) continue;',
      replace: '$1 if (next === undefined) continue; prepare?.(claim);',
    },
    {
      file,
      name: 'N4 is a load and a store',
      find: N4,
      replace: 'if (load(this.words, this.headAt) !== head) return undefined; store(this.words, this.headAt, next);',
      imports: 'store',
    },
    { file, name: 'N4 is a store', find: N4, replace: 'store(this.words, this.headAt, next);', imports: 'store' },
    {
      file,
      name: 'N4 announces upon whatever it finds',
      find: N4,
      replace:
        'if (compareExchange(this.words, this.headAt, load(this.words, this.headAt), next) === next) return undefined;',
    },
    {
      file,
      name: 'N4 is repeated upon the new head without a second look',
      find: 'const next = this.commit(head, claim.slot);',
      replace: 'const next = this.commit(head, claim.slot) ?? this.commit(load(this.words, this.headAt), claim.slot);',
    },
    { file, name: 'N5 is dropped', find: 'this.finish(next); return next;', replace: 'return next;' },
    {
      file,
      name: 'the replica forgets its own insert',
      find: 'this.#replicate(next, [{ slot: claim.slot, control: live(claim.generation), key }]);',
      replace: 'this.#replicate(next, []);',
    },
    {
      file,
      name: 'G1 believes an old replica',
      find: 'if (load(this.words, this.headAt) === this.#synced) return known;',
      replace: 'if (known !== undefined || load(this.words, this.headAt) === this.#synced) return known;',
    },
    {
      file,
      name: 'G1 never looks again',
      find: 'if (load(this.words, this.headAt) === this.#synced) return known;',
      replace: 'if (this.#synced !== undefined) return known;',
    },
    {
      file,
      name: 'G2 does not ask whether the entry is still in',
      find: 'if (known !== undefined && this.isCurrent(known)) return known;',
      replace: 'if (known !== undefined) return known;',
    },
    {
      file,
      name: 'G2 asks whether the slot is in use',
      find: 'if (known !== undefined && this.isCurrent(known)) return known;',
      replace:
        'if (known !== undefined && stateOf(load(this.words, this.controlAt(known.slot))) === LIVE) return known;',
    },
    {
      file,
      name: 'G3 is dropped',
      find: 'this.sync(); // G3',
      replace: '',
    },
    {
      file,
      name: 'list does not look',
      find: 'list(): readonly Entry[] { this.sync();',
      replace: 'list(): readonly Entry[] {',
    },
    { file, name: 'D1 does not finish', find: 'this.finish(head); // D1', replace: '' },
    { file, name: 'D2 is dropped', find: 'if (!this.isCurrent(handle)) return false; // D2', replace: '' },
    {
      file,
      name: 'D2 forgets the generation',
      find: 'if (!this.isCurrent(handle)) return false; // D2',
      replace: 'if (stateOf(load(this.words, this.controlAt(handle.slot))) !== LIVE) return false;',
    },
    {
      file,
      name: 'D2 before D1',
      find: 'const head = load(this.words, this.headAt); this.finish(head); // D1 if (!this.isCurrent(handle)) return false; // D2',
      replace:
        'if (!this.isCurrent(handle)) return false; const head = load(this.words, this.headAt); this.finish(head);',
    },
    {
      file,
      name: 'D3 is a load and a store',
      find: D3,
      replace: 'if (load(this.words, this.headAt) !== head) continue; store(this.words, this.headAt, next);',
      imports: 'store',
    },
    { file, name: 'D3 gives up', find: D3, replace: D3.replace('continue', 'return false') },
    { file, name: 'D3 takes another’s change for its own', find: D3, replace: D3.replace('continue', 'return true') },
    { file, name: 'D4 is dropped', find: 'this.finish(next); // D4', replace: '' },
    {
      file,
      name: 'the replica skips what others changed',
      find: 'if (this.#synced === head) this.#replicate(next',
      replace: 'this.#replicate(next',
    },
    {
      file,
      name: 'the generation stays',
      find: 'return free(generation + 1);',
      replace: 'return free(generation);',
    },
    {
      file,
      name: 'isCurrent asks whether the slot is in use',
      find: 'return load(this.words, this.controlAt(handle.slot)) === live(handle.generation);',
      replace: 'return stateOf(load(this.words, this.controlAt(handle.slot))) === LIVE;',
    },
    {
      file,
      name: 'isCurrent looks beyond the slots',
      find: 'if (!(handle.slot >= 0 && handle.slot < this.slots)) return false;',
      replace: '',
    },
    {
      file,
      name: 'F1 does not ask whether the change is done',
      find: 'if (stateOf(control) !== (isInsert(head) ? CLAIMED : LIVE)) return;',
      replace: '',
    },
    {
      file,
      name: 'F2 is dropped',
      find: 'if (load(this.words, this.headAt) !== head) return; // F2',
      replace: '//',
    },
    {
      file,
      name: 'F2 before F1',
      find: 'const control = load(this.words, at); // F1 … if (load(this.words, this.headAt) !== head) return; // F2',
      replace: 'if (load(this.words, this.headAt) !== head) return; const control = load(this.words, at); $1 //',
    },
    {
      file,
      name: 'F3 is a store',
      find: FINISH_PLACE,
      replace: FINISH_PLACE.replace('compareExchange(this.words, at, control,', 'store(this.words, at,'),
      imports: 'store',
    },
    {
      file,
      name: 'F3 takes the other change',
      find: FINISH_PLACE,
      replace: FINISH_PLACE.replace('isInsert(head)', '!isInsert(head)'),
    },
    { file, name: 'S2 is dropped', find: 'this.finish(head); // S2', replace: '' },
    { file, name: 'S2 after S3', find: 'this.finish(head); // S2 … // S3', replace: '$1 this.finish(head);' },
    {
      file,
      name: 'S3 passes over the last slots',
      find: 'slot < this.slots; slot++',
      replace: 'slot < this.#capacity; slot++',
    },
    { file, name: 'S4 is dropped', find: 'if (!this.isStill(head)) continue; // S4', replace: '' },
    {
      file,
      name: 'S4 before S3',
      find: 'const changes = this.#readChanges(); // S3 if (!this.isStill(head)) continue; // S4',
      replace: 'if (!this.isStill(head)) continue; const changes = this.#readChanges();',
    },
    {
      file,
      name: 'S5 takes a newer head for the one that was read',
      find: 'this.#synced = head;',
      replace: 'this.#synced = load(this.words, this.headAt);',
    },
    {
      file,
      name: 'the replica keeps keys that went',
      find: 'this.#byKey.delete(before);',
      replace: '{}',
    },
    {
      file,
      name: 'the replica loses a key that moved',
      find: '&& this.#byKey.get(before)?.slot === slot)',
      replace: ')',
    },
    { file, name: 'the replica forgets whose key it was', find: 'this.#keyOf[slot] = key;', replace: '' },
    {
      file,
      name: 'the list of before is kept',
      find: 'if (changes.length > 0) this.#entries = undefined;',
      replace: '',
    },
    {
      file: keys,
      name: 'the longest key does not fit',
      find: 'if (bytes.length <= this.#keyBytes) return bytes;',
      replace: 'if (bytes.length < this.#keyBytes) return bytes;',
    },
    { file: keys, name: 'half a surrogate pair is a key', find: 'if (!key.isWellFormed())', replace: 'if (false)' },
    {
      file: keys,
      name: 'the last word of a key is not written',
      find: 'n * 4 < bytes.length; n++',
      replace: '(n + 1) * 4 < bytes.length; n++',
    },
    {
      file: keys,
      name: 'a key is written plainly',
      find: 'store(this.#words, at + 1 + n,',
      replace: 'set(this.#words, at + 1 + n,',
      imports: 'set',
    },
    {
      file: keys,
      name: 'a key is read plainly',
      find: 'this.#scratch[n] = load(this.#words, at + 1 + n);',
      replace: 'this.#scratch[n] = get(this.#words, at + 1 + n);',
      imports: 'get',
    },
    {
      file: keys,
      name: 'a key is read to its longest',
      find: 'this.#scratchBytes.subarray(0, length)',
      replace: 'this.#scratchBytes',
    },
    {
      file: words,
      name: 'changes are not counted',
      find: '(head & ~(ONE_CHANGE - 1)) + ONE_CHANGE)',
      replace: '(head & ~(ONE_CHANGE - 1)))',
    },
    { file: words, name: 'no slot for those who insert', find: 'capacity + threads;', replace: 'capacity;' },
    { file: words, name: 'one slot for those who insert', find: 'capacity + threads;', replace: 'capacity + 1;' },
  ],
  equivalent: [
    {
      name: 'S1 does not ask whether the replica is the table',
      why: 'correct, and slower: it reads every control word',
    },
    { name: 'N3 is repeated in each round', why: 'it writes the same bytes to a slot that is its own' },
    {
      name: 'insert or remove does not bring its own replica up to date',
      why: 'the next look reads what has changed, as after another’s change',
    },
    {
      name: 'a lost claim is looked for before every insert',
      why: 'the replica has none but the one that is taken over',
    },
  ],
};
