import { expect, test } from 'vitest';
import { sharingTable } from '../../../src/process/os/shared-table.ts';
import { simulate } from './simulated-system.ts';

test('one look serves all who look within a few milliseconds, unless they ask for a fresh one', () => {
  const simulation = simulate();
  let looks = 0;
  let micros = 0;
  const counting = {
    ...simulation.system,
    processes() {
      looks += 1;
      return simulation.system.processes();
    },
  };
  const shared = sharingTable(counting, () => micros);
  for (let n = 0; n < 500; n++) shared.processes();
  expect(looks).toBe(1);
  micros += 4_000;
  shared.processes();
  expect(looks).toBe(2);
  shared.processes(true);
  shared.processes();
  expect(looks).toBe(3);
});

test('that the system could not say is not remembered', () => {
  const simulation = simulate();
  let short = true;
  const failing = { ...simulation.system, processes: () => (short ? null : simulation.system.processes()) };
  const shared = sharingTable(failing, () => 0);
  expect(shared.processes()).toBeNull();
  short = false;
  expect(shared.processes()).toHaveLength(2);
});
