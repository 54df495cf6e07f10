/** How a connection to the target is opened. */
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { readRoom } from './read-room.ts';
import type { Target } from './target.ts';

export interface DialOptions {
  /** Null: certificates are verified, except those of loopback targets. */
  readonly verifyTls: boolean | null;
}

/** Opens a connection; its `connect` or `secureConnect` says that it is there. `take` gets what it brings. */
export type Dial = (take: (chunk: Buffer) => void) => {
  readonly socket: Socket;
  readonly ready: 'connect' | 'secureConnect';
};

/** With several addresses each gets so long; a busy loopback may take more than the usual 250 ms. */
const ATTEMPT_MS = 3_000;

/** Names of this machine are not looked up: the address that answered last comes first, then the other family's. */
export function dialer(target: Target, { verifyTls }: DialOptions): Dial {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  const lookup: LookupFunction = (_name, _options, answer) =>
    answer(
      null,
      addresses.map((address) => ({ ...address })),
    );
  const preferred = (socket: Socket) => {
    if (socket.remoteAddress === addresses[1]?.address) addresses.reverse();
  };
  const isName = isIP(target.name) === 0;
  const options = {
    host: target.name,
    port: target.port,
    noDelay: true,
    allowHalfOpen: true,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
    ...(target.loopback && isName ? { lookup } : {}),
  };
  const secure = {
    ...options,
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: verifyTls ?? !target.loopback,
    ...(isName ? { servername: target.name } : {}),
  };
  return (take) => {
    const socket = target.secure ? connectTls(secure) : connectTcp({ ...options, onread: readRoom(take) });
    if (target.secure) socket.on('data', take);
    if (target.loopback && isName) socket.once('connect', () => preferred(socket));
    return { socket, ready: target.secure ? 'secureConnect' : 'connect' };
  };
}
