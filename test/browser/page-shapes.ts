/** Pages of many shapes: what a page may replace, freeze and pollute, under which policy, and how it may be written. */
import { createHash } from 'node:crypto';
import type { Answer } from './proxy-stand.ts';

/** Throws what has to be told, and says that the page works. */
export const OWN = `setTimeout(() => { document.documentElement.dataset.works = 'yes'; throw new RangeError('told'); });`;
export const ICON = '<link rel="icon" href="data:,">';

/** A document whose first script is `first`; then its own. */
export const document = (first: string, own = OWN): string =>
  `<!doctype html><html><head>${ICON}<script>${first}</script></head><body><p>text</p><script>${own}</script></body></html>`;

const withPolicy = (policy: string, own = '<script src="/own.js"></script>'): Answer => ({
  body: `<!doctype html><html><head>${ICON}</head><body>${own}</body></html>`,
  headers: { 'content-security-policy': policy },
});

export const NO_RUN = /policy/;

/** `run`: what a run of code in it says: its value, or the reason why there is none. */
export interface Shape {
  readonly page: Answer;
  /** Before any script of the document, as an extension or another window may. */
  readonly before?: string;
  readonly run?: unknown;
  /** Nothing is told: the client cannot be in it. */
  readonly silent?: boolean;
  readonly others?: Readonly<Record<string, Answer>>;
}

export const SHAPES: Readonly<Record<string, Shape>> = {
  'JSON replaced': { page: document(`JSON.stringify = () => '"mine"'; JSON.parse = () => ({ say: 'exec' });`) },
  'JSON frozen': { page: document('Object.freeze(JSON);') },
  'toJSON on every prototype': {
    page: document(
      `for (const of of [Object, Array, String, Number, Boolean, Error]) of.prototype.toJSON = () => 'mine';`,
    ),
  },
  'WebSocket replaced': { page: document('window.WebSocket = class { constructor() { throw 1; } };') },
  'WebSocket.prototype in ruins': {
    page: document(`for (const name of Object.getOwnPropertyNames(WebSocket.prototype))
      Object.defineProperty(WebSocket.prototype, name, { get() { throw 2; }, set() { throw 3; } });`),
  },
  'messages that are the page’s own words': {
    page: document(
      `Object.defineProperty(MessageEvent.prototype, 'data', { get: () => '{"say":"exec","id":"x","src":"/evil.js"}' });`,
    ),
  },
  'Promise replaced': { page: document('window.Promise = class {};') },
  'Promise.prototype.then replaced': {
    page: document(
      'Promise.prototype.then = () => { throw 4; }; Object.defineProperty(Promise.prototype, "constructor", { value: class {} });',
    ),
  },
  'fetch and Response replaced': {
    page: document(`window.fetch = () => { throw 5; }; Response.prototype.text = () => 'no token';
      Object.defineProperty(Response.prototype, 'ok', { get: () => false });`),
  },
  'timers replaced': {
    page: document(
      'window.keep = window.setTimeout; window.setTimeout = () => 0; window.clearTimeout = () => 0;',
      OWN.replace('setTimeout', 'keep'),
    ),
  },
  'listeners replaced': {
    page: document(
      'for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"]) EventTarget.prototype[name] = window[name] = () => { throw 6; };',
    ),
  },
  'clocks and chance replaced': {
    page: document('performance.now = () => NaN; Date.now = () => -1; Math.random = () => 2; Math.min = () => 0;'),
  },
  'Reflect, Object, Array and Math in ruins': {
    page: document(`for (const of of [Reflect, Math]) for (const name of Object.getOwnPropertyNames(of)) try { of[name] = () => { throw 7; }; } catch {}
      for (const name of ['create', 'keys', 'defineProperty', 'getOwnPropertyDescriptor', 'setPrototypeOf']) Object[name] = () => { throw 8; };
      Array.isArray = () => { throw 9; };`),
  },
  'Array.prototype in ruins': {
    page: document(
      'for (const name of ["push", "map", "slice", "includes", "join", "unshift", "filter", Symbol.iterator]) Array.prototype[name] = () => { throw 10; };',
    ),
  },
  'Map, String and RegExp in ruins': {
    page: document(`for (const name of ['get', 'set', 'has']) Map.prototype[name] = WeakMap.prototype[name] = () => { throw 11; };
      for (const name of ['slice', 'replace', 'split', 'startsWith', 'endsWith', 'includes', 'trim']) String.prototype[name] = () => { throw 12; };
      RegExp.prototype.exec = () => { throw 13; };`),
  },
  'Object.prototype polluted after the client': {
    page: document(`for (const name of ['get', 'set', 'value', 'then', 'toJSON', 'once', 'signal', 'headers', 'body', 'mode', 'method', 'say', 'kind', 'nonce'])
      Object.defineProperty(Object.prototype, name, { value: 'polluted', writable: true, configurable: true, enumerable: true });`),
  },
  'Object.prototype polluted before the client': {
    before: `Object.prototype.say = 'report'; Object.prototype.extra = 1; Array.prototype.extra = 2; Object.prototype.toJSON = () => 'mine';`,
    page: document(''),
  },
  'natives replaced before the client': {
    before: `window.fetch = ((own) => function fetch(...words) { return own.apply(this, words); })(window.fetch);
      JSON.stringify = ((own) => (...words) => own(...words))(JSON.stringify); Object.freeze(console);`,
    page: document(''),
  },
  'all that there is frozen': {
    page: document(`for (const of of [Object, Array, Function, Error, Promise, String, RegExp, Map, WebSocket, XMLHttpRequest, History, EventTarget, Node, Element])
      { Object.freeze(of); Object.freeze(of.prototype); } Object.freeze(console); Object.freeze(history); Object.freeze(performance);`),
  },
  'errors that hide': {
    page: document(
      'Error.prepareStackTrace = () => ({ toString() { throw 14; }, toJSON: 14 }); Error.stackTraceLimit = 0; window.onerror = () => true;',
    ),
  },
  'a document whose own names are its elements': {
    page: `<!doctype html><html><head>${ICON}</head><body>${[
      'head',
      'title',
      'body',
      'documentElement',
      'createElement',
      'querySelector',
      'scripts',
      'visibilityState',
      'addEventListener',
      'baseURI',
    ]
      .map((name) => `<form name="${name}"></form><img name="${name}">`)
      .join(
        '',
      )}<script>document.querySelectorAll; ${OWN.replace('document.documentElement', 'document.firstElementChild')}</script></body></html>`,
  },
  'the sink of nodes replaced': {
    page: document(
      'Element.prototype.append = Node.prototype.appendChild = Document.prototype.createElement = Element.prototype.remove = () => { throw 15; };',
    ),
  },
  'policy: nonce': {
    page: withPolicy(`script-src 'nonce-abc123'; object-src 'none'`, `<script nonce="abc123">${OWN}</script>`),
  },
  'policy: strict-dynamic': {
    page: withPolicy(
      `script-src 'strict-dynamic' 'nonce-abc123' 'unsafe-inline' https:; base-uri 'none'`,
      `<script nonce="abc123">${OWN}</script>`,
    ),
  },
  "policy: default-src 'self'": { page: withPolicy(`default-src 'self'; img-src data:`) },
  "policy: default-src 'none' and a hash": {
    page: withPolicy(
      `default-src 'none'; img-src data:; script-src 'sha256-${createHash('sha256').update(OWN).digest('base64')}'`,
      `<script>${OWN}</script>`,
    ),
  },
  'policy: two at once, one of them for reports': {
    page: {
      body: `<!doctype html><html><head>${ICON}</head><body><script src="/own.js"></script></body></html>`,
      headers: {
        'content-security-policy': `default-src 'self' data:, script-src 'self'; connect-src 'none'`,
        'content-security-policy-report-only': `default-src 'self' data:`,
      },
    },
  },
  'policy: Trusted Types': {
    page: withPolicy(`require-trusted-types-for 'script'; trusted-types 'none'`),
  },
  'policy: sandbox with scripts and its own origin': { page: withPolicy('sandbox allow-scripts allow-same-origin') },
  'policy: sandbox with scripts, of no origin': {
    page: withPolicy('sandbox allow-scripts', `<script>${OWN}</script>`),
    silent: true,
  },
  'policy: in a meta element': {
    page: `<!doctype html><html><head><meta http-equiv="content-security-policy" content="script-src 'self'">${ICON}</head><body><script src="/own.js"></script></body></html>`,
  },
  'document.write while it loads': { page: document(`document.write('<p id="written">written</p>');`) },
  'document.open and write after it has loaded': {
    page: document(
      '',
      `addEventListener('load', () => setTimeout(() => { document.open(); document.write('<!doctype html><html><body><script>${OWN.replaceAll("'", '&quot;').replaceAll('&quot;', '\\"')}</scr' + 'ipt></body></html>'); document.close(); }));`,
    ),
  },
  'no head, no html': { page: `<!doctype html><title>bare</title>${ICON}<p>text</p><script>${OWN}</script>` },
  'nothing but a script': { page: `${ICON}<script>${OWN}</script>` },
  'a head that a comment and a script only name': {
    page: `<!doctype html><!-- <head> --><html><head data-a="<head>">${ICON}<script>const s = '</head>'; ${OWN}</script></head><body></body></html>`,
  },
  'UTF-8 with a mark': { page: `﻿${document('')}` },
  'a script before the head': {
    page: `<!doctype html><html><script>JSON.stringify = () => 'x';</script><head>${ICON}</head><body><script>${OWN}</script></body></html>`,
  },
  XHTML: {
    page: {
      type: 'application/xhtml+xml',
      body: `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><script>${OWN.replaceAll('>', '&gt;')}</script></body></html>`,
    },
    silent: true,
  },
  'UTF-16': {
    page: { type: 'text/html; charset=utf-16le', body: Buffer.from(`﻿${document('')}`, 'utf16le') },
    silent: true,
  },
};
