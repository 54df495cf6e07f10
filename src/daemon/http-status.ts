/** Status of one GET, for readiness checks. */
const TIMEOUT_MS = 2_000;

/** Null when nobody answers in time; the body is not read. */
export async function httpStatus(url: string, signal: AbortSignal): Promise<number | null> {
  try {
    const response = await fetch(url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.body?.cancel();
    return response.status;
  } catch {
    return null;
  }
}
