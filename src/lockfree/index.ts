/**
 * The public door of the core, published as `devtool-mcp/lockfree`: proven structures over SharedArrayBuffer and Atomics.
 */
export type { Bytes, WideWords, Words } from '#atomic';
export { Counters, countersLayout, FLAG, Flag } from './counters.ts';
export { JournalWriter, type RecordHead } from './journal.ts';
export {
  JOURNAL,
  JOURNAL_PAGE,
  type JournalGeometry,
  type JournalMemory,
  journalBytes,
  releaseReader,
  reopen,
} from './journal-pages.ts';
export {
  type HeadTest,
  type JournalRead,
  JournalReader,
  type JournalRecord,
  type JournalSnapshot,
  type RecordPlace,
  type WalkedPage,
} from './journal-reader.ts';
export { block, type Field, type Layout, LINE, layout, type Row, wide, word } from './layout.ts';
export { PARK, Park, type Waited } from './park.ts';
export { type Lease, Pool, type PoolStatus } from './pool.ts';
export {
  type Entry,
  type Handle,
  type Inserted,
  KeyRefused,
  REGISTRY_DEFAULTS,
  Registry,
  type RegistryOptions,
  registryLayout,
  registrySlots,
} from './registry.ts';
export {
  RING,
  RingBufferReader,
  RingBufferWriter,
  type RingGeometry,
  type RingPiece,
  type RingSnapshot,
  ringBytes,
} from './ring-buffer.ts';
export { type Memory, type Region, Segment, SegmentRefused, segmentBytes } from './segment.ts';
export { advance, distance, isBefore, later } from './sequence.ts';
export { IllegalTransition, STATE_WORD, StateTable, StateWord, type Transitions } from './state-word.ts';
