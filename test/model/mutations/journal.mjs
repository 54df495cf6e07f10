/** One-line mistakes in src/lockfree/journal.ts, journal-pages.ts and journal-reader.ts; see scripts/mutants.mjs. */
const file = 'journal.ts';
const pages = 'journal-pages.ts';
const reader = 'journal-reader.ts';
const SET = 'set(words, word + 4, Math.max(0, micros - this.#base) | 0);';
const CLOSE_OLDEST = 'closed.push(page); if (this.close(page) === 0) return page; // T2';
const T3 = 'closed.find((page) => load(this.pages.words, this.pages.pinsAt(page)) === CLOSED); // T3';
const T4 = 'store(words, this.pages.commitAt(page), 0); store(words, this.pages.firstAt(page), this.sequence | 0);';
const T4_T5 = 'if (free !== undefined) this.recycle(free); // T4 for (const page of closed) this.open(page); // T5';
const R4 = "if (!this.pin(found.page)) return { kind: 'turning' }; // R4";
const R5 = "if (!this.isStill(found)) return { kind: 'turning' }; // R5";
const W4 = 'const isShort = turns % 2 !== 0 || load(this.pages.words, JOURNAL.at.turns) !== turns;';
const PIN = 'if (compareExchange(this.words, at, pins, pins | bit) === pins) return true;';

export const list = {
  structure: 'journal',
  tests: {
    unit: ['test/lockfree/journal.test.ts'],
    model: ['test/model/journal-pages.model.ts', 'test/model/journal-corners.model.ts', 'test/model/journal.model.ts'],
    stress: ['test/stress/journal.stress.ts'],
  },
  mutations: [
    {
      file,
      name: 'A0 turns eight bytes late',
      find: 'if (length > this.room() || isLate) this.turn(); // A0',
      replace: 'if (length > this.room() + 8 || isLate) this.turn();',
    },
    {
      file,
      name: 'A0 does not turn for a late record',
      find: 'if (length > this.room() || isLate) this.turn(); // A0',
      replace: 'if (length > this.room()) this.turn();',
    },
    {
      file,
      name: 'A1 after A2',
      find: 'this.write(head, body); // A1 this.commit(); // A2 this.publish();',
      replace:
        'const { used } = this; this.used += recordBytes(body.length); this.commit(); this.used = used; this.write(head, body); this.publish();',
    },
    {
      file,
      name: 'A1 after A4',
      find: 'this.write(head, body); // A1 this.commit(); // A2 this.publish();',
      replace:
        'const { used } = this; this.used += recordBytes(body.length); this.commit(); this.publish(); this.used = used; this.write(head, body);',
    },
    {
      file,
      name: 'A1 writes the head last, and is committed before',
      find: `${SET} if (body.length > 0)`,
      replace: `this.commit(); ${SET} if (body.length > 0)`,
    },
    {
      file,
      name: 'A1 forgets the body',
      find: 'if (body.length > 0) copyIn(',
      replace: 'if (body.length < 0) copyIn(',
    },
    {
      file,
      name: 'A1 forgets the padding',
      find: 'this.used += recordBytes(body.length); } …commit(): void',
      replace: 'this.used += HEAD_BYTES + body.length; } $1commit(): void',
    },
    { file, name: 'A2 is dropped', find: 'this.commit(); // A2', replace: '' },
    {
      file,
      name: 'A2 commits the next record as well',
      find: 'commitWord(this.inPage, this.used)',
      replace: 'commitWord(this.inPage + 1, this.used)',
    },
    {
      file,
      name: 'A2 writes plainly',
      find: 'protected commit(): void { store(',
      replace: 'protected commit(): void { set(',
    },
    {
      file,
      name: 'A2 after A4',
      find: 'this.commit(); // A2 this.publish();',
      replace: 'this.publish(); this.commit();',
    },
    {
      file,
      name: 'A3 after A4',
      find: 'storeWide(this.pages.wide, JOURNAL.at.bytes, …); // A3 storeWide(this.pages.wide, JOURNAL.at.records, …); // A4',
      replace: 'storeWide(this.pages.wide, JOURNAL.at.records, $2); storeWide(this.pages.wide, JOURNAL.at.bytes, $1);',
    },
    {
      file,
      name: 'A4 is dropped',
      find: 'storeWide(this.pages.wide, JOURNAL.at.records, …); // A4',
      replace: '',
    },
    {
      file,
      name: 'T1 is dropped',
      find: 'store(words, JOURNAL.at.turns, ++this.#turns); // T1',
      replace: '++this.#turns;',
    },
    {
      file,
      name: 'T2 looks for bits, and closes afterwards',
      find: CLOSE_OLDEST,
      replace:
        'closed.push(page); if (load(this.pages.words, this.pages.pinsAt(page)) === 0) { this.close(page); return page; } this.close(page);',
    },
    {
      file,
      name: 'T2 takes the oldest page, whoever is inside',
      find: CLOSE_OLDEST,
      replace: 'closed.push(page); if (this.close(page) >= 0) return page;',
    },
    {
      file,
      name: 'T2 opens again what carries a bit',
      find: CLOSE_OLDEST,
      replace: 'if (this.close(page) === 0) { closed.push(page); return page; } this.open(page);',
    },
    {
      file,
      name: 'T2 leaves closed what carries a bit',
      find: CLOSE_OLDEST,
      replace: 'if (this.close(page) === 0) { closed.push(page); return page; }',
    },
    {
      file,
      name: 'T2 begins with the newest page',
      find: 'return this.#order.slice(0, -1);',
      replace: 'return this.#order.slice(0, -1).reverse();',
    },
    {
      file,
      name: 'T2 takes the current page as well',
      find: 'return this.#order.slice(0, -1);',
      replace: 'return this.#order.toReversed();',
    },
    { file, name: 'T3 is dropped', find: `return ${T3}`, replace: 'return undefined;' },
    {
      file,
      name: 'T3 takes the first closed page',
      find: T3,
      replace: 'closed.find((page) => load(this.pages.words, this.pages.pinsAt(page)) >= CLOSED);',
    },
    {
      file,
      name: 'T4 numbers a page before it is emptied',
      find: T4,
      replace: 'store(words, this.pages.firstAt(page), this.sequence | 0); store(words, this.pages.commitAt(page), 0);',
    },
    {
      file,
      name: 'T4 does not empty the page',
      find: T4,
      replace: 'store(words, this.pages.firstAt(page), this.sequence | 0);',
    },
    {
      file,
      name: 'T4 does not number the page',
      find: T4,
      replace: 'store(words, this.pages.commitAt(page), 0);',
    },
    {
      file,
      name: 'T4 numbers the page by the record before',
      find: T4,
      replace: T4.replace('this.sequence | 0', '(this.sequence - 1) | 0'),
    },
    {
      file,
      name: 'T4 does not count the bytes before',
      find: 'storeWide(wide, this.pages.beforeAt(page), …);',
      replace: '',
    },
    {
      file,
      name: 'T4 leaves the page among the old ones',
      find: 'this.#order = [...this.#order.filter((other) => other !== page), page];',
      replace: 'this.#order = [...this.#order, page];',
    },
    {
      file,
      name: 'T5 before T4',
      find: T4_T5,
      replace: 'for (const page of closed) this.open(page); if (free !== undefined) this.recycle(free);',
    },
    {
      file,
      name: 'T5 opens the page that it takes, and no other',
      find: 'for (const page of closed) this.open(page); // T5',
      replace: 'for (const page of closed) if (page === free) this.open(page);',
    },
    { file, name: 'T5 is dropped', find: 'for (const page of closed) this.open(page); // T5', replace: '' },
    {
      file,
      name: 'T6 is dropped',
      find: 'store(words, JOURNAL.at.turns, ++this.#turns); // T6',
      replace: '++this.#turns;',
    },
    {
      file,
      name: 'T6 before T4',
      find: 'if (free !== undefined) this.recycle(free); // T4 … store(words, JOURNAL.at.turns, ++this.#turns); // T6',
      replace: 'store(words, JOURNAL.at.turns, ++this.#turns); if (free !== undefined) this.recycle(free); $1',
    },
    {
      file,
      name: 'a successor believes the published count',
      find: 'if (this.inPage > 0) this.sequence += this.inPage - age;',
      replace: '',
    },
    {
      file,
      name: 'a successor counts the bytes of the page twice',
      find: 'loadWide(wide, this.pages.beforeAt(this.page))',
      replace: 'loadWide(wide, JOURNAL.at.bytes)',
    },
    {
      file,
      name: 'a successor does not end the turn',
      find: 'this.#turns = this.pages.reopen();',
      replace: 'this.#turns = load(this.pages.words, JOURNAL.at.turns);',
    },
    {
      file,
      name: 'a successor leaves a page that was being taken',
      find: 'else if (this.sequence !== 0) this.recycle(this.page);',
      replace: '',
    },
    {
      file,
      name: 'a successor takes an empty page for the newest',
      find: 'commit === 0 ? Number.POSITIVE_INFINITY : age',
      replace: 'age',
    },
    { file: pages, name: 'R4 pins closed pages', find: 'if ((pins & CLOSED) !== 0) return false;', replace: '' },
    {
      file: pages,
      name: 'R4 looks, then sets its bit',
      find: PIN,
      replace: 'or(this.words, at, bit); return true;',
    },
    {
      file: pages,
      name: 'R4 is a load and a store',
      find: PIN,
      replace: 'store(this.words, at, pins | bit); return true;',
    },
    {
      file: pages,
      name: 'R4 gives up when another has moved',
      find: PIN,
      replace: 'return compareExchange(this.words, at, pins, pins | bit) === pins;',
    },
    {
      file: pages,
      name: 'R4 does not set its bit',
      find: PIN,
      replace: 'if (compareExchange(this.words, at, pins, pins) === pins) return true;',
    },
    {
      file: pages,
      name: 'R7 clears all bits',
      find: 'and(this.words, this.pinsAt(page), ~bit);',
      replace: 'and(this.words, this.pinsAt(page), 0);',
    },
    {
      file: pages,
      name: 'R7 clears the bits of others',
      find: 'and(this.words, this.pinsAt(page), ~bit);',
      replace: 'and(this.words, this.pinsAt(page), CLOSED);',
    },
    {
      file: pages,
      name: 'R7 is a load and a store',
      find: 'and(this.words, this.pinsAt(page), ~bit);',
      replace: 'store(this.words, this.pinsAt(page), load(this.words, this.pinsAt(page)) & ~bit);',
    },
    { file: pages, name: 'R7 is dropped', find: 'and(this.words, this.pinsAt(page), ~bit);', replace: '' },
    {
      file: pages,
      name: 'T2 closes by a load and a store',
      find: 'return or(this.words, this.pinsAt(page), CLOSED) & ~CLOSED;',
      replace:
        'const pins = load(this.words, this.pinsAt(page)); store(this.words, this.pinsAt(page), pins | CLOSED); return pins & ~CLOSED;',
    },
    {
      file: pages,
      name: 'T2 does not close',
      find: 'return or(this.words, this.pinsAt(page), CLOSED) & ~CLOSED;',
      replace: 'return load(this.words, this.pinsAt(page)) & ~CLOSED;',
    },
    {
      file: pages,
      name: 'T5 opens by overwriting',
      find: 'and(this.words, this.pinsAt(page), ~CLOSED);',
      replace: 'store(this.words, this.pinsAt(page), 0);',
    },
    {
      file: pages,
      name: 'reopen leaves pages closed',
      find: 'for (let page = 0; page < this.count; page++) this.open(page);',
      replace: '',
    },
    {
      file: pages,
      name: 'reopen passes over the last page',
      find: 'for (let page = 0; page < this.count; page++) this.open(page);',
      replace: 'for (let page = 0; page < this.count - 1; page++) this.open(page);',
    },
    {
      file: pages,
      name: 'reopen leaves the turn odd',
      find: 'store(this.words, JOURNAL.at.turns, turns + 1); return turns + 1;',
      replace: 'return turns + 1;',
    },
    {
      file: pages,
      name: 'releaseReader gives back another reader’s page',
      find: 'pages.unpin(page, 1 << reader);',
      replace: 'pages.unpin(page, 1 << (reader + 1));',
    },
    {
      file: reader,
      name: 'R1 says empty one record late',
      find: 'if (this.cursor >= end) return',
      replace: 'if (this.cursor > end) return',
    },
    {
      file: reader,
      name: 'R1 after R2',
      find: 'const end = this.pages.end(); // R1 … const seen = this.look(end);',
      replace: 'const seen = this.look(this.pages.end()); const end = this.pages.end(); $1',
    },
    {
      file: reader,
      name: 'R2 passes over the last page',
      find: 'page < this.pages.count; page++) { const first',
      replace: 'page < this.pages.count - 1; page++) { const first',
    },
    {
      file: reader,
      name: 'R2 compares without wrapping',
      find: 'distance(load(words, this.pages.firstAt(page)), end | 0)',
      replace: '((end | 0) - load(words, this.pages.firstAt(page)))',
    },
    {
      file: reader,
      name: 'R3 loses one too many',
      find: 'const next = Math.min(end, ...later);',
      replace: 'const next = Math.min(end, ...later) + 1;',
    },
    {
      file: reader,
      name: 'R3 goes past the end',
      find: 'const next = Math.min(end, ...later);',
      replace: 'const next = Math.min(...(later.length > 0 ? later : [end]));',
    },
    {
      file: reader,
      name: 'R3 goes to the end',
      find: 'const next = Math.min(end, ...later);',
      replace: 'const next = end;',
    },
    { file: reader, name: 'R4 does not look whether it is inside', find: R4, replace: 'this.pin(found.page);' },
    { file: reader, name: 'R4 is dropped', find: R4, replace: '' },
    { file: reader, name: 'R5 is dropped', find: R5, replace: '' },
    {
      file: reader,
      name: 'R5 before R4',
      find: `${R4} try { ${R5}`,
      replace: `${R5} \n ${R4} \n try {`,
    },
    {
      file: reader,
      name: 'R5 looks at the commit only',
      find: 'return load(this.pages.words, this.pages.firstAt(page)) === (first | 0); }',
      replace: 'return load(this.pages.words, this.pages.commitAt(page)) !== 0; }',
    },
    {
      file: reader,
      name: 'R6 after R7',
      find: 'const end = this.pages.end(); // R1 … this.copyAtCursor(found) }; // R6',
      replace: 'const end = this.pages.end(); // R1 $1 (this.unpin(found.page), this.copyAtCursor(found)) };',
    },
    {
      file: reader,
      name: 'R7 only after a record',
      find: '} finally { this.unpin(found.page); // R7 }',
      replace: '} catch (error) { this.unpin(found.page); throw error; }',
    },
    {
      file: reader,
      name: 'a place that is remembered is believed on any page',
      find: 'if (found !== this.#page || this.#nextSequence !== this.cursor) this.#seek(found);',
      replace: 'if (this.#nextSequence !== this.cursor) this.#seek(found);',
    },
    {
      file: reader,
      name: 'a place that is remembered is believed for any cursor',
      find: 'if (found !== this.#page || this.#nextSequence !== this.cursor) this.#seek(found);',
      replace: 'if (found !== this.#page) this.#seek(found);',
    },
    {
      file: reader,
      name: 'the last page is believed to hold what it does not',
      find: 'return this.cursor - first < committedRecords(load(this.pages.words, this.pages.commitAt(page)));',
      replace: 'return this.cursor - first <= committedRecords(load(this.pages.words, this.pages.commitAt(page)));',
    },
    {
      file: reader,
      name: 'the last page is believed to be there still',
      find: 'if (this.cursor < first || load(this.pages.words, this.pages.firstAt(page)) !== (first | 0)) return false;',
      replace: 'if (this.cursor < first) return false;',
    },
    {
      file: reader,
      name: 'a page’s time is the one of the page before',
      find: 'this.#base = numberOf(loadWide(this.pages.wide, this.pages.baseAt(found.page)));',
      replace: '',
    },
    {
      file: 'journal-walk.ts',
      name: 'a walk keeps the places of the page before',
      find: 'this.#isFound = false; return this;',
      replace: 'return this;',
    },
    {
      file: 'journal-walk.ts',
      name: 'a walk counts the bytes of one record too few',
      find: 'bytes += length;',
      replace: 'if (n < count - 1) bytes += length;',
    },
    {
      file: reader,
      name: 'newest takes one when none is wanted',
      find: 'if (found.length < most && accept',
      replace: 'if (found.length <= most && accept',
    },
    {
      file: reader,
      name: 'a snapshot is told newest first',
      find: 'records: found.reverse()',
      replace: 'records: found',
    },
    {
      file: reader,
      name: 'W1 reads the turns last',
      find: 'const turns = load(this.pages.words, JOURNAL.at.turns); // W1 const end = this.pages.end(); const seen = this.look(end); // W2',
      replace:
        'const end = this.pages.end(); const seen = this.look(end); const turns = load(this.pages.words, JOURNAL.at.turns);',
    },
    {
      file: reader,
      name: 'W3 does not look again',
      find: 'if (!this.isStill(found)) return this.ended(first, end, turns);',
      replace: '',
    },
    {
      file: reader,
      name: 'W3 does not unpin',
      find: 'if (isEnough) break; } finally { this.unpin(found.page); }',
      replace: 'if (isEnough) break; } finally { }',
    },
    { file: reader, name: 'W4 never says short', find: W4, replace: 'const isShort = false;' },
    {
      file: reader,
      name: 'W4 misses a turn that lasts',
      find: W4,
      replace: 'const isShort = load(this.pages.words, JOURNAL.at.turns) !== turns;',
    },
    { file: reader, name: 'W4 misses a turn that comes', find: W4, replace: 'const isShort = turns % 2 !== 0;' },
    {
      file: reader,
      name: 'W4 takes a closed page for the end',
      find: 'if (found === undefined || !this.pin(found.page)) return this.ended(first, end, turns); // W4',
      replace: 'if (found === undefined || !this.pin(found.page)) return { first, end, short: false };',
    },
    {
      file: reader,
      name: 'skip counts what is not published',
      find: 'Math.min(found.end, end) - this.cursor',
      replace: 'found.end - this.cursor',
    },
  ],
  equivalent: [],
};
