/**
 * The bearer token of the HTTP endpoint, in a file that the user alone can read. A new one with each daemon: who takes the port of a
 * daemon that has ended learns a token that opens nothing any more. A user who wants one that stays names a file of their own.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { Fault } from '../../text/fault.ts';

export interface Token {
  readonly value: string;
  readonly path: string;
  /** A token of this daemon alone ends with it. */
  forget(): void;
}

const BYTES = 32;
/** RFC 6750 2.1; as long as a random one of 128 bits, at least. */
const TOKEN = /^[\w.~+/-]{22,512}=*$/;
const OTHERS = 0o077;

/** Writes a new token to `path`, whatever was there. */
export function newToken(path: string): Token {
  const value = randomBytes(BYTES).toString('base64url');
  rmSync(path, { force: true });
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), 0o600);
  try {
    writeSync(file, `${value}\n`);
  } finally {
    closeSync(file);
  }
  return { value, path, forget: () => rmSync(path, { force: true }) };
}

/** Takes the user's own; throws when it is none, or others can read it. */
export function ownToken(path: string, uid: number | null): Token {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { mode, uid: owner } = fstatSync(file);
    if (uid !== null && (owner !== uid || (mode & OTHERS) !== 0))
      throw new Fault('invalid_argument', `${path} can be read by others`, `Make it yours alone: chmod 600 ${path}`);
    const value = readFileSync(file, 'utf8').trim();
    if (!TOKEN.test(value))
      throw new Fault(
        'invalid_argument',
        `${path} holds no token`,
        'Write one of 22 or more characters: openssl rand -hex 32',
      );
    return { value, path, forget: () => {} };
  } finally {
    closeSync(file);
  }
}
