import fc from 'fast-check';
import { type DefaultTreeAdapterMap, parse, serialize } from 'parse5';
import { describe, expect, test } from 'vitest';
import { createHeadScanner, type HeadPlace } from '../../src/proxy/head-place.ts';

const LOADER = '<script src="/l.js"></script>';

function placeIn(html: string, cuts: readonly number[] = []): HeadPlace {
  const bytes = Buffer.from(html, 'latin1');
  const scanner = createHeadScanner();
  const edges = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < edges.length; i++) {
    const found = scanner.feed(bytes.subarray(edges[i - 1], edges[i]));
    if (found !== null) return found;
  }
  return scanner.end();
}

const injected = (html: string): string => {
  const found = placeIn(html);
  return found.kind === 'none' ? `none: ${found.reason}` : `${html.slice(0, found.at)}^${html.slice(found.at)}`;
};

test.each([
  ['<!doctype html><html><head><title>x</title>', '<!doctype html><html><head>^<title>x</title>'],
  ['<HTML LANG=en>\n<HEAD PROFILE="a>b">\n<title>', '<HTML LANG=en>\n<HEAD PROFILE="a>b">^\n<title>'],
  ["<html data-x='>' data-y=a>b><p>", "<html data-x='>' data-y=a>^b><p>"],
  ['<head/><p>', '<head/>^<p>'],
  ['<!-- <head> --><!doctype html><!----><p>x', '<!-- <head> --><!doctype html><!---->^<p>x'],
  ['<!--><p>', '<!-->^<p>'],
  ['<!doctype html>\n<title>x</title>', '<!doctype html>\n^<title>x</title>'],
  ['<!doctype html>text', '<!doctype html>^text'],
  ['<!doctype html></p>', '<!doctype html>^</p>'],
  ['<html><frameset><frame></frameset>', '<html>^<frameset><frame></frameset>'],
  ['<!doctype html><html><header>x', '<!doctype html><html>^<header>x'],
  ['<!doctype html><html><template><head></template>', '<!doctype html><html>^<template><head></template>'],
  ['<!doctype html><html>', '<!doctype html><html>^'],
  ['\xef\xbb\xbf <!doctype html><head>', '\xef\xbb\xbf <!doctype html><head>^'],
  ['<div>', '^<div>'],
  ['< div>', '^< div>'],
  ['<?xml version="1.0"?>\n<!doctype html><html><head><p>', '<?xml version="1.0"?>\n<!doctype html><html><head>^<p>'],
  ['<?xml version="1.0"?><html xmlns="x"><body>', '<?xml version="1.0"?><html xmlns="x">^<body>'],
  ['<?xml version="1.0"?><rss>', 'none: XML'],
  ['<?xml version="1.0"?>text', 'none: XML'],
  ['\xff\xfe<\0', 'none: UTF-16'],
  ['\0<', 'none: UTF-16'],
  ['<!doctype html><html lang="', 'none: it ends before its head'],
  ['', 'none: it ends before its head'],
])('%j', (html, expected) => expect(injected(html)).toBe(expected));

test('whole documents are told from fragments', () => {
  expect(placeIn('<!doctype html><p>')).toMatchObject({ isWhole: true });
  expect(placeIn('<html><p>')).toMatchObject({ isWhole: true });
  expect(placeIn('<p>')).toMatchObject({ isWhole: false });
});

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

/** The tree without the loader, which has to be the first thing in the head. */
function withoutLoader(html: string): string {
  const document = parse(html);
  const root = document.childNodes.find((node): node is Element => node.nodeName === 'html');
  const head = root?.childNodes.find((node): node is Element => node.nodeName === 'head');
  const first: Node | undefined = head?.childNodes.find((node) => node.nodeName !== '#text');
  if (head === undefined || first?.nodeName !== 'script' || !serialize(head).trimStart().startsWith(LOADER))
    return 'the loader is not first in the head';
  head.childNodes.splice(head.childNodes.indexOf(first as Element), 1);
  return serialize(document);
}

const word = fc.constantFrom('a', 'x y', '', '<', '>', '&amp;', '</head>', '<head>', 'é');
const attribute = fc.constantFrom('', ' lang=en', ' class="a>b"', " data-x='<head>'", ' x=a/b', ' HIDDEN');
const comment = word.filter((text) => text !== '>').map((text) => `<!--${text} -->`);
const script = word.filter((text) => !text.includes('<')).map((text) => `<script>${text}</script>`);
const inHead = fc.oneof(
  comment,
  script,
  fc.constantFrom(
    '<title>t</title>',
    '<meta charset=utf-8>',
    '<style>a{}</style>',
    '<template><p></p></template>',
    '\n',
    '<base href=/>',
    '<noscript><link></noscript>',
  ),
);
const inBody = fc.oneof(
  word,
  comment,
  script,
  fc.constantFrom('<p>x', '<table><td>', '<svg><title>x</title></svg>', '<textarea><head></textarea>'),
);
const spaces = fc.constantFrom('', ' ', '\n', '\t\n ');
const documents = fc
  .record({
    bom: fc.constantFrom('', '\xef\xbb\xbf'),
    before: fc.oneof(spaces, comment),
    doctype: fc.constantFrom(
      '',
      '<!doctype html>',
      '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN" "http://www.w3.org/TR/html4/strict.dtd">',
    ),
    gap: fc.oneof(spaces, comment),
    html: fc.option(attribute),
    head: fc.option(attribute),
    inner: fc.array(inHead, { maxLength: 4 }),
    closed: fc.boolean(),
    body: fc.option(attribute),
    frames: fc.boolean(),
    content: fc.array(inBody, { maxLength: 4 }),
  })
  .map(({ bom, before, doctype, gap, html, head, inner, closed, body, frames, content }) => {
    const top = `${bom}${before}${doctype}${gap}${html === null ? '' : `<html${html}>`}`;
    const middle = `${head === null ? '' : `<head${head}>`}${inner.join('')}${closed ? '</head>' : ''}`;
    const rest = frames
      ? '<frameset cols=*><frame src=a></frameset>'
      : `${body === null ? '' : `<body${body}>`}${content.join('')}`;
    return top + middle + rest;
  });

describe('parse5 agrees', () => {
  test('of 3,000 documents the tree differs only by the loader, first in the head', () => {
    fc.assert(
      fc.property(documents, (html) => {
        const found = placeIn(html);
        if (found.kind === 'none') return;
        // As a browser: the mark is not part of the text.
        const text = html.replace(/^\xef\xbb\xbf/, '');
        const at = found.at - (html.length - text.length);
        expect(withoutLoader(text.slice(0, at) + LOADER + text.slice(at))).toBe(serialize(parse(text)));
      }),
      { numRuns: 3_000 },
    );
  });

  test('wherever the bytes are cut', () => {
    fc.assert(
      fc.property(documents, fc.array(fc.nat(300), { maxLength: 6 }), (html, cuts) => {
        expect(placeIn(html, cuts)).toEqual(placeIn(html));
        expect(
          placeIn(
            html,
            [...html].map((_, at) => at),
          ),
        ).toEqual(placeIn(html));
      }),
      { numRuns: 300 },
    );
  });
});
