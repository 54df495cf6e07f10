/** Status of one GET, for readiness checks. */
import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';

const TIMEOUT_MS = 2_000;

/**
 * Null when nobody answers in time; the body is not read. Certificates are not verified: a dev server signs its own, and
 * nothing is told to it or taken from it but that it answers.
 */
export function httpStatus(url: string, withinMs: number, signal: AbortSignal): Promise<number | null> {
  const get = url.startsWith('https:') ? getSecure : getPlain;
  const limit = AbortSignal.any([signal, AbortSignal.timeout(Math.min(withinMs, TIMEOUT_MS))]);
  return new Promise((resolve) => {
    const request = get(url, { agent: false, rejectUnauthorized: false, signal: limit }, (response) => {
      resolve(response.statusCode ?? null);
      response.destroy();
    });
    request.on('error', () => resolve(null));
  });
}
