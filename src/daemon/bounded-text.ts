/** The body of an answer as text, whatever length it claims, up to a bound. */

/** Null, and the rest is not read, where it is longer. */
export async function boundedText(response: Response, mostBytes: number): Promise<string | null> {
  const claimed = Number(response.headers.get('content-length') ?? 0);
  const reader = response.body?.getReader();
  if (reader === undefined) return '';
  const pieces: Uint8Array[] = [];
  let bytes = claimed > mostBytes ? claimed : 0;
  while (bytes <= mostBytes) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(pieces).toString('utf8');
    pieces.push(value);
    bytes += value.byteLength;
  }
  await reader.cancel();
  return null;
}
