// The counterpart of the two tables on the reference's page, for docs/lock-free-design.md: what it names for an operation, what does
// it here, what is promised of that, and what was measured.
import { table, time } from './report.mjs';

/** By names of rows.mjs. */
const OPERATIONS = {
  'get status': ['`sync.Map` load, ~10 ns', 'registry and cell', 'lock-free: repeated if a fact changed meanwhile'],
  'list 100': ['`sync.Map` range, ~100 ns + N × 10 ns', 'registry', 'lock-free; wait-free if nothing changed'],
  'read output, 20 lines': ['mutex, ~1 µs', 'ring buffer', 'lock-free'],
  'query traffic, 1,000 entries': ['`RWMutex`, read lock, ~1 µs', 'journal', 'lock-free'],
  'register and remove': ['`sync.Map` store, ~50 ns', 'registry', 'lock-free'],
  'write output, 100 B': ['mutex, ~1 µs', 'ring buffer', 'wait-free'],
  'log traffic': ['`RWMutex`, write lock, ~1 µs', 'journal', 'wait-free'],
  'state CAS': ['atomic', 'state word', 'wait-free'],
  'counter add': ['atomic', 'counters', 'wait-free'],
};

const HEADS = ['operation', 'original: how, and its figure', 'here', 'promise', 'ours', 'beside a writer', 'Go'];

export function operationsTable(rows) {
  const known = rows.filter(({ name }) => name in OPERATIONS);
  const cells = known.map(({ name, sides: { ours, go } }) => [
    name,
    ...OPERATIONS[name],
    time(ours.free.nanos),
    time(ours.busy.nanos),
    time(go?.free.nanos),
  ]);
  return table(HEADS, cells);
}
