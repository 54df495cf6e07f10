import { expect, test } from 'vitest';
import { allowLoader } from '../../src/proxy/csp.ts';

const change = (policy: string, name = 'Content-Security-Policy') => {
  const { fields, nonce, note } = allowLoader([name, policy], 'localhost:1', () => 'NEW');
  return [fields[1], nonce, note];
};
const OURS = 'localhost:1/__devtool/';
const SOCKET = `${OURS} ws://${OURS}`;

test.each([
  ["default-src 'self'", "default-src 'self'", null, null],
  ["script-src 'self' 'unsafe-inline'", "script-src 'self' 'unsafe-inline'", null, null],
  ['img-src x', 'img-src x', null, null],
  ["script-src 'nonce-abc'; connect-src 'self'", "script-src 'nonce-abc'; connect-src 'self'", 'abc', null],
  ["script-src 'nonce-abc' 'strict-dynamic'", "script-src 'nonce-abc' 'strict-dynamic'", 'abc', null],
  [
    "script-src 'sha256-x' 'strict-dynamic'",
    " script-src 'sha256-x' 'strict-dynamic' 'nonce-NEW'",
    'NEW',
    "script-src 'nonce-NEW'",
  ],
  ["script-src 'none'", ` script-src ${OURS}`, null, `script-src ${OURS}`],
  [
    "default-src 'none'",
    `default-src 'none'; script-src ${OURS}; connect-src ${SOCKET}`,
    null,
    `script-src ${OURS}; connect-src ${SOCKET}`,
  ],
  [
    'script-src https://cdn.example; script-src-elem *',
    'script-src https://cdn.example; script-src-elem *',
    null,
    null,
  ],
  [
    "connect-src https://api.example; script-src 'self'",
    ` connect-src https://api.example ${SOCKET}; script-src 'self'`,
    null,
    `connect-src ${SOCKET}`,
  ],
  ["script-src 'self', script-src 'none'", `script-src 'self', script-src ${OURS}`, null, `script-src ${OURS}`],
  ["sandbox allow-scripts; script-src 'self'", "sandbox allow-scripts; script-src 'self'", null, null],
])('%s', (policy, expected, nonce, note) => expect(change(policy)).toEqual([expected, nonce, note]));

test('a policy that only reports is to report nothing of ours either', () => {
  expect(change("script-src 'none'", 'content-security-policy-report-only')[0]).toBe(` script-src ${OURS}`);
});

test('other fields stay as they are', () => {
  expect(allowLoader(['A', "script-src 'none'"], 'localhost:1', () => 'NEW').fields).toEqual([
    'A',
    "script-src 'none'",
  ]);
});
