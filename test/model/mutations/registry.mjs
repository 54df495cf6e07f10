/** One-line mistakes in src/lockfree/registry.ts, registry-looks.ts, registry-keys.ts, registry-replica.ts and registry-words.ts; see scripts/mutants.mjs. */
const file = 'registry.ts';
const looks = 'registry-looks.ts';
const keys = 'registry-keys.ts';
const replica = 'registry-replica.ts';
const words = 'registry-words.ts';
const N4 = 'if (compareExchange(this.words, this.headAt, head, next) !== head) return undefined;';
const D3 = 'if (compareExchange(this.words, this.headAt, head, next) !== head) continue; // D3';
const F1 = 'const control = load(this.words, this.controlAt(slot)); // F1';
const F2 = 'if (load(this.words, this.headAt) !== head) return; // F2';
const F3 = 'add(this.words, this.#groupStampAt + groupOf(slot), 1); // F3';
const F3_BAND = 'add(this.words, this.#bandStampAt + bandOf(groupOf(slot)), 1); // F3';
const F4 = 'compareExchange(this.words, this.controlAt(slot), control, done); // F4';
const S3 = 'look = this.#looks.next(head, at, look) ?? this.#looks.all(); // S3';

export const list = {
  structure: 'registry',
  tests: {
    unit: ['test/lockfree/registry.test.ts'],
    model: ['test/model/registry.model.ts'],
    stress: ['test/stress/registry.stress.ts'],
  },
  mutations: [
    {
      file: looks,
      name: 'S3 looks at the last slot after any number of changes',
      find: 'if (look === undefined && changesOf(this.#replica.controls[slot] ?? free(0), control) !== missed) return undefined;',
      replace: '',
    },
    {
      file: looks,
      name: 'S3 takes any change of the last slot for all that were missed',
      find: 'changesOf(this.#replica.controls[slot] ?? free(0), control) !== missed',
      replace: 'changesOf(this.#replica.controls[slot] ?? free(0), control) === 0',
    },
    {
      file: looks,
      name: 'S3 counts later changes for some that were missed',
      find: 'if (missed !== 1 && load(this.#words, this.#headAt) !== head) return undefined;',
      replace: '',
    },
    {
      file: looks,
      name: 'S3 goes on with a look after any number of changes',
      find: 'if (look !== undefined && missed !== 1) return undefined;',
      replace: '',
    },
    {
      file: words,
      name: 'a change of another kind or slot is miscounted',
      find: '((head & ~(ONE_CHANGE - 1)) - (earlier & ~(ONE_CHANGE - 1)))',
      replace: '(head - earlier)',
    },
    {
      file: words,
      name: 'a slot’s changes are counted by its generations alone',
      find: '+ Number(isLive(after)) - Number(isLive(before));',
      replace: ';',
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
      find: 'this.#replica.set(claim.slot, live(claim.generation), { key, handle: claim });',
      replace: '',
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
    { file, name: 'D1 does not finish', find: 'this.finish(head); // D1', replace: '{}' },
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
      find: 'const head = load(this.words, this.headAt); if (head !== this.#synced) this.finish(head); // D1 if (!this.isCurrent(handle)) return false; // D2',
      replace:
        'if (!this.isCurrent(handle)) return false; const head = load(this.words, this.headAt); if (head !== this.#synced) this.finish(head);',
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
      find: 'if (this.#synced !== head) return true;',
      replace: '',
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
    { file, name: 'F3 is dropped for the group', find: F3, replace: '' },
    { file, name: 'F3 is dropped for the band', find: F3_BAND, replace: '' },
    { file, name: 'F3 after F4', find: `${F3} … ${F4}`, replace: `$1 \n ${F4} \n ${F3}` },
    { file, name: 'F3 after F4 for the band', find: `${F3_BAND} … ${F4}`, replace: `$1 \n ${F4} \n ${F3_BAND}` },
    {
      file,
      name: 'F3 is a load and a store',
      find: F3,
      replace:
        'store(this.words, this.#groupStampAt + groupOf(slot), load(this.words, this.#groupStampAt + groupOf(slot)) + 1);',
      imports: 'store',
    },
    { file, name: 'F3 stamps another group', find: F3, replace: 'add(this.words, this.#groupStampAt, 1);' },
    { file, name: 'F3 stamps another band', find: F3_BAND, replace: 'add(this.words, this.#bandStampAt, 1);' },
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
    { file, name: 'S2 is dropped', find: 'this.finish(head); // S2', replace: '' },
    { file, name: 'S2 after S3', find: 'this.finish(head); // S2 … // S3', replace: '$1 this.finish(head);' },
    {
      file: looks,
      name: 'S3 passes over the last slots',
      find: 'Math.min(this.#slots, firstSlotOf(group + 1))',
      replace: 'Math.min(this.#slots, firstSlotOf(group + 1)) - 1',
    },
    {
      file: looks,
      name: 'S3 passes over the last group',
      find: 'Math.min(groupStamps.length, firstGroupOf(band + 1))',
      replace: 'Math.min(Math.max(1, groupStamps.length - 1), firstGroupOf(band + 1))',
    },
    {
      file: looks,
      name: 'S3 looks at groups that it has not seen only',
      find: 'if (stamp !== groupStamps[group])',
      replace: 'if (groupStamps[group] === undefined)',
    },
    {
      file: looks,
      name: 'S3 looks at bands that it has not seen only',
      find: 'if (stamp !== before)',
      replace: 'if (before === undefined)',
    },
    { file, name: 'S4 is dropped', find: 'at = head;', replace: 'return this.#adopt(head, look);' },
    {
      file,
      name: 'S4 before S3',
      find: `${S3} at = head;`,
      replace: `if (load(this.words, this.headAt) !== head) continue; ${S3} \n return this.#adopt(head, look);`,
    },
    {
      file: looks,
      name: 'S3 forgets the look that it goes on with',
      find: 'look ?? this.#nothingSeen();',
      replace: 'this.#nothingSeen();',
    },
    {
      file: looks,
      name: 'S3 keeps the stamps of a look that it gives up',
      find: '); return stamp; }); return { bandStamps, groupStamps, changes };',
      replace:
        '); return stamp; }); this.#bandStamps = bandStamps; this.#groupStamps = groupStamps; return { bandStamps, groupStamps, changes };',
    },
    {
      file,
      name: 'S5 takes a newer head for the one that was read',
      find: 'this.#synced = head;',
      replace: 'this.#synced = load(this.words, this.headAt);',
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
      name: 'a slot’s changes are miscounted where its generation wraps',
      why: 'more than were missed: the look at all that follows finds the same, and takes longer',
    },
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
