import { describe, expect, test } from 'vitest';
import { portInUse } from '../../src/text/port-in-use.ts';

describe('portInUse', () => {
  test.each([
    ['Error: listen EADDRINUSE: address already in use :::3465', 3465],
    ['listen EADDRINUSE: address already in use 127.0.0.1:3000', 3000],
    ['Error: listen EADDRINUSE: address already in use ::1:5173', 5173],
    ['address already in use :8080', 8080],
    ['port 4000 is already in use', 4000],
    ['Error: Port 5173 is already in use', 5173],
    ['Port 3000 is in use, trying another one...', 3000],
    ['Web server failed to start. Port 8080 was already in use.', 8080],
    ['listen tcp :8080: bind: address already in use', 8080],
    ['2026/11/23 12:00:01 listen tcp 127.0.0.1:9000: bind: address already in use', 9000],
    ['12:00:01 listen EADDRINUSE: address already in use :::3465', 3465],
    ["[Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): address already in use", 8000],
    ['Address already in use - bind(2) for "127.0.0.1" port 3000 (Errno::EADDRINUSE)', 3000],
    ['Failed to listen on localhost:8000 (reason: Address already in use)', 8000],
    ['bind() to 0.0.0.0:80 failed (98: Address already in use)', 80],
    ['Failed to bind to address http://127.0.0.1:5000: address already in use.', 5000],
    ['Bind for 0.0.0.0:8080 failed: port is already allocated', 8080],
    ['Address already in use\nPort 5000 is in use by another program.', 5000],
    [
      "Error: listen\n  code: 'EADDRINUSE',\n  errno: -98,\n  syscall: 'listen',\n  address: '::',\n  port: 3000\n}",
      3000,
    ],
    [
      'started\nlistening\nlisten EADDRINUSE: address already in use :::1234\n    at Server.setupListenHandle (node:net:1908:16)',
      1234,
    ],
    ['started on port 3000', null],
    ['OSError: [Errno 98] Address already in use', null],
    ['Address already in use (os error 98)', null],
    ['address already in use :99999', null],
    ['', null],
  ])('%j', (text, port) => {
    expect(portInUse(text)).toBe(port);
  });

  test('long lines and many complaints are no burden', () => {
    expect(portInUse(`EADDRINUSE${':1:'.repeat(200_000)}`)).toBeNull();
    expect(portInUse('Address already in use\n'.repeat(50_000))).toBeNull();
  });
});
