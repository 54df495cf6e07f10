import { describe, expect, test } from 'vitest';
import { keysOf } from '../../../src/cli/up/keys.ts';
import { isOwnUrl } from '../../../src/cli/up/opener.ts';
import { planOf } from '../../../src/cli/up/plan.ts';
import { createRates } from '../../../src/cli/up/rates.ts';
import { changedLines } from '../../../src/cli/up/screen.ts';

test.each<[string, string[]]>([
  ['r', ['restart']],
  ['SoE', ['stop', 'open', 'errors']],
  ['q\x03', ['quit', 'quit']],
  ['\x1b[A\x1b[B\x1bOA', ['previous', 'next', 'previous']],
  ['\x1b[1;5Cx\x1b[<0;1;1Mq', ['quit']],
  ['\x1b', []],
  ['constructor', ['open', 'stop', 'restart', 'open', 'restart']],
])('%j is %j', (text, expected) => {
  expect(keysOf(text)).toEqual(expected);
});

test('only lines that differ are written', () => {
  expect(changedLines(['a', 'b'], ['a', 'b'])).toBe('');
  expect(changedLines(['a', 'b', 'c'], ['a', 'x'])).toBe('\x1b[2;1H\x1b[2Kx\x1b[3;1H\x1b[2K');
});

test.each<[string, boolean]>([
  ['http://localhost:5173/', true],
  ['http://127.0.0.1:80/x', true],
  ['https://localhost/', false],
  ['http://localhost.evil.test/', false],
  ['http://user@localhost/', false],
  ['http://example.test/', false],
  ['file:///etc/passwd', false],
  ['javascript:1', false],
  ['--help', false],
])('%s may be opened: %s', (url, expected) => {
  expect(isOwnUrl(url)).toBe(expected);
});

test('requests per second are those of the last seconds', () => {
  const rates = createRates();
  expect(rates.perSecond('a', 10, 0)).toBe(0);
  expect(rates.perSecond('a', 30, 2_000)).toBe(10);
  expect(rates.perSecond('b', 1, 2_000)).toBe(0);
  for (let at = 3_000; at <= 12_000; at += 1_000) rates.perSecond('a', 30, at);
  expect(rates.perSecond('a', 30, 13_000)).toBe(0);
  // Started anew.
  expect(rates.perSecond('a', 2, 14_000)).toBe(0);
});

describe('the plan', () => {
  const project = (more: Record<string, unknown>) => ({
    name: 'p',
    path: '/p',
    scripts: ['build', 'start', 'dev'].map((name) => ({ name })),
    config: null,
    ...more,
  });

  test('the dev script and a proxy before it', () => {
    expect(planOf(project({}), [])).toEqual({ name: 'p', path: '/p', scripts: ['dev'], proxies: null });
  });

  test('what the config says: its autostart in order, its proxies but those that are not to start', () => {
    const proxies = [
      { id: 'web', process: 'dev', target_url: null, port: 4_000, autostart: true },
      { id: 'x', process: null, target_url: 'http://localhost:1', port: null, autostart: false },
    ];
    expect(planOf(project({ config: { autostart: ['start', 'dev'], proxies } }), [])).toMatchObject({
      scripts: ['start', 'dev'],
      proxies: [{ id: 'web', process_id: 'dev', port: 4_000 }],
    });
  });

  test.each([
    [
      'all of a Procfile but what comes before a deployment',
      ['web@Procfile', 'release@Procfile', 'worker@Procfile'],
      ['web', 'worker'],
    ],
    ['the dev script rather than a Procfile', ['dev@package.json', 'web@Procfile'], ['dev']],
    [
      'a Procfile rather than what Rails always has',
      ['web@Procfile.dev', 'css@Procfile.dev', 'server@usual'],
      ['web', 'css'],
    ],
    ['what Django always has', ['runserver@usual', 'test@usual'], ['runserver']],
  ])('%s', (_name, scripts, expected) => {
    const listed = scripts.map((script) => script.split('@')).map(([name, source]) => ({ name, source }));
    expect(planOf(project({ scripts: listed }), []).scripts).toEqual(expected);
  });

  test('scripts that were asked for, or the names that there are', () => {
    expect(planOf(project({}), ['build', 'start']).scripts).toEqual(['build', 'start']);
    expect(() => planOf(project({}), ['bild'])).toThrow('/p has no script named bild');
    expect(() => planOf(project({ scripts: [{ name: 'x' }] }), [])).toThrow('/p has no script named dev, start');
  });
});
