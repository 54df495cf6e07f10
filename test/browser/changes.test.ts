/** Changes of a page's document: recorded once asked for, told in few words, never without end. */
import { expect, test } from 'vitest';
import { until } from '../acceptance/harness.ts';
import { launch } from './chromium.ts';
import { openPageStand } from './page-stand.ts';
import { openShop } from './shop.ts';

const PAGE = `<!doctype html><html><head><link rel="icon" href="data:,"></head><body>
  <ul id="list"></ul><p id="total">0 items</p><p id="note" contenteditable>n</p><form><input id="pw" type="password"><textarea id="t"></textarea></form></body></html>`;

async function visit() {
  const stand = await openPageStand({ '/': PAGE });
  const browser = await launch();
  const tab = await browser.open(`${stand.url}/`);
  await stand.until(() => [...stand.pages.values()].some(({ open }) => open));
  const changes = () => stand.entries.filter(({ kind }) => kind === 'mutation').map(({ facts }) => facts);
  let marks = 0;
  /** All that was told of what happened until now. */
  const told = async () => {
    marks += 1;
    const mark = `mark ${marks}`;
    await tab.evaluate(`new Promise((done) => setTimeout(done, 300)).then(() => console.log('${mark}'))`);
    await stand.until(() => stand.entries.some(({ facts }) => facts['text'] === mark));
    return changes();
  };
  const on = async () => {
    const answer = stand.socket.recordChanges();
    // Its answer comes after it has heard of it.
    const id = `run-${marks}`;
    stand.socket.exec([...stand.pages.keys()].at(-1) ?? 0, id, 'return 0');
    await stand.until(() => stand.answers.some((given) => given.id === id));
    return answer;
  };
  return { stand, tab, told, on };
}

const FILL = `for (const name of ['Milk', 'Bread', 'Salt']) document.querySelector('#list').append(Object.assign(document.createElement('li'), { textContent: name }));`;

test('off until asked for; then what comes, goes and changes, equal ones together', async () => {
  const { stand, tab, told, on } = await visit();
  await tab.evaluate(FILL);
  expect(await told()).toEqual([]);
  expect(await on()).toEqual({ isNew: true, pages: 1 });
  expect(stand.socket.recordChanges()).toEqual({ isNew: false, pages: 1 });
  await tab.evaluate(FILL);
  await tab.evaluate(
    `total.textContent = '3 items'; total.firstChild.nodeValue = '4 items'; total.className = 'open'; total.hidden = true; list.firstChild.remove()`,
  );
  expect(await told()).toEqual([
    { what: 'added', element: '#list', name: 'li', text: 'Salt', count: 3 },
    { what: 'text', element: '#total', name: '', text: '4 items', count: 2 },
    { what: 'attribute', element: '#total', name: 'class', text: 'open', count: 1 },
    { what: 'attribute', element: '#total', name: 'hidden', text: '', count: 1 },
    { what: 'removed', element: '#list', name: 'li', text: 'Milk', count: 1 },
  ]);
});

test('never what is typed, nor a run of ours', async () => {
  const { stand, tab, told, on } = await visit();
  await on();
  await tab.evaluate(
    `note.firstChild.nodeValue = 'hunter2'; pw.setAttribute('value', 'hunter2'); t.textContent = 'hunter2'`,
  );
  for (const selector of ['#note', '#t']) {
    await tab.click(selector);
    await tab.send('Input.insertText', { text: 'hunter2' });
  }
  const changes = await told();
  expect(changes.length).toBeGreaterThan(0);
  expect(JSON.stringify(stand.entries)).not.toContain('hunter2');
  expect(JSON.stringify(changes)).not.toContain('script');
});

test('a page that changes without end is counted, and goes on', async () => {
  const { tab, told, on } = await visit();
  await on();
  await tab.evaluate(`(async () => {
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 500; i++) {
        const row = Object.assign(document.createElement('p'), { id: 'row' + round + '-' + i });
        list.append(row);
        row.dataset.at = i;
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  })()`);
  const changes = await told();
  expect(changes.length).toBeLessThan(120);
  expect(changes.find(({ what }) => what === 'added')).toMatchObject({ element: '#list', name: 'p' });
  const counted = changes.reduce((sum, { count }) => sum + Number(count), 0);
  expect(counted).toBe(20_000);
});

test('through MCP: the first question turns it on and says so, the next one shows what has changed', async () => {
  const shop = await openShop();
  const browser = await launch();
  const tab = await browser.open(shop.url);
  await tab.until(`document.querySelectorAll('#catalogue > *').length > 0`);
  const ask = async () =>
    (await shop.session.ok('proxylog', { proxy_id: 'shop', action: 'query', types: ['mutation'] })).text;
  await until('the page is there', async () => {
    const { data } = await shop.session.ok('currentpage', { action: 'list', proxy_id: 'shop' });
    return data['active_count'] === 1;
  });
  expect(await ask()).toMatch(
    /^Changes of the document are recorded from now on .*1 page is open now.*\n(?:None of .*\n)?\[0 of 0 lines/,
  );
  await until('the change is told', async () => {
    await tab.evaluate(`document.querySelector('h1').setAttribute('title', 'changed')`);
    return /mut_\d+ \S+ page_\d+ attribute title.* = "changed"/.test(await ask());
  });
  expect(await ask()).not.toContain('from now on');
  const { text } = await shop.session.ok('timeline', { proxy_id: 'shop', kinds: ['mutation'] });
  expect(text).toMatch(/ mut +mut_\d+ page_\d+ attribute title/);
});
