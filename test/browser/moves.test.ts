/** Navigations without a load, as single-page applications make them: each is told, once. */
import { expect, test } from 'vitest';
import { launch } from './chromium.ts';
import { openPageStand } from './page-stand.ts';

const PAGE =
  '<!doctype html><html><head><link rel="icon" href="data:,"></head><body><a href="#part">a</a></body></html>';
const INTERCEPT = `navigation.addEventListener('navigate', (event) => {
  if (event.canIntercept && new URL(event.destination.url).pathname.startsWith('/app')) event.intercept({ handler: async () => {} }); });`;

async function visit(before = '') {
  const stand = await openPageStand({ '/': PAGE });
  const browser = await launch();
  const tab = await browser.open('about:blank');
  await tab.send('Page.addScriptToEvaluateOnNewDocument', { source: before });
  await tab.goto(`${stand.url}/`);
  await stand.until(() => [...stand.pages.values()].some(({ open }) => open));
  const moves = () =>
    stand.entries
      .filter(({ facts }) => facts['what'] === 'navigation')
      .map(({ facts }) =>
        [facts['how'], facts['from'], facts['to']].map((word) => String(word).replace(stand.url, '')),
      );
  /** All that was told before a line that is printed now. */
  const told = async (count: number) => {
    await tab.evaluate(`console.log('mark ${count}')`);
    await stand.until(() => stand.entries.some(({ facts }) => facts['text'] === `mark ${count}`));
    return moves();
  };
  return { stand, tab, told };
}

const WITHOUT_NAVIGATION = 'delete window.navigation; delete Window.prototype.navigation;';

test.each([
  ['with the Navigation API', '', 'push'],
  ['without it', WITHOUT_NAVIGATION, 'fragment'],
])(
  '%s: pushState, replaceState, back, a fragment, a borrowed method; the same address is no navigation',
  async (_, before, fragment) => {
    const { stand, tab, told } = await visit(before);
    expect(await tab.evaluate('typeof navigation')).toBe(before === '' ? 'object' : 'undefined');
    await tab.evaluate(
      `history.pushState(1, '', '/cart'); history.replaceState(2, '', '/cart'); history.pushState(3, '', '/cart')`,
    );
    await tab.evaluate(`history.replaceState(null, '', '/cart?sort=price')`);
    await tab.evaluate(`History.prototype.pushState.call(history, null, '', '/pay')`);
    await tab.evaluate(
      `new Promise((done) => { addEventListener('popstate', done, { once: true }); history.back(); })`,
    );
    await tab.evaluate(
      `new Promise((done) => { addEventListener('hashchange', done, { once: true }); location.hash = 'part'; })`,
    );
    expect(await told(1)).toEqual([
      ['push', '/', '/cart'],
      ['replace', '/cart', '/cart?sort=price'],
      ['push', '/cart?sort=price', '/pay'],
      ['traverse', '/pay', '/cart?sort=price'],
      [fragment, '/cart?sort=price', '/cart?sort=price#part'],
    ]);
    await stand.until(() => [...stand.pages.values()].some(({ status }) => status?.url.endsWith('#part') === true));
    expect(tab.loads.filter((url) => url === `${stand.url}/`)).toHaveLength(1);
    expect(stand.pages.size).toBe(1);
  },
);

test('navigation.navigate and links that the page answers itself, of which the History API says nothing', async () => {
  const { stand, tab, told } = await visit();
  await tab.evaluate(INTERCEPT);
  await tab.evaluate(`navigation.navigate('/app/one').finished.then(() => 0)`);
  await tab.evaluate(`navigation.navigate('/app/two', { history: 'replace' }).finished.then(() => 0)`);
  await tab.evaluate(`navigation.back().finished.then(() => 0)`);
  expect(await told(1)).toEqual([
    ['push', '/', '/app/one'],
    ['replace', '/app/one', '/app/two'],
    ['traverse', '/app/two', '/'],
  ]);
  expect(stand.pages.size).toBe(1);
});

test('a page that replaces the methods later, and an embedded frame’s own way', async () => {
  const { tab, told } = await visit();
  await tab.evaluate(
    `(() => { const own = history.pushState; history.pushState = function (...words) { return own.apply(this, words); }; })()`,
  );
  await tab.evaluate(`history.pushState(null, '', '/wrapped')`);
  await tab
    .evaluate(`(() => { const frame = document.createElement('iframe'); document.body.append(frame);
    history.pushState.call(frame.contentWindow.history, null, '', ''); })()`)
    .catch(() => {});
  expect(
    await tab.evaluate('[Object.keys(history), History.prototype.pushState.name, History.prototype.pushState.length]'),
  ).toEqual([['pushState'], 'pushState', 2]);
  expect(await told(1)).toEqual([['push', '/', '/wrapped']]);
});
