/** What comes of one GET, for readiness checks. */
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';
import type { HttpAnswer } from '../process/wait.ts';

const TIMEOUT_MS = 2_000;

/**
 * Resolves as soon as the status is known; the body is not read. Certificates are not verified: a dev server signs its own, and
 * nothing is told to it or taken from it but that it answers.
 */
export function httpStatus(url: string, withinMs: number, signal: AbortSignal): Promise<HttpAnswer> {
  const get = url.startsWith('https:') ? getSecure : getPlain;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.min(withinMs, TIMEOUT_MS))]);
  return new Promise((resolve) => {
    const request = get(url, { agent: false, rejectUnauthorized: false, signal: limit }, (response) => {
      const { statusCode: status = 0 } = response;
      resolve({ status, words: `status ${status}` });
      response.destroy();
    });
    request.on('error', (error) => resolve({ status: null, words: reasonOf(error) }));
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ABORT_ERR: 'no answer in time',
  ECONNREFUSED: 'refused: nobody listens there',
  ECONNRESET: 'the connection was cut before an answer',
  EAI_AGAIN: 'its host is unknown',
  ENOTFOUND: 'its host is unknown',
  EPROTO: 'no TLS is spoken there',
};

function reasonOf(error: Error): string {
  const code = 'code' in error ? String(error.code) : '';
  if (code.startsWith('HPE_')) return 'no HTTP is spoken there';
  const isTls = code.startsWith('ERR_SSL');
  return isTls ? 'no TLS is spoken there' : (REASONS[code] ?? `no answer (${code || error.message})`);
}
