import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactLines, redactor } from '../../src/text/redact.ts';
import { CLEAN_OUTPUT } from './clean-output.ts';

const redact = redactor('salt');
/** Fingerprints are beside the point of most cases. */
const masked = (text: string): string => redact(text).replace(/\[redacted [0-9a-f]{6}\]/g, '***');

/** Assembled here so that no scanner takes the sources for a leak. */
const key = (prefix: string, length: number): string => prefix + 'aB3dE6gH9'.repeat(20).slice(0, length);

describe('by name', () => {
  test.each([
    ['Authorization: Bearer abcdef123456', 'Authorization: Bearer ***'],
    ['authorization: Basic dXNlcjpwYXNz', 'authorization: Basic ***'],
    ['> Proxy-Authorization: Digest username="x", response="y"', '> Proxy-Authorization: Digest ***'],
    ['Cookie: sid=abc; theme=dark', 'Cookie: ***'],
    ['set-cookie: sid=abc; Path=/; HttpOnly', 'set-cookie: ***'],
    ["'set-cookie': [ 'sid=abc; Path=/' ], etag: 'x'", "'set-cookie': ***], etag: 'x'"],
    [
      'curl -H "Authorization: Bearer abc123" http://localhost:3000',
      'curl -H "Authorization: Bearer ***" http://localhost:3000',
    ],
    ['{"authorization":"Bearer abc123","accept":"*/*"}', '{"authorization":"Bearer ***","accept":"*/*"}'],
    ['X-Api-Key: 12345-abcde', 'X-Api-Key: ***'],
    ['x-auth-token=abc123', 'x-auth-token=***'],
    ['{"password":"hunter2","user":"bob"}', '{"password":"***","user":"bob"}'],
    ['{"password": "with \\"quotes\\" in", "a": 1}', '{"password": "***", "a": 1}'],
    ['"{\\"token\\":\\"abc123\\",\\"a\\":1}"', '"{\\"token\\":\\"***\\",\\"a\\":1}"'],
    ["{ password: 'hunter2', user: 'bob' }", "{ password: '***', user: 'bob' }"],
    ["token: \x1b[32m'abc123'\x1b[39m", "token: \x1b[32m'***'\x1b[39m"],
    ['DB_PASSWORD=p@ss(1)&x', 'DB_PASSWORD=***'],
    ['export STRIPE_KEY=abc', 'export STRIPE_KEY=***'],
    ['DB_PASS="a b c" psql', 'DB_PASS="***" psql'],
    ['POST /login user=bob&password=hunter2&next=/', 'POST /login user=bob&password=***&next=/'],
    ['GET /maps?key=abc123&zoom=4', 'GET /maps?key=***&zoom=4'],
    ['GET /blob?sv=2020&sig=a%2Bb%3D1&se=x', 'GET /blob?sv=2020&sig=***&se=x'],
    ['GET /cb?access_token=a1b2&refresh_token=b2b2', 'GET /cb?access_token=***&refresh_token=***'],
    ['redirect=%2Fcb%3Ftoken%3Dabc123', 'redirect=%2Fcb%3Ftoken%3D***'],
    [
      'npm config set //registry.example.test/:_authToken=abc-123',
      'npm config set //registry.example.test/:_authToken=***',
    ],
    ['deploy --token abc123 --verbose', 'deploy --token *** --verbose'],
    ['deploy --password=hunter2', 'deploy --password=***'],
    ["'password' => 'hunter2',", "'password' => '***',"],
    ['client_secret: s3cr3t', 'client_secret: ***'],
    ['session:token=abc123', 'session:token=***'],
    [`key: ${key('', 32)}`, 'key: ***'],
    ['"apiKey": "abc"', '"apiKey": "***"'],
  ])('%j', (text, shown) => {
    expect(masked(text)).toBe(shown);
  });
});

describe('by shape', () => {
  test.each([
    ['AWS', `${'AKIA'}ABCDEFGHIJKLMNOP`],
    ['GitHub', key('ghp_', 36)],
    ['GitHub, fine-grained', key('github_pat_', 60)],
    ['GitLab', key('glpat-', 20)],
    ['Slack', key('xoxb-', 40)],
    ['Google', key('AIza', 35)],
    ['Google OAuth', key('ya29.', 60)],
    ['Stripe', key('sk_live_', 24)],
    ['Stripe, restricted', key('rk_test_', 24)],
    ['OpenAI', key('sk-proj-', 40)],
    ['Anthropic', key('sk-ant-', 40)],
    ['npm', key('npm_', 36)],
    ['PyPI', key('pypi-', 60)],
    ['Hugging Face', key('hf_', 34)],
    ['SendGrid', `${key('SG.', 22)}.${key('', 43)}`],
    ['JWT', `${key('eyJ', 20)}.${key('eyJ', 40)}.${key('', 43)}`],
  ])('%s', (_, secret) => {
    for (const [before, after] of [
      ['', ''],
      ['using ', ' now'],
      ['"', '"'],
      ['x: ', ','],
      ['(', ')'],
    ] as const) {
      expect(masked(before + secret + after)).toBe(`${before}***${after}`);
    }
  });

  test.each([
    ['postgres://app:s3cret@db.test:5432/shop', 'postgres://app:***@db.test:5432/shop'],
    ['redis://:s3cret@localhost:6379', 'redis://:***@localhost:6379'],
    ['http://a:p@ss@host.test/x@y', 'http://a:***@host.test/x@y'],
    [`https://${'x1'.repeat(15)}@git.test/r.git`, 'https://***@git.test/r.git'],
    ['ssh://git@github.com/x/y.git', 'ssh://git@github.com/x/y.git'],
    ['http://localhost:3000/@vite/client', 'http://localhost:3000/@vite/client'],
    ['https://unpkg.test/react@18', 'https://unpkg.test/react@18'],
    [`sent Bearer ${key('', 24)}`, 'sent Bearer ***'],
    ['https://hooks.slack.com/services/T000/B000/XXXXXXXX', 'https://hooks.slack.com/services/***'],
  ])('%j', (text, shown) => {
    expect(masked(text)).toBe(shown);
  });
});

describe('PEM blocks', () => {
  const pem = generateKeyPairSync('rsa', { modulusLength: 1_024 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString();
  const body = pem.split('\n').slice(1, -2);
  const leaks = (text: string): string[] => body.filter((line) => redact(text).includes(line.slice(0, 12)));

  test('over lines: as many lines, all showing the same', () => {
    const lines = redact(`before\n${pem}after\n`).split('\n');
    expect(lines).toHaveLength(body.length + 5);
    expect([lines[0], lines[1], lines.at(-3), lines.at(-2)]).toEqual([
      'before',
      '-----BEGIN PRIVATE KEY-----',
      '-----END PRIVATE KEY-----',
      'after',
    ]);
    expect(new Set(lines.slice(2, -3)).size).toBe(1);
  });

  test.each([
    ['on one line', `key is ${JSON.stringify(pem)}`],
    ['in JSON', JSON.stringify({ private_key: pem })],
    ['in an environment', `PRIVATE_KEY="${pem}"`],
    ['indented', pem.replace(/^/gm, '    ')],
    ['with a prefix', pem.replace(/^/gm, 'app | ')],
    ['without its end', pem.split('\n').slice(0, -2).join('\n')],
    ['without its beginning', pem.split('\n').slice(3).join('\n')],
    ['with other lines between', pem.replaceAll('\n', '\nGET /\n')],
    ['twice', pem + pem],
    ['twice on one line', JSON.stringify(pem + pem)],
  ])('%s', (_, text) => {
    expect(leaks(text)).toEqual([]);
  });

  test('a block that never ends hides no ordinary lines', () => {
    const pages = Array.from({ length: 9 }, (_, at) => `GET /page/${at} 200`);
    const text = [
      '-----BEGIN PRIVATE KEY-----',
      ...pages,
      'done',
      'a_commit 9fceb02d0ae598e95dc970b74767f19372d61af8',
    ].join('\n');
    expect(redact(text)).toBe(text);
  });
});

describe('fingerprints', () => {
  test('equal secrets look equal, others do not, other salts neither', () => {
    const [a, b, c] = ['token=abc123', '"token": "abc123"', 'token=abc124'].map(
      (text) => /\[redacted (\w{6})\]/.exec(redact(text))?.[1],
    );
    expect(a).toMatch(/^[0-9a-f]{6}$/);
    expect(b).toBe(a);
    expect(c).not.toBe(a);
    expect(redactor('other')('token=abc123')).not.toBe(redact('token=abc123'));
  });
});

describe('what is no secret', () => {
  test('clean output of dev servers stays as it is', () => {
    const changed = CLEAN_OUTPUT.filter((line) => redact(line) !== line);
    expect(changed).toEqual([]);
    expect(redact(CLEAN_OUTPUT.join('\n'))).toBe(CLEAN_OUTPUT.join('\n'));
  });
});

describe('always', () => {
  const secretPiece = fc.constantFrom(
    'token=',
    '"password": "',
    'Authorization: ',
    'cookie',
    '=',
    ':',
    '"',
    "'",
    '\\"',
    '[',
    ']',
    ' ',
    '\n',
    '://',
    '@',
    'key',
    '?key=',
    '-----BEGIN X KEY-----',
    '-----END X KEY-----',
    key('', 20),
    key('eyJ', 9),
    '.',
    'abc',
    '--token ',
    '\x1b[1m',
    '&',
    '%3D',
    '\r',
    'é',
    '\ud800',
  );
  const text = fc.array(secretPiece, { maxLength: 30 }).map((pieces) => pieces.join(''));

  test('no line is added or removed, and once is enough', () => {
    fc.assert(
      fc.property(text, (given) => {
        const once = redact(given);
        expect(once.split('\n')).toHaveLength(given.split('\n').length);
        expect(redact(once).replace(/\[redacted \w{6}\]/g, '')).toBe(once.replace(/\[redacted \w{6}\]/g, ''));
      }),
      { numRuns: 1_000 },
    );
  });

  test('a mark of PEM behind a name stays whole', () => {
    const once = redact('token=\ntoken=-----BEGIN X KEY----------END X KEY-----');
    expect(once).toBe('token=\ntoken=-----BEGIN X KEY----------END X KEY-----');
    expect(redact('token=-----BEGIN-X')).not.toContain('BEGIN');
  });

  test('a canary beside a telling name never shows, whatever stands around', () => {
    const canary = 'cAn4ryQ7x9Zk2';
    const place = fc.constantFrom(
      (c: string) => `token=${c}`,
      (c: string) => `{"api_key":"${c}"}`,
      (c: string) => `Authorization: Bearer ${c}`,
      (c: string) => `Cookie: a=1; b=${c}`,
      (c: string) => `https://u:${c}@host.test/`,
      (c: string) => `DB_PASSWORD='${c}'`,
      (c: string) => `/x?a=1&sig=${c}&b=2`,
    );
    const around = fc.string({ unit: fc.constantFrom('a', ' ', ',', '(', ')', '1', '.', '{'), maxLength: 12 });
    fc.assert(
      fc.property(place, around, around, (at, before, after) => {
        expect(redact(`${before} ${at(canary)} ${after}`)).not.toContain(canary);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['key=', 'key='.repeat(100_000)],
    ['token:', 'token:'.repeat(60_000)],
    ['cookie=[', 'cookie=['.repeat(50_000)],
    ['quotes', 'key="'.repeat(80_000)],
    ['eyJ', 'eyJ'.repeat(130_000)],
    ['eyJ.', 'eyJaaaaa.'.repeat(40_000)],
    ['://', 'token://'.repeat(50_000)],
    ['@', `token://${'a@'.repeat(200_000)} `],
    ['one long name', `${'x'.repeat(400_000)}token=abc`],
    ['spaces', `token${' '.repeat(400_000)}=abc`],
    ['colours', `token${'\x1b[1m'.repeat(100_000)}=abc`],
    ['backslashes', `token=${'\\'.repeat(400_000)}"abc`],
    ['bearer', `bearer ${'a'.repeat(400_000)}`],
    ['block ends', '-----END X-----\n'.repeat(25_000)],
    ['block beginnings', `${'-----BEGIN X-----'.repeat(20_000)}`],
    ['bodies and ends', `${'A'.repeat(64)}\n-----END X-----\n`.repeat(5_000)],
  ])('stays linear: %s', (_, given) => {
    // Anything quadratic here runs into the test's time limit.
    expect(redact(given).split('\n')).toHaveLength(given.split('\n').length);
  });
});

test('redactLines keeps everything but the text', () => {
  const lines = [
    { text: 'plain', position: 0 },
    { text: 'token=abc123', position: 6 },
  ];
  const shown = redactLines(lines, redact);
  expect(shown[0]).toBe(lines[0]);
  expect(shown[1]).toEqual({ text: redact('token=abc123'), position: 6 });
});

describe('what a project calls secret', () => {
  const extra = {
    hint: /internal[_.$-]?ref|plan/i,
    names: new Set(['internalref', 'plan']),
    patterns: [/acme_[a-z0-9]{8,}/g],
  };
  const redact = redactor('salt', () => extra);
  const HIDDEN = /^\[redacted [0-9a-f]{6}\]$/;

  test.each([
    ['internal_ref=abc-123', 'internal_ref='],
    ['"internalRef": "abc-123"', '"internalRef": "'],
    ['INTERNAL-REF: abc-123', 'INTERNAL-REF: '],
    ['plan=premium', 'plan='],
    ['see acme_0123456789', 'see '],
  ])('%s is hidden', (line, lead) => {
    const shown = redact(line);
    expect(shown.startsWith(lead)).toBe(true);
    expect(shown.slice(lead.length).replace(/"$/, '')).toMatch(HIDDEN);
  });

  test('the usual is hidden as ever, the rest is left', () => {
    expect(redact('password=hunter22')).toMatch(/^password=\[redacted/);
    expect(redact('planet=earth, acme_short')).toBe('planet=earth, acme_short');
    expect(redact('x'.repeat(20_000))).toHaveLength(20_000);
  });
});
