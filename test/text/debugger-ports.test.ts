import { expect, test } from 'vitest';
import { findDebuggerPorts } from '../../src/text/debugger-ports.ts';

test.each<[string, number[]]>([
  ['Debugger listening on ws://127.0.0.1:9229/0f936bf6-20c0-4eb6-8c0e-c5c7b5b6b9d4\nFor help, see: …', [9229]],
  ['Debugger listening on ws://[::1]:45123/0f936bf6\nDebugger listening on ws://localhost:9230/x', [45123, 9230]],
  ['DevTools listening on ws://127.0.0.1:9222/devtools/browser/4a1c', [9222]],
  ['Listening for transport dt_socket at address: 5005', [5005]],
  ['Listening for transport dt_socket at address: *:5005', [5005]],
  ['API server listening at: 127.0.0.1:2345', [2345]],
  ['API server listening at: [::]:2345', [2345]],
  ['API server listening at: http://localhost:3000', []],
  ['Server listening on ws://127.0.0.1:9229/', []],
  ['Debugger listening on ws://127.0.0.1:0/', []],
  [`Debugger listening on ws://${':'.repeat(100_000)}`, []],
])('%j', (text, ports) => {
  expect(findDebuggerPorts(text)).toEqual(ports);
});
