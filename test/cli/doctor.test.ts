import { expect, test } from 'vitest';
import { broken, type Check, ok, warning } from '../../src/cli/doctor/check.ts';
import { silentCheck, startChecks } from '../../src/cli/doctor/daemon.ts';
import { type DirectoryFacts, directoryCheck } from '../../src/cli/doctor/directories.ts';
import { report } from '../../src/cli/doctor/doctor.ts';
import { limitsCheck, nodeCheck } from '../../src/cli/doctor/machine.ts';
import { within } from '../../src/cli/within.ts';

const stats = (more: Partial<{ mode: number; uid: number; directory: boolean; link: boolean }> = {}) => ({
  mode: more.mode ?? 0o40700,
  uid: more.uid ?? 1_000,
  isDirectory: () => more.directory ?? true,
  isSymbolicLink: () => more.link ?? false,
});
const told = ({ verdict, found, mend }: Check): string => `${verdict}: ${found}${mend === null ? '' : ` → ${mend}`}`;

test.each<[string, RegExp]>([
  ['20.19.0', /^ok: 20\.19\.0$/],
  ['24.1.0', /^ok/],
  ['20.18.9', /^broken: 20\.18\.9 is older than 20\.19 → /],
  ['18.20.0', /^broken/],
])('Node %s', (version, expected) => {
  expect(told(nodeCheck(version))).toMatch(expected);
});

test.each<[string | null, string | null, RegExp]>([
  [null, null, /^ok: none/],
  [
    'Max open files            20000                20000                files',
    '192536\n',
    /^ok: 20000 open files, 192536/,
  ],
  [
    'Max open files            256                  20000                files',
    null,
    /^warning: 256 open.*ulimit -n 4096/,
  ],
  ['Max open files            unlimited            unlimited            files', '8192', /^warning: 8192 files.*sysctl/],
])('limits %j, %j', (limits, watches, expected) => {
  expect(told(limitsCheck(limits, watches))).toMatch(expected);
});

test('what a daemon has found at its start, and could not do', () => {
  const whole = { recovered: [], state_ignored: null, http: null, autostart: [] };
  expect(startChecks(whole)).toEqual([]);
  const scripts = [
    { name: 'dev', started: true, error: null },
    { name: 'db', started: false, error: 'start_failed: no docker' },
  ];
  const checks = startChecks({
    recovered: [
      { process_id: 'a', path: '/p', pid: 7, command: 'sleep 9', alive: true },
      { pid: 8, alive: false },
    ],
    state_ignored: 'version 99 is not ours',
    http: { url: null, token_path: null, error: 'port 7337 is taken' },
    autostart: [{ path: '/p', scripts, proxies: [{ id: 'front', url: null, error: 'no url' }] }],
  });
  expect(checks.map((check) => `${check.hop} ${told(check)}`)).toEqual([
    'leftover warning: a of /p, pid 7, outlived its daemon: sleep 9 → kill 7',
    'state file warning: that of an earlier daemon is not used: version 99 is not ours → It is written anew; nothing to mend.',
    'http warning: is not served: port 7337 is taken → Mend that, then devtool-mcp daemon restart.',
    'autostart db warning: in /p: start_failed: no docker → devtool-mcp detect path=/p shows its config.',
    'autostart front warning: in /p: no url → devtool-mcp detect path=/p shows its config.',
  ]);
});

test.each<[DirectoryFacts, RegExp]>([
  [{ stats: null, free: null }, /^ok: \/d is not there yet/],
  [{ stats: stats(), free: 5e9 }, /^ok: \/d, mode 0700, 5\.0 GB free$/],
  [{ stats: stats({ mode: 0o40755 }), free: null }, /^warning: \/d has mode 0755: others may enter → chmod 700 \/d/],
  [{ stats: stats({ mode: 0o40500 }), free: null }, /^broken: \/d has mode 0500: you may not use it → chmod 700/],
  [{ stats: stats({ uid: 7 }), free: null }, /^broken: \/d belongs to user 7, not to user 1000/],
  [
    { stats: stats({ directory: false, link: true }), free: null },
    /^broken: \/d is a symbolic link → Remove it: rm \/d/,
  ],
  [{ stats: stats(), free: 30e6 }, /^warning: \/d: 29296 kB are free/],
  [{ stats: stats(), free: 0 }, /^broken: \/d: 0 kB are free on its disk → Make room/],
])('directory %j', (facts, expected) => {
  expect(told(directoryCheck('d', '/d', facts, 1_000))).toMatch(expected);
});

test('a daemon that does not answer: stopped by a signal, or not', () => {
  expect(told(silentCheck({ pid: 7 }, 'T'))).toMatch(/^broken: pid 7 does not answer: it is stopped → .*kill -CONT 7/);
  expect(told(silentCheck({ pid: 7 }, 'S'))).toMatch(/^broken: pid 7 does not answer → Look into its log/);
});

test('the report: a line for each hop, what to do below it, the sum', () => {
  expect(report([ok('node', '20'), warning('limits', 'few', 'Raise.'), broken('daemon', 'gone', 'Start.')])).toBe(
    [
      'ok       node    20',
      'warning  limits  few',
      '                 → Raise.',
      'broken   daemon  gone',
      '                 → Start.',
      '1 ok, 1 warning, 1 broken',
      '',
    ].join('\n'),
  );
});

test('an answer that comes too late is none; one that is refused is refused', async () => {
  expect(await within(1, new Promise(() => {}))).toBeNull();
  expect(await within(10_000, Promise.resolve(5))).toBe(5);
  await expect(within(10_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
});
