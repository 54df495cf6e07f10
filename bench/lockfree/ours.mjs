// Our side: the built core, and the shapes in which the process manager uses it, bundled beside it.
import { isMainThread } from 'node:worker_threads';
import * as output from './ours-output.mjs';
import * as processes from './ours-processes.mjs';
import * as traffic from './ours-traffic.mjs';
import * as words from './ours-words.mjs';
import { serve } from './side.mjs';

const OPERATIONS = {
  status: processes.status,
  list: processes.list,
  register: processes.register,
  lines: output.lines,
  output: output.output,
  write: output.write,
  query: traffic.query,
  log: traffic.log,
  alone: words.alone,
  word: words.word,
  cas: words.cas,
  add: words.add,
};

export const open = (row, sizes) => OPERATIONS[row.op].open(row, sizes);
export const other = (shared, row, sizes) => OPERATIONS[row.op].other(shared, row, sizes);

if (isMainThread) await serve(import.meta.url, open, other);
