import { expect, test } from 'vitest';
import { firstAnswer } from '../../src/front/first-answers.ts';

const ANSWERS = {
  versions: ['2025-11-25', '2025-06-18'],
  initialize: { serverInfo: { name: 'x' } },
  tools: { tools: [] },
  modern: { version: '2026-07-28', discover: { supportedVersions: ['2026-07-28'] }, tools: { tools: [], ttlMs: 1 } },
};
const INITIALIZE = {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'c', version: '1', title: 'C' },
};
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

const asked = (method: string, params: Record<string, unknown>, isInitialized = false) =>
  firstAnswer({ kind: 'request', id: 1, method, params }, ANSWERS, isInitialized);

test('initialize is told the version that it asks for', () => {
  expect(asked('initialize', INITIALIZE)).toEqual({ protocolVersion: '2025-06-18', serverInfo: { name: 'x' } });
});

test('the list of tools follows initialize, or says which protocol it is of', () => {
  expect(asked('tools/list', {}, true)).toBe(ANSWERS.tools);
  expect(asked('tools/list', { _meta: { progressToken: 1 } }, true)).toBe(ANSWERS.tools);
  expect(asked('tools/list', { _meta: META })).toBe(ANSWERS.modern.tools);
  expect(asked('server/discover', { _meta: META })).toBe(ANSWERS.modern.discover);
});

test.each([
  ['a version that is unknown', 'initialize', { ...INITIALIZE, protocolVersion: '2099-01-01' }, false],
  ['no version', 'initialize', { ...INITIALIZE, protocolVersion: undefined }, false],
  ['no name', 'initialize', { ...INITIALIZE, clientInfo: {} }, false],
  ['no capabilities', 'initialize', { ...INITIALIZE, capabilities: [] }, false],
  ['more than is usual', 'initialize', { ...INITIALIZE, _meta: {} }, false],
  ['a second initialize', 'initialize', INITIALIZE, true],
  ['a list before initialize', 'tools/list', {}, false],
  ['a cursor', 'tools/list', { cursor: 'x' }, true],
  ['an odd _meta', 'tools/list', { _meta: [] }, true],
  [
    'another protocol',
    'tools/list',
    { _meta: { ...META, 'io.modelcontextprotocol/protocolVersion': '2027-01-01' } },
    true,
  ],
  ['no client', 'tools/list', { _meta: { ...META, 'io.modelcontextprotocol/clientInfo': 'c' } }, false],
  [
    'no capabilities of 2026',
    'server/discover',
    { _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' } },
    false,
  ],
  ['discover of 2025', 'server/discover', {}, true],
  ['a call', 'tools/call', { name: 'detect' }, true],
])('%s is for the daemon', (_, method, params, isInitialized) => {
  expect(asked(method, params, isInitialized)).toBeNull();
});

test('what is no request has no answer', () => {
  expect(firstAnswer({ kind: 'notification', method: 'tools/list', params: {} }, ANSWERS, true)).toBeNull();
});
