import { expect, test } from 'vitest';
import { draw, duration, size } from '../../../src/cli/up/draw.ts';
import type { View } from '../../../src/cli/up/view.ts';
import { width } from '../../../src/cli/up/width.ts';

const process = (id: string, more: Partial<View['processes'][number]> = {}) => ({
  id,
  state: 'ready',
  uptimeMs: 80_000,
  restarts: 0,
  memoryBytes: 186_000_000,
  url: 'http://localhost:5173/',
  ...more,
});

const view: View = {
  project: 'shop',
  path: '/work/shop',
  processes: [process('dev'), process('api', { state: 'failed', restarts: 12, memoryBytes: null, url: null })],
  proxies: [
    {
      id: 'dev',
      url: 'http://localhost:31710/',
      target: 'http://localhost:5173',
      state: 'running',
      requests: 1_204,
      perSecond: 3.25,
      pages: 1,
    },
  ],
  errors: { total: 7, lines: ['error one', 'error two', 'error three', 'error four'] },
  output: ['a', 'b', 'c', 'd'].map((text) => ({ id: 'dev', text })),
  daemonBytes: 111e6,
  selected: 1,
  showsErrors: false,
  notice: 'dev: restart …',
};

test('everything has its place', () => {
  expect(draw(view, { columns: 80, rows: 18 }, false).map((line) => line.trimEnd())).toEqual([
    'shop /work/shop                                                    daemon 111 MB',
    'PROCESS  STATE   UPTIME  RESTARTS  MEMORY  URL',
    'dev      ready   1m 20s         0  186 MB  http://localhost:5173/',
    'api      failed       –        12       –',
    '',
    'PROXY  REQUESTS   /S  PAGES  OPEN',
    'dev        1204  3.3      1  http://localhost:31710/ → http://localhost:5173',
    '',
    'ERRORS 7',
    'error two',
    'error three',
    'error four',
    '',
    'dev b',
    'dev c',
    'dev d',
    'dev: restart …',
    'r restart · s stop · o open · e errors · ↑↓ choose · q quit',
  ]);
});

test('errors take the place of the output when they are asked for', () => {
  const lines = draw({ ...view, showsErrors: true, notice: '' }, { columns: 80, rows: 18 }, false);
  expect(lines.slice(8, 13)).toEqual(['ERRORS 7', 'error one', 'error two', 'error three', 'error four']);
  expect(lines).not.toContain('dev d');
});

test('a narrow terminal loses what matters least, a low one the tables last', () => {
  const narrow = draw(view, { columns: 42, rows: 18 }, false);
  expect(narrow[1]?.trimEnd()).toBe('PROCESS  STATE   UPTIME  URL');
  expect(narrow[5]?.trimEnd()).toBe('PROXY  REQUESTS   /S  OPEN');
  const low = draw(view, { columns: 80, rows: 6 }, false);
  expect(low.map((line) => line.split(' ')[0])).toEqual(['shop', 'dev', 'dev', 'dev', 'dev:', 'r']);
});

test('at every size: as many lines as there are rows, none wider than the screen, whatever is in it', () => {
  const odd: View = {
    ...view,
    project: '店'.repeat(30),
    processes: [process('日本', { url: 'x'.repeat(300) }), process('a\x1b[2J')],
    output: [{ id: 'dev', text: `😀${'語'.repeat(200)}\x1b]0;t\x07` }],
    errors: { total: 1, lines: ['\r\n\x9b2J'.repeat(50)] },
  };
  for (const shown of [view, odd, { ...odd, showsErrors: true }, { ...view, processes: [], proxies: [], output: [] }])
    for (let columns = 20; columns <= 120; columns += 25)
      for (let rows = 3; rows <= 30; rows += 3) {
        const lines = draw(shown, { columns, rows }, false);
        expect(lines).toHaveLength(rows);
        for (const line of lines) {
          expect(width(line)).toBeLessThanOrEqual(columns);
          expect(line).not.toMatch(/\p{Cc}/u);
        }
      }
});

test('colour only adds to it', () => {
  const coloured = draw(view, { columns: 60, rows: 18 }, true);
  expect(coloured.join('\n')).toContain('\x1b[31m');
  expect(coloured.map((line) => line.replace(/\x1b\[\d*m/g, ''))).toEqual(draw(view, { columns: 60, rows: 18 }, false));
});

test.each<[number, string]>([
  [-5, '0s'],
  [59_999, '59s'],
  [60_000, '1m 00s'],
  [3_725_000, '1h 02m'],
])('%i ms are %s', (ms, expected) => {
  expect(duration(ms)).toBe(expected);
});

test('sizes', () => {
  expect([size(0), size(999_400_000), size(1.25e9)]).toEqual(['0 MB', '999 MB', '1.3 GB']);
});
