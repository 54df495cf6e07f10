/**
 * The public door of the model checker, published as `devtool-mcp/lockfree/model`: explores every order of the steps of small
 * programs over SharedArrayBuffers. Tutorial: docs/model-checker.md; what it proves and its limits: README.md beside this file.
 */

export type { Bytes, WideWords, Words } from './atomic.ts';
export {
  add,
  addWide,
  and,
  compareExchange,
  copyIn,
  copyOut,
  exchange,
  get,
  load,
  loadWide,
  notify,
  or,
  set,
  spin,
  store,
  storeWide,
  wait,
  waitAsync,
} from './atomic.ts';
export {
  awaitEnd,
  type Explored,
  type ExploreOptions,
  explore,
  invoke,
  type Model,
  type Operation,
  replay,
  settle,
  verify,
} from './explore.ts';
export { linearizable, type Specification, type Timed } from './linearizable.ts';
export { traceOf } from './trace.ts';
