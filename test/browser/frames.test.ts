/** Frames that a page fills itself, for which no document came through the proxy: what is thrown and printed there, from the first script on. */
import { expect, test } from 'vitest';
import { launch } from './chromium.ts';
import { openProxyStand } from './proxy-stand.ts';

const page = (body: string): string =>
  `<!doctype html><html><head><link rel="icon" href="data:,"></head><body>${body}</body></html>`;
const SCRIPT = `console.log('printed'); setTimeout(() => { throw new RangeError('late') }); Promise.reject(new Error('rejected')); throw new TypeError('at once')`;
const FRAMES: Readonly<Record<string, string>> = {
  'a srcdoc that stands in the document': `<iframe id="f" srcdoc="<script>${SCRIPT}</script>"></iframe>`,
  'a srcdoc that a script makes': `<script>onload = () => setTimeout(() => {
    const frame = Object.assign(document.createElement('iframe'), { id: 'f', srcdoc: ${JSON.stringify(`<script>${SCRIPT}</script>`).replace('</', '<\\/')} });
    document.body.append(frame); }, 200)</script>`,
  'an empty frame that gets a script at once': `<script>
    const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { id: 'f' }));
    const script = frame.contentDocument.createElement('script'); script.textContent = ${JSON.stringify(SCRIPT)};
    frame.contentDocument.body.append(script)</script>`,
  'a blob': `<iframe id="f"></iframe><script>
    f.src = URL.createObjectURL(new Blob([${JSON.stringify(`<script>${SCRIPT}</script>`).replace('</', '<\\/')}], { type: 'text/html' }))</script>`,
};

async function visit(body: string, more = {}) {
  const stand = await openProxyStand({ '/': page(body), ...more });
  const tab = await (await launch()).open(`${stand.url}/`);
  const told = () =>
    stand.entries
      .filter(({ facts }) => facts['in'] !== undefined)
      .map(
        ({ kind, facts }) =>
          `${kind} ${facts['in']}: ${facts['name'] ?? facts['level']} ${facts['message'] ?? facts['text']}`,
      )
      .sort();
  return { stand, tab, told };
}

test.each(Object.entries(FRAMES))('%s', async (_, body) => {
  const { stand, told } = await visit(body);
  await stand.until(() => told().length >= 4);
  expect(told()).toEqual([
    'console frame #f: log printed',
    'error frame #f: Error rejected',
    'error frame #f: RangeError late',
    'error frame #f: TypeError at once',
  ]);
  expect(new Set(stand.entries.map((entry) => entry.page)).size).toBe(1);
});

test('a frame that is written into, and one that is filled again', async () => {
  const { stand, tab, told } = await visit('<iframe id="f"></iframe>');
  await tab.evaluate(
    `f.contentDocument.open(); f.contentDocument.write('<script>console.log("one")</script>'); f.contentDocument.close();`,
  );
  await tab.evaluate(
    `new Promise((done) => setTimeout(done)).then(() => f.contentWindow.setTimeout('throw new Error("written")'))`,
  );
  await stand.until(() => told().includes('error frame #f: Error written'));
  await tab.evaluate(`new Promise((done) => { f.onload = done; f.srcdoc = '<p>'; })`);
  await tab.evaluate(`new Promise((done) => { f.onload = done; f.srcdoc = '<p>again'; })`);
  await tab.evaluate(`void f.contentWindow.setTimeout('console.log("two"); throw new Error("filled")')`);
  await stand.until(() => told().includes('error frame #f: Error filled'));
  expect(told().filter((line) => line.startsWith('console'))).toEqual([
    'console frame #f: log one',
    'console frame #f: log two',
  ]);
});

test('a frame with a client of its own tells itself, once; one of another origin is left alone', async () => {
  const inner = page(`<script>console.log('inside'); throw new Error('its own')</script>`);
  const { stand, told } = await visit(
    '<iframe src="/inner"></iframe><iframe sandbox="allow-scripts" srcdoc="<p>"></iframe>',
    {
      '/inner': inner,
    },
  );
  await stand.until(() => stand.entries.some(({ facts }) => facts['message'] === 'Uncaught Error: its own'));
  await stand.until(() => stand.pages.size === 2);
  expect(told()).toEqual([]);
  expect(stand.entries.filter(({ facts }) => facts['text'] === 'inside')).toHaveLength(1);
});
