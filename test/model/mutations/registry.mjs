/** One-line mistakes in src/lockfree/registry.ts, registry-view.ts, registry-history.ts, registry-keys.ts, registry-replica.ts and registry-words.ts; see scripts/mutants.mjs. */
const file = 'registry.ts';
const view = 'registry-view.ts';
const history = 'registry-history.ts';
const keys = 'registry-keys.ts';
const replica = 'registry-replica.ts';
const words = 'registry-words.ts';
const N4 = 'if (compareExchange(this.words, this.headAt, head, next) !== head) return undefined;';
const D3 = 'if (compareExchange(this.words, this.headAt, head, next) !== head) continue; // D3';
const F1 = 'const control = load(this.words, this.controlAt(slot)); // F1';
const F2 = 'if (load(this.words, this.headAt) !== head) return; // F2';
const F3 = 'this.#history.record(head); // F3';
const F4 = 'compareExchange(this.words, this.controlAt(slot), control, done); // F4';
const UNDONE = 'if (isUndone(change, control, generation)) break;';
const S5 =
  'return this.#load(this.#options.controlAt + slot) === control ? { key, handle: { slot, generation } } : undefined; // S5';
const L2 = 'this.#options.finish(this.#head); // L2';

export const list = {
  structure: 'registry',
  tests: {
    unit: ['test/lockfree/registry.test.ts'],
    model: ['test/model/registry.model.ts'],
    stress: ['test/stress/registry.stress.ts'],
  },
  mutations: [
    {
      file: view,
      name: 'S1 is not repeated when a key has gone',
      find: 'return this.#replica.isWhole;',
      replace: 'return true;',
    },
    {
      file: view,
      name: 'S2 redoes the last change only',
      find: 'return this.#options.history.between(this.#head, head);',
      replace: 'return [head];',
    },
    {
      file: view,
      name: 'S2 does not ask for the era',
      find: 'if (this.#head === undefined || this.#options.history.era !== this.#era) return undefined;',
      replace: 'if (this.#head === undefined) return undefined;',
    },
    {
      file: history,
      name: 'S2 takes whatever the history holds',
      find: 'if (changesBetween(last, next) !== 1) return undefined;',
      replace: 'if (changes.length === this.#length) return undefined;',
    },
    {
      file: history,
      name: 'S2 redoes the newest first',
      find: 'changes.push(next);',
      replace: 'changes.unshift(next);',
    },
    { file: view, name: 'S3 takes what is announced for done', find: UNDONE, replace: '' },
    {
      file: view,
      name: 'S3 takes a later tenancy’s claim for its own',
      find: 'generationOf(control) === generation && stateOf(control) ===',
      replace: 'stateOf(control) ===',
    },
    {
      file: view,
      name: 'S3 takes a later tenancy for its own',
      find: 'if (control !== live(generation)) return undefined;',
      replace: 'if (stateOf(control) !== LIVE) return undefined;',
    },
    { file: view, name: 'S5 is dropped', find: S5, replace: 'return { key, handle: { slot, generation } };' },
    {
      file: view,
      name: 'S5 asks whether the slot is in use',
      find: S5,
      replace: S5.replace(
        'this.#load(this.#options.controlAt + slot) === control',
        'stateOf(this.#load(this.#options.controlAt + slot)) === LIVE',
      ),
    },
    {
      file: view,
      name: 'what was removed keeps its generation',
      find: 'else this.redone(change, slot, this.#options.freed(generation));',
      replace: 'else this.redone(change, slot, free(generation));',
    },
    {
      file: replica,
      name: 'the replica does not know that it lacks a key',
      find: 'if (stateOf(control) === LIVE && entry === undefined) this.#unknown++;',
      replace: '',
    },
    {
      file: replica,
      name: 'the replica lacks a key for ever',
      find: 'if (wasLive && before === undefined) this.#unknown--;',
      replace: '',
    },
    {
      file: words,
      name: 'a change of another kind or slot is miscounted',
      find: '(countOf(head) - countOf(earlier)) & (COUNTS - 1);',
      replace: '(head - earlier) >>> COUNT_SHIFT;',
    },
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
      find: 'this.writeKey(claim.slot, written === undefined ? bytes : this.#keys.encode(key)); // N3 … // N4, N5',
      replace: '$1; if (next !== undefined) this.writeKey(claim.slot, this.#keys.encode(key));',
    },
    {
      file,
      name: 'N3 is dropped',
      find: 'this.writeKey(claim.slot, written === undefined ? bytes : this.#keys.encode(key)); // N3',
      replace: '',
    },
    {
      file,
      name: 'N3 writes what another insert has encoded meanwhile',
      find: 'written === undefined ? bytes : this.#keys.encode(key)',
      replace: 'bytes',
    },
    {
      file,
      name: 'N3 is not repeated for another slot',
      find: 'if (claim !== written) {',
      replace: 'if (written === undefined) {',
    },
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
    {
      file,
      name: 'N5 is dropped',
      find: 'this.finish(next); return next;',
      replace: 'return next;',
    },
    {
      file,
      name: 'the replica forgets its own insert',
      find: 'this.#view.redone(next, claim.slot, live(claim.generation), { key, handle: claim });',
      replace: 'this.#view.redone(next, claim.slot, live(claim.generation));',
    },
    {
      file,
      name: 'G1 believes an old replica',
      find: 'if (load(this.words, this.headAt) === this.#view.head) return known;',
      replace: 'if (known !== undefined || load(this.words, this.headAt) === this.#view.head) return known;',
    },
    {
      file,
      name: 'G1 never looks again',
      find: 'if (load(this.words, this.headAt) === this.#view.head) return known;',
      replace: 'if (this.#view.head !== undefined) return known;',
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
      find: 'this.#view.sync(); // G3',
      replace: '',
    },
    {
      file,
      name: 'list does not look',
      find: 'list(): readonly Entry[] { this.#view.sync();',
      replace: 'list(): readonly Entry[] {',
    },
    {
      file,
      name: 'N1 and D1 do not finish',
      find: 'if (head !== this.#view.head) this.finish(head);',
      replace: '',
    },
    {
      file,
      name: 'N1 does not finish',
      find: 'this.#settle(); const head = this.#view.sync(); // N1',
      replace: 'const head = this.#view.sync();',
    },
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
      find: 'const head = this.#settle(); // D1 if (!this.isCurrent(handle)) return false; // D2',
      replace: 'if (!this.isCurrent(handle)) return false; const head = this.#settle();',
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
    {
      file,
      name: 'D4 is dropped',
      find: 'this.finish(next); // D4',
      replace: '',
    },
    {
      file,
      name: 'the replica skips what others changed',
      find: 'if (this.#view.head === head) this.#view.redone(',
      replace: 'this.#view.redone(',
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
    { file, name: 'F2 is dropped', find: F2, replace: '//' },
    { file, name: 'F2 before F1', find: `${F1} … ${F2}`, replace: `${F2} \n ${F1} \n $1 //` },
    { file, name: 'F3 is dropped', find: F3, replace: '' },
    {
      file: history,
      name: 'F3 leaves the era',
      find: 'if (countOf(head) === 0) add(this.#words, this.#eraAt, 1);',
      replace: '',
    },
    {
      file: history,
      name: 'F3 writes beyond the history',
      find: 'count & (this.#length - 1)',
      replace: 'count & (2 * this.#length - 1)',
    },
    {
      file,
      name: 'F4 is a store',
      find: F4,
      replace: 'store(this.words, this.controlAt(slot), done);',
      imports: 'store',
    },
    {
      file,
      name: 'F4 takes the other change',
      find: 'isInsert(head) ? live(generation) : this.freed(generation)',
      replace: 'isInsert(head) ? this.freed(generation) : live(generation)',
    },
    { file: view, name: 'L2 does not finish', find: L2, replace: '' },
    {
      file: view,
      name: 'L2 after L3',
      find: 'this.#see(changes?.map(slotOf) ?? this.#begin()); // L3',
      replace:
        'if (changes === undefined) this.#see(this.#replica.controls.keys()); this.#see(changes?.map(slotOf) ?? (this.#begin(), []));',
    },
    {
      file: view,
      name: 'L3 passes over the last slot',
      find: 'return this.#replica.controls.keys();',
      replace: 'return this.#replica.controls.slice(1).keys();',
    },
    {
      file: view,
      name: 'L3 keeps a slot’s earlier tenant',
      find: 'if (control === this.#replica.controls[slot]) continue;',
      replace: 'if (stateOf(control) === stateOf(this.#replica.controls[slot] ?? 0)) continue;',
    },
    {
      file: view,
      name: 'L3 takes a claimed slot for one in use',
      find: 'const isLive = stateOf(control) === LIVE;',
      replace: 'const isLive = stateOf(control) !== 0;',
    },
    {
      file: view,
      name: 'L4 is dropped',
      find: 'const head = this.#load(this.#options.headAt); // L4',
      replace: 'const head = this.#head ?? 0;',
    },
    {
      file: view,
      name: 'L5 does not finish',
      find: 'this.#options.finish(head); changes',
      replace: 'changes',
    },
    {
      file: view,
      name: 'L5 finishes after L3',
      find: 'this.#see(changes?.map(slotOf) ?? this.#begin()); // L3 … this.#options.finish(head); changes',
      replace: 'this.#see(changes?.map(slotOf) ?? this.#begin()); this.#options.finish(this.#head ?? 0); $1 changes',
    },
    {
      file: view,
      name: 'L5 looks at the last change only',
      find: 'changes = this.#missed(head); // L5',
      replace: 'changes = [head];',
    },
    { file: replica, name: 'the replica keeps keys that went', find: 'this.#byKey.delete(before.key);', replace: '{}' },
    {
      file: replica,
      name: 'the replica takes a key away that has moved',
      find: '&& this.#byKey.get(before.key) === before)',
      replace: ')',
    },
    {
      file: replica,
      name: 'the replica forgets where the last entry went',
      find: 'this.#placeOf[last.handle.slot] = place;',
      replace: '',
    },
    { file: replica, name: 'the replica lists what went', find: 'this.#present.pop();', replace: '' },
    { file: replica, name: 'the list of before is kept', find: 'this.#list = undefined;', replace: '' },
    {
      file: keys,
      name: 'the longest key does not fit',
      find: 'this.#encoded = new Uint8Array(keyBytes);',
      replace: 'this.#encoded = new Uint8Array(keyBytes - 1);',
    },
    { file: keys, name: 'a key that is too long is cut', find: 'if (read < key.length)', replace: 'if (false)' },
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
      find: 'first(length, this.#scratchBytes, this.#readings)',
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
      name: 'S2 always looks at all, does not take the last change from head, or F3 writes to another change’s place',
      why: 'correct, and slower: what the history does not have is looked for in every control word',
    },
    {
      name: 'F3 after F4',
      why: 'what is not recorded yet has another count; wrong only when the count has wrapped and 2²⁰ changes come before its era is',
    },
    { name: 'S3 goes on after what is announced only', why: 'it is the last of the changes' },
    { name: 'the count of changes does not wrap', why: 'a change is then looked for in every control word' },
    {
      name: 'S4 before S3',
      why: 'correct, and slower: the key was there when its insert was announced, and S5 asks for its slot',
    },
    {
      name: 'F3 before F2',
      why: 'a record that comes too late has another count than is looked for, as has one in between',
    },
    {
      name: 'L1 after L2',
      why: 'wrong only when the count wraps 2²⁰ changes after the head that was read, between these two steps',
    },
    { name: 'N3 is repeated in each round', why: 'it writes the same bytes to a slot that is its own' },
    {
      name: 'insert or remove does not bring its own replica up to date',
      why: 'the next look redoes it, as another’s change',
    },
    {
      name: 'a lost claim is looked for before every insert',
      why: 'the replica has none but the one that is taken over',
    },
    {
      name: 'S1 is repeated after every key that has gone',
      why: 'correct, and slower: its removal may be among the changes that were redone',
    },
  ],
};
