/** What a daemon that ends says to a front's request, which it has not looked at: the front asks the next one. */

/** In the `data` of its error, under `devtool_mcp`. */
export const TURNED_AWAY = 'turned_away';
const SERVER_ERROR = -32_000;
const MESSAGE = 'the daemon is ending and has not looked at this. Call again: a new one starts by itself';

/** The answer to a request; null for a line that asks for none. */
export function turnAway(line: Buffer): string | null {
  const id = requestId(line);
  if (id === null) return null;
  const error = { code: SERVER_ERROR, message: MESSAGE, data: { devtool_mcp: TURNED_AWAY } };
  return `${JSON.stringify({ jsonrpc: '2.0', id, error })}\n`;
}

function requestId(line: Buffer): string | number | null {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    if (typeof value !== 'object' || value === null || !('method' in value) || !('id' in value)) return null;
    return typeof value.id === 'string' || typeof value.id === 'number' ? value.id : null;
  } catch {
    return null;
  }
}
