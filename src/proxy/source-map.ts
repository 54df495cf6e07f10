/**
 * Frames of a page's stacks in the files that a person edits, through the maps that the dev server serves: inline or beside the
 * script, indexed, with sourceRoot, as Vite's and webpack's (ECMA-426).
 */
import { FlattenMap, originalPositionFor, sourceContentFor, type TraceMap } from '@jridgewell/trace-mapping';
import { documentMap, isDocument, type NamedMap } from './document-map.ts';
import { jsonOf, mapAddress, mapText } from './source-map-file.ts';
import { isClient, parseStack, type StackFrame } from './stack.ts';

export interface MappedFrame extends StackFrame {
  /** Lines around it, the one meant marked; null when the map does not carry its source. */
  readonly code: string | null;
  /** Of the project itself, not of a package or the dev server. */
  readonly own: boolean;
}

/** Text of a script or map, null when it cannot be had. */
export type FetchText = (url: string) => Promise<string | null>;

const MOST_MAPS = 100;
/** Characters of all maps together. */
const MOST_HELD = 64 * 1_048_576;
const MOST_FRAMES = 20;
const AROUND = 1;
const LONGEST_LINE = 160;

export interface SourceMaps {
  /** Frames, mapped where there is a map; the first are the innermost. */
  mapStack(stack: string): Promise<readonly MappedFrame[]>;
  mapPlace(file: string, line: number, column: number): Promise<MappedFrame>;
}

/** Maps are kept by the script's URL, which dev servers change with its content. */
export function createSourceMaps(fetchText: FetchText): SourceMaps {
  const maps = new Map<string, Promise<TraceMap | null>>();
  /** Characters of each map that has come. */
  const held = new Map<string, number>();

  function mapOf(script: string): Promise<TraceMap | null> {
    const known = maps.get(script);
    if (known !== undefined) return known;
    const found = readMap(script, fetchText).then(
      (read) => {
        held.set(script, read?.characters ?? 0);
        makeRoom();
        return read?.map ?? null;
      },
      () => null,
    );
    maps.set(script, found);
    makeRoom();
    return found;
  }

  /** The oldest go; the newest stays, whatever it holds. */
  function makeRoom(): void {
    for (const script of maps.keys()) {
      const characters = [...held.values()].reduce((sum, size) => sum + size, 0);
      if (maps.size <= MOST_MAPS && (characters <= MOST_HELD || maps.size === 1)) return;
      maps.delete(script);
      held.delete(script);
    }
  }

  async function mapFrame(frame: StackFrame): Promise<MappedFrame> {
    const map = await mapOf(frame.file);
    try {
      return map === null ? unmapped(frame) : mapped(frame, map);
    } catch {
      // A place that no file has, line 0 or -1, as a page may say it.
      return unmapped(frame);
    }
  }

  return {
    mapStack(stack) {
      const frames = parseStack(stack).filter(({ file }) => !isClient(file));
      return Promise.all(frames.slice(0, MOST_FRAMES).map(mapFrame));
    },
    mapPlace: (file, line, column) => mapFrame({ name: '', file, line, column }),
  };
}

interface ReadMap {
  readonly map: TraceMap;
  readonly characters: number;
}

async function readMap(script: string, fetchText: FetchText): Promise<ReadMap | null> {
  if (!/^https?:/.test(script)) return null;
  const text = await fetchText(script);
  if (text === null) return null;
  const mapFor = (own: string) => namedMap(own, script, fetchText);
  const named = isDocument(text) ? await documentMap(text, script, mapFor) : await mapFor(text);
  const map = named && mapText(named.text);
  return named && map ? { map: new FlattenMap(map, named.url), characters: map.length } : null;
}

/** Null where the script names none, or what it names cannot be had. */
async function namedMap(code: string, script: string, fetchText: FetchText): Promise<NamedMap | null> {
  const address = mapAddress(code);
  if (address === undefined) return null;
  const url = new URL(address, script);
  const isInline = url.protocol === 'data:';
  const source = isInline ? inlineMap(url.href) : await fetchText(url.href);
  return source === null ? null : { text: jsonOf(source), url: isInline ? script : url.href };
}

function inlineMap(url: string): string | null {
  const comma = url.indexOf(',');
  if (comma < 0) return null;
  const data = url.slice(comma + 1);
  return /;base64/i.test(url.slice(0, comma)) ? Buffer.from(data, 'base64').toString('utf8') : decodeURIComponent(data);
}

function mapped(frame: StackFrame, map: TraceMap): MappedFrame {
  // Columns of stacks count from 1, those of maps from 0.
  const { source, line, column, name } = originalPositionFor(map, {
    line: frame.line,
    column: Math.max(0, frame.column - 1),
  });
  if (source === null) return unmapped(frame);
  const text = sourceContentFor(map, source);
  const file = shortPath(source);
  return {
    name: name ?? frame.name,
    file,
    line,
    column: column + 1,
    code: text && codeFrame(text, line),
    own: isOwn(file),
  };
}

const unmapped = (frame: StackFrame): MappedFrame => {
  const file = shortPath(frame.file);
  return { ...frame, file, code: null, own: isOwn(file) };
};

/** `webpack://shop/./src/a.ts` and `http://localhost:5173/src/a.ts?t=1` are both `src/a.ts`. */
export function shortPath(file: string): string {
  const path = file
    .replace(/^webpack(-internal)?:\/\/(\/?[^/]*)?\//, '')
    .replace(/^(https?:\/\/[^/]*|file:\/\/)/, '')
    .replace(/[?#].*$/, '')
    .replace(/^\/@fs\//, '/')
    .replace(/^(\.?\/)+/, '');
  return path === '' ? '/' : path;
}

const isOwn = (file: string): boolean =>
  file.includes('.') &&
  !/(^|\/)(node_modules|@vite|@id|@react-refresh|webpack\/(runtime|bootstrap)|__devtool)(\/|$)/.test(file);

function codeFrame(text: string, line: number): string {
  const lines = text.split('\n');
  const first = Math.max(1, line - AROUND);
  return lines
    .slice(first - 1, line + AROUND)
    .map((code, at) => `${first + at === line ? '>' : ' '} ${first + at} | ${code.slice(0, LONGEST_LINE)}`)
    .join('\n');
}
