/** What a browser shows while the target is down: it asks until the target is there, and then loads the page again. */

/** `reloads`: the request was a GET, which may be sent again. */
export function waitingPage(message: string, reloads: boolean): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Waiting for the server…</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 36em; padding: 0 1em; color-scheme: light dark }
p { overflow-wrap: anywhere }
</style>
${reloads ? '<noscript><meta http-equiv="refresh" content="2"></noscript>\n' : ''}</head>
<body>
<h1>Waiting for the server</h1>
<p>${escapeHtml(message)}</p>
<p>${reloads ? 'This page loads again when the server answers.' : 'Send the form again when the server is back.'}</p>
${reloads ? RELOAD : ''}</body>
</html>
`;
}

/** Asks the proxy, not the target: a server that is starting is spared the requests. */
const RELOAD = `<script>
(async () => {
  for (;;) {
    const up = await fetch('/__devtool/health', { cache: 'no-store' })
      .then((answer) => answer.json())
      .then(({ target }) => target === 'up', () => false);
    if (up) return location.reload();
    await new Promise((resume) => setTimeout(resume, 250));
  }
})();
</script>
`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
