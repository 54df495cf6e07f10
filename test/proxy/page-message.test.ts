import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePageMessage } from '../../src/proxy/page-message.ts';

test.each([
  ['', null],
  ['{', null],
  ['[]', null],
  ['null', null],
  ['{"say":"exec","id":"x","src":"/"}', null],
  ['{"say":"clock","id":1,"at":-5}', { say: 'clock', id: 1, at: 0 }],
  [
    '{"say":"report","last":2,"entries":[{"kind":"error","at":1,"facts":{"message":"m"}},{"kind":"start","facts":{}},7]}',
    { say: 'report', last: 2, dropped: 0, entries: [{ kind: 'error', at: 1, facts: { message: 'm' } }] },
  ],
  [
    '{"say":"status","url":7,"visible":"yes","vitals":{"cls":0.1,"__proto__":{"load_ms":9},"other":1}}',
    {
      say: 'status',
      url: '',
      title: '',
      visible: false,
      vitals: {
        dom_content_loaded_ms: null,
        load_ms: null,
        first_contentful_paint_ms: null,
        lcp_ms: null,
        cls: 0.1,
        inp_ms: null,
        lcp_element: null,
        cls_element: null,
        inp_element: null,
      },
    },
  ],
])('%s', (text, message) => expect(parsePageMessage(text)).toEqual(message));

test('names are cut, whatever their length', () => {
  const hello = parsePageMessage(JSON.stringify({ say: 'hello', tab: 'x'.repeat(9_999), load: 'y'.repeat(9_999) }));
  expect(hello).toMatchObject({ say: 'hello', tab: 'x'.repeat(40), load: 'y'.repeat(40) });
});

test('nothing that a page sends throws', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => void parsePageMessage(text)),
    { numRuns: 3_000 },
  );
});
