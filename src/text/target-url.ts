/** Where a proxy is to lead, as people write it. */

/** `localhost:3000`, `:3000` and `3000` are understood as http; otherwise why it is no target. */
export function readTargetUrl(text: string): URL | string {
  const url = tryUrl(withScheme(text.trim()));
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') return 'is no http(s) URL';
  return url.username === '' && url.password === '' ? url : 'names a user';
}

function withScheme(text: string): string {
  if (/^:?\d{1,5}(?:\/|$)/.test(text)) return `http://localhost:${text.replace(/^:/, '')}`;
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
}

/** Not by `canParse`: Node 20 says yes to some that its constructor refuses. */
function tryUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}
