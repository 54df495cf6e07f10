/** Every reader of what others wrote, as one function of bytes that may refuse in its own words and must do nothing else. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { stateFile } from '../../src/daemon/state-file.ts';
import { readFromClient } from '../../src/front/message.ts';
import { parseDaemonHello, parseFrontHello } from '../../src/home/hello.ts';
import { createLines } from '../../src/home/lines.ts';
import { hasFewValues } from '../../src/home/values-in.ts';
import { parseListening, parseStat } from '../../src/process/os/procfs.ts';
import { checkConfig } from '../../src/project/config-check.ts';
import { detectProject } from '../../src/project/detect.ts';
import { readJsonc } from '../../src/project/formats.ts';
import { parseAuthority } from '../../src/proxy/authority.ts';
import { allowLoader } from '../../src/proxy/csp.ts';
import { openDocument } from '../../src/proxy/document.ts';
import { createHeadScanner } from '../../src/proxy/head-place.ts';
import { isOurs, isOwnOrigin } from '../../src/proxy/host.ts';
import { Http1Error, Http1Reader, type ResponseHead } from '../../src/proxy/http1.ts';
import { parsePageMessage } from '../../src/proxy/page-message.ts';
import { createSourceMaps } from '../../src/proxy/source-map.ts';
import { observeEvents } from '../../src/proxy/sse-observer.ts';
import { parseTarget } from '../../src/proxy/target.ts';
import { observeWebSocket } from '../../src/proxy/websocket-observer.ts';
import { Fault } from '../../src/text/fault.ts';
import { assembleLines } from '../../src/text/lines.ts';
import { redactor } from '../../src/text/redact.ts';
import { terminalText } from '../../src/text/terminal.ts';
import { findUrls } from '../../src/text/urls.ts';
import { visibleText } from '../../src/text/visible.ts';
import { createOutputErrors } from '../../src/timeline/output-errors.ts';
import { mocksOfHar } from '../../src/tools/har-import.ts';

export interface Target {
  readonly name: string;
  /** What it is meant to read. */
  readonly seeds: readonly (string | Buffer)[];
  /** Throws what is wrong. */
  run(input: Buffer): void | Promise<void>;
}

/** Its own words. */
function unlessRefused(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof Fault) && !(error instanceof Http1Error)) throw error;
  }
}

/** In two pieces, cut where the input says. */
function pieces(input: Buffer): Buffer[] {
  const cut = input.length === 0 ? 0 : (input[0] ?? 0) % input.length;
  return [input.subarray(0, cut), input.subarray(cut)];
}

function readHttp(role: 'request' | 'response', input: Buffer): void {
  unlessRefused(() => {
    const reader = new Http1Reader(role);
    let events = 0;
    const drain = () => {
      while (reader.next() !== null) if (++events > input.length + 10) throw new Error('more events than bytes');
    };
    for (const piece of pieces(input)) {
      reader.push(Buffer.from(piece));
      drain();
    }
    reader.finish();
    drain();
  });
}

const OWN = { port: 3_000, addresses: ['127.0.0.1'], publicAuthority: { name: 'public.example', port: 443 } };
const RESPONSE: ResponseHead = {
  kind: 'response',
  status: 200,
  reason: 'OK',
  minor: 1,
  fields: ['Content-Type', 'text/html'],
  raw: Buffer.alloc(0),
  lines: null,
  framing: 'chunked',
  keepAlive: true,
};
const REQUEST = {
  kind: 'request',
  method: 'GET',
  target: '/',
  minor: 1,
  fields: ['Host', 'localhost', 'Sec-Fetch-Dest', 'document'],
  raw: Buffer.alloc(0),
  lines: null,
  framing: 0,
  keepAlive: true,
  upgrade: false,
  expectContinue: false,
} as const;

const LOADER = {
  inline: Buffer.from('<script>x</script>'),
  external: Buffer.from('<script src="/x.js"></script>'),
  version: '0123456789',
};

/** Resolves when the document has ended or was given up; what comes out may be anything but endless. */
function readDocument(encoding: string, input: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let bytes = 0;
    const response = { ...RESPONSE, fields: [...RESPONSE.fields, 'Content-Encoding', encoding] };
    const document = openDocument(
      { request: REQUEST, response, loader: LOADER },
      {
        head() {},
        data(chunk: Buffer) {
          bytes += chunk.length;
          if (bytes > 64 * 1_048_576) reject(new Error('a document without end'));
          return true;
        },
        end: () => resolve(),
        fail: () => resolve(),
      },
      () => {},
    );
    for (const piece of pieces(input)) document.write(Buffer.from(piece));
    document.end();
  });
}

const HTML =
  '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>t</title></head><body><!-- x --></body></html>';
const MAP = {
  version: 3,
  sources: ['src/a.ts'],
  names: ['a'],
  mappings: 'AAAA,SAASA,IAAI',
  sourcesContent: ['let a = 1;'],
};
const HAR = {
  log: {
    version: '1.2',
    entries: [
      {
        request: { method: 'GET', url: 'http://localhost:3000/api/x?y=1' },
        response: {
          status: 200,
          headers: [{ name: 'Content-Type', value: 'text/plain' }],
          content: { text: 'aGk=', encoding: 'base64' },
        },
      },
    ],
  },
};
const CONFIG =
  '{\n  // comment\n  "scripts": {"dev": {"command": "vite", "ready": {"port": 3000}, "restart": "always"}},\n  "proxies": {"web": {"target": "http://localhost:3000"}}, "autostart": ["dev"],\n}';
const WS_FRAMES = Buffer.from([
  0x81, 0x02, 0x68, 0x69, 0x01, 0x01, 0x61, 0x80, 0x01, 0x62, 0x89, 0x00, 0x88, 0x02, 0x03, 0xe8,
]);
const FILES = [
  'package.json',
  'pyproject.toml',
  'Makefile',
  'justfile',
  'Taskfile.yml',
  'Procfile',
  'pnpm-workspace.yaml',
  'go.mod',
  'Cargo.toml',
  '.claude/launch.json',
] as const;

const scratch = mkdtempSync(join(tmpdir(), 'devtool-mcp-fuzz-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

export const TARGETS: readonly Target[] = [
  {
    name: 'lines of a client',
    seeds: [
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"proc","arguments":{"action":"list"}}}\n{"jsonrpc":"2.0","id":1,"result":{}}\n[]\n',
    ],
    run(input) {
      const lines = createLines(
        10_000,
        (line) => hasFewValues(line) && readFromClient(line),
        () => {},
      );
      for (const piece of pieces(input)) lines.push(piece);
    },
  },
  {
    name: 'hello lines',
    seeds: [
      '{"devtool_mcp":{"version":"1.0.0","cwd":"/w","pid":7,"env":{"A":"b"},"role":"front"}}',
      '{"devtool_mcp":{"version":"1.0.0","pid":1,"epoch":3,"leaving":false}}',
    ],
    run(input) {
      parseFrontHello(input.toString('utf8'));
      parseDaemonHello(input.toString('utf8'));
    },
  },
  {
    name: 'messages of a page',
    seeds: [
      '{"say":"hello","tab":"a","url":"http://x/","title":"t"}',
      '{"say":"entry","kind":"console","facts":{"message":"m"}}',
      '{"say":"answer","id":"r","ok":true,"value":1}',
    ],
    run: (input) => void parsePageMessage(input.toString('utf8')),
  },
  {
    name: 'requests',
    seeds: [
      'GET /a?b HTTP/1.1\r\nHost: localhost:3000\r\nCookie: a=b\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nT: v\r\n\r\n',
      'PUT / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi',
    ],
    run: (input) => readHttp('request', input),
  },
  {
    name: 'responses',
    seeds: [
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
      'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n',
      'HTTP/1.0 200 OK\r\n\r\nuntil the end',
    ],
    run: (input) => readHttp('response', input),
  },
  {
    name: 'hosts, origins, targets',
    seeds: [
      'localhost:3000',
      '[::1]:3000',
      'http://a.localhost:3000',
      'https://user:pass@example.com:8443/x',
      '127.0.0.1',
      'xn--a',
      '0x7f.1',
      // `URL.canParse` says yes, `new URL` no (Node 20).
      Buffer.from('MHjDli4=', 'base64'),
    ],
    run(input) {
      const text = input.toString('latin1');
      parseAuthority(text);
      isOurs(text, OWN);
      isOwnOrigin(text, OWN);
      unlessRefused(() => parseTarget(text));
    },
  },
  {
    name: 'content policies',
    seeds: [
      "default-src 'self'; script-src 'nonce-abc' 'strict-dynamic'; require-trusted-types-for 'script'",
      "sandbox allow-scripts; connect-src 'none'",
    ],
    run: (input) => void allowLoader(['Content-Security-Policy', input.toString('latin1')], 'localhost:1', () => 'n'),
  },
  {
    name: 'heads of documents',
    seeds: [HTML, '<html><head/><script>"</head>"</script>', '\ufeff<!--x--><body>', '<svg><head>'],
    run(input) {
      const scanner = createHeadScanner();
      for (const piece of pieces(input)) if (scanner.feed(piece) !== null) return;
      scanner.end();
    },
  },
  {
    name: 'compressed documents',
    seeds: [
      Buffer.concat([Buffer.from('g'), gzipSync(HTML)]),
      Buffer.concat([Buffer.from('b'), brotliCompressSync(HTML)]),
    ],
    run: (input) => readDocument(input[0] === 0x62 ? 'br' : 'gzip', input.subarray(1)),
  },
  {
    name: 'output of programs',
    seeds: [
      '\u001b[31mred\u001b[0m\r50%\r100%\n\u001b]8;;http://x\u0007link\u001b]8;;\u0007\n',
      '  Local:   http://localhost:5173/\nnext\b\b\t\u001b[2K\u001b[1A\n',
      'Error: x\n    at f (/w/src/a.ts:1:2)\n',
      '-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\ntoken=abcdef0123456789abcdef\n',
    ],
    run(input) {
      const text = input.toString('utf8');
      terminalText(text);
      findUrls(text);
      visibleText(text, 100_000);
      redact(text);
      const errors = createOutputErrors();
      const piece = { stream: 'stdout', position: 0, micros: 0, bytes: input } as const;
      for (const line of assembleLines([piece], { view: 'tidy', live: false, dropped: false }))
        errors.feed(line.text, 0);
      errors.errors();
    },
  },
  {
    name: 'config',
    seeds: [CONFIG],
    run(input) {
      const { value } = readJsonc(input.toString('utf8'));
      if (value !== undefined) checkConfig(value);
    },
  },
  {
    name: 'projects',
    seeds: [
      '{"name":"a","scripts":{"dev":"vite --port 3000"},"workspaces":["p/*"]}',
      '[project]\nname = "a"\n[project.scripts]\nx = "y:z"\n',
      'all: dep\n\techo $(X)\n.PHONY: all\n',
      'web: npm start\n',
      "version: '3'\ntasks:\n  a:\n    cmds: [x]\n",
      'module example.com/a\n',
    ].map((text, n) => `${n}${text}`),
    async run(input) {
      const name = FILES[(input[0] ?? 0) % FILES.length] ?? 'package.json';
      const path = join(scratch, name.includes('/') ? 'launch.json' : name);
      writeFileSync(path, input.subarray(1));
      try {
        await detectProject(scratch);
      } finally {
        rmSync(path, { force: true });
      }
    },
  },
  {
    name: 'archives',
    seeds: [JSON.stringify(HAR)],
    run: (input) => unlessRefused(() => mocksOfHar(input.toString('utf8'))),
  },
  {
    name: 'source maps',
    seeds: [
      JSON.stringify(MAP),
      JSON.stringify({ version: 3, sections: [{ offset: { line: 0, column: 0 }, map: MAP }] }),
    ],
    async run(input) {
      const text = input.toString('utf8');
      const maps = createSourceMaps(async (url) => (url.endsWith('.map') ? text : 'x\n//# sourceMappingURL=a.js.map'));
      await maps.mapStack('Error: x\n    at f (http://localhost:3000/a.js:1:5)\n    at http://localhost:3000/a.js:2:1');
    },
  },
  {
    name: 'stacks',
    seeds: [
      'Error: x\n    at f (http://localhost/a.js:1:2)\n    at async Promise.all (index 0)\n',
      'f@http://localhost/a.js:1:2\n@http://x/b.js:3:4\n',
      // Nearly a frame: the library throws.
      '@http://localhost/http://localhost/a.js:1:Ex/tho\r\nst/a.js:1:2\n@http:///x/b.js:3:4\n',
    ],
    async run(input) {
      await createSourceMaps(async () => null).mapStack(input.toString('utf8'));
    },
  },
  {
    name: 'event streams',
    seeds: ['event: a\nid: 1\ndata: x\n\n: comment\r\ndata: y\r\n\r\n'],
    run(input) {
      const observer = observeEvents(() => {});
      for (const piece of pieces(input)) observer.feed(piece);
    },
  },
  {
    name: 'WebSocket frames',
    seeds: [WS_FRAMES, Buffer.from([0xc1, 0x07, 0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00])],
    run(input) {
      for (const deflate of [false, true]) {
        const observer = observeWebSocket(true, { deflate, fresh: false }, () => {});
        for (const piece of pieces(input)) observer.feed(piece);
      }
    },
  },
  {
    name: 'state file',
    seeds: ['{"version":1,"running":[{"process_id":"a","path":"/w","command":"x","pid":7,"start_time":"1"}]}\n'],
    run(input) {
      const path = join(scratch, 'state.json');
      writeFileSync(path, input);
      for (const one of stateFile(
        path,
        () => 0,
        () => {},
      ).read().running)
        if (!Number.isSafeInteger(one.pid)) throw new Error('a pid that is none');
    },
  },
  {
    name: 'tables of the system',
    seeds: [
      '12 (a) b) S 1 12 12 0 -1 4 0 0 0 0 0 0 0 0 20 0 1 0 555 1 1',
      '  sl  local_address\n   0: 0100007F:0BB8 00000000:0000 0A 0:0 0:0 0 0 0 12345 1\n',
    ],
    run(input) {
      parseStat(input.toString('latin1'));
      parseListening(input.toString('latin1'));
    },
  },
];

const redact = redactor('salt');
