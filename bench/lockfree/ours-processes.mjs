// Registry and cells, as ProcessManager uses them: an id leads to a slot, a slot to the cell with the process's facts.
import { SharedMemory } from './core.mjs';

const KEY = '/home/somebody/shop\0server';
const EXIT = { code: 0, signal: null, endedBy: 'exit', micros: 2_000_000 };

function live(cell, i) {
  cell.state.compareAndSwap('pending', 'starting');
  cell.beginRun(i);
  cell.started(1_000 + i, 1_000 + i, 1_000_000);
  cell.state.compareAndSwap('starting', 'running');
  cell.ended(EXIT);
  cell.state.compareAndSwap('running', 'stopped');
  cell.state.compareAndSwap('stopped', 'pending');
}

function create(entries) {
  const memory = SharedMemory.create();
  const cells = [];
  const register = (key) => {
    const { handle } = memory.registry.insert(key, ({ slot }) => memory.cell(slot).reset());
    cells[handle.slot] = memory.cell(handle.slot);
  };
  for (let i = 1; i < entries; i++) register(`/home/somebody/shop\0server-${i}`);
  register(KEY);
  live(memory.cell(memory.registry.get(KEY).slot), 1);
  for (let slot = 0; slot < memory.registry.slots; slot++) cells[slot] ??= memory.cell(slot);
  return { memory, cells };
}

export const status = {
  open(_row, { processes }) {
    const { memory, cells } = create(processes);
    const run = (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const snapshot = cells[memory.registry.get(KEY).slot].snapshot();
        if (snapshot.state.length > 0 && snapshot.run >= 0 && snapshot.startedAt !== 0) sum++;
      }
      return sum;
    };
    return { run, shared: memory.buffer };
  },
  /** One run of the process from begin to end. */
  other(buffer) {
    const memory = SharedMemory.attach(buffer);
    const cell = memory.cell(memory.registry.get(KEY).slot);
    return (n) => {
      for (let i = 0; i < n; i++) live(cell, i);
      return n;
    };
  },
};

/** Registers and removes ids that nobody else uses. */
function churn(memory, name) {
  const keys = Array.from({ length: 64 }, (_, i) => `/home/somebody/shop\0${name}-${i}`);
  return (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const { handle } = memory.registry.insert(keys[i % keys.length], ({ slot }) => memory.cell(slot).reset());
      if (memory.registry.remove(handle)) sum++;
    }
    return sum;
  };
}

const churnElsewhere = (buffer) => churn(SharedMemory.attach(buffer), 'other');

export const register = {
  open(_row, { processes }) {
    const { memory } = create(processes);
    return { run: churn(memory, 'own'), shared: memory.buffer };
  },
  other: churnElsewhere,
};

/** An operation is a list of all ids, each with its state. */
export const list = {
  open({ entries }) {
    const { memory, cells } = create(entries);
    const run = (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const listed = [];
        for (const { key, handle } of memory.registry.list())
          listed.push({ key, state: cells[handle.slot].state.get() });
        sum += listed.length;
      }
      return sum;
    };
    return { run, shared: memory.buffer };
  },
  other: churnElsewhere,
};
