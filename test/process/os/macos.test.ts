/** What `ps` and `lsof` print on macOS, as read by src/process/os/macos.ts. The programs themselves are not run here. */
import { expect, test } from 'vitest';
import { environmentTextHolds, parsePids, parsePorts, parseRows } from '../../../src/process/os/macos.ts';
import { newMarker, runEntry } from '../../../src/process/os/marker.ts';

test('rows of ps', () => {
  const rows = parseRows(
    '    1     0     1 Ss   Mon Nov  3 09:00:01 2025    \n  501     1   501 S+   Mon Nov 23 15:04:05 2026\nbad row\n 77 1 77 Z Tue Jan  6 00:00:00 2026\n',
  );
  expect(rows).toEqual([
    { pid: 1, ppid: 0, pgid: 1, sid: 0, state: 'S', startTime: 'Mon_Nov_3_09:00:01_2025' },
    { pid: 501, ppid: 1, pgid: 501, sid: 0, state: 'S', startTime: 'Mon_Nov_23_15:04:05_2026' },
    { pid: 77, ppid: 1, pgid: 77, sid: 0, state: 'Z', startTime: 'Tue_Jan_6_00:00:00_2026' },
  ]);
  expect(parseRows(null)).toBeNull();
});

test('the environment that ps appends', () => {
  const marker = newMarker(new Uint8Array(16));
  const entry = runEntry(marker, 1);
  expect(environmentTextHolds(` PATH=/bin DEVTOOL_MCP_MARKER=${marker}.1 HOME=/`, entry)).toBe(true);
  expect(environmentTextHolds(` PATH=/bin DEVTOOL_MCP_MARKER=${marker}.1`, entry)).toBe(true);
  expect(environmentTextHolds(` DEVTOOL_MCP_MARKER=${marker}.12`, entry)).toBe(false);
  expect(environmentTextHolds(` XDEVTOOL_MCP_MARKER=${marker}.1`, entry)).toBe(false);
  expect(() => environmentTextHolds('', '')).toThrow(RangeError);
});

test('ports and pids of lsof', () => {
  expect(parsePorts('p12\nf3\nn127.0.0.1:3000\nf4\nn[::1]:3000\nf5\nn*:30001\n')).toEqual([3000, 30001]);
  expect(parsePids('p12\nf3\np7\n')).toEqual([12, 7]);
  expect(parsePids('')).toEqual([]);
});
