import { describe, expect, test } from 'vitest';
import { isDevtoolPath } from '../../src/proxy/devtool-paths.ts';
import { refusalReply, replyBytes } from '../../src/proxy/reply.ts';

const refusal = { status: 502, code: 'upstream_unreachable', message: 'http://localhost:1 <b>"down"</b>' };
const asked = (method: string, ...fields: string[]) => ({ method, fields });

describe('a refusal', () => {
  test.each([
    [['Sec-Fetch-Dest', 'document'], 'text/html'],
    [['Sec-Fetch-Dest', 'iframe', 'Accept', '*/*'], 'text/html'],
    [['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'], 'text/html'],
    [['Sec-Fetch-Dest', 'empty', 'Accept', 'text/html'], 'text/plain'],
    [['Sec-Fetch-Dest', 'empty', 'Sec-Fetch-Mode', 'navigate', 'Accept', 'text/html'], 'text/html'],
    [['Sec-Fetch-Dest', 'empty', 'Accept', 'application/json'], 'application/json'],
    [['Accept', 'application/vnd.api+json'], 'application/json'],
    [['Accept', '*/*'], 'text/plain'],
    [[], 'text/plain'],
  ])('for %j is %s', (fields, type) => {
    expect(refusalReply(refusal, asked('GET', ...fields), true).type).toContain(type);
  });

  test('shows what happened as text, never as markup', () => {
    const { body } = refusalReply(refusal, asked('GET', 'Sec-Fetch-Dest', 'document'), true);
    expect(body).toContain('&lt;b&gt;&quot;down&quot;&lt;/b&gt;');
    expect(body).not.toContain('<b>');
  });

  test('of a form’s request does not send it again', () => {
    const { body } = refusalReply(refusal, asked('POST', 'Sec-Fetch-Dest', 'document'), true);
    expect(body).not.toContain('<script>');
    expect(body).not.toContain('http-equiv');
  });

  test('that will not pass is no page that waits', () => {
    expect(refusalReply({ ...refusal, status: 421 }, asked('GET', 'Accept', 'text/html'), false).type).toContain(
      'text/plain',
    );
  });
});

test('a reply to HEAD has its length and no body', () => {
  const reply = { status: 200, type: 'text/plain', body: 'é' };
  const [head, body] = replyBytes(reply, { close: true, head: false }).toString().split('\r\n\r\n');
  expect(head).toContain('Content-Length: 2');
  expect(head).toContain('Connection: close');
  expect(body).toBe('é');
  expect(replyBytes(reply, { close: false, head: true }).toString()).toMatch(/Content-Length: 2\r\n(?:.*\r\n)*\r\n$/);
});

test('paths of ours', () => {
  const ours = ['/__devtool', '/__devtool/', '/__devtool?x', '/__devtool/client.js?v=1'].map(isDevtoolPath);
  expect(ours).toEqual([true, true, true, true]);
  const others = ['/', '/__devtools', '/a/__devtool/', '//__devtool/', '/__DEVTOOL/'].map(isDevtoolPath);
  expect(others).toEqual([false, false, false, false, false]);
});
