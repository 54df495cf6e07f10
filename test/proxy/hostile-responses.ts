/** Responses that a target should not send, beside those that it may. */
import {
  bad,
  chunkBodies,
  fieldLines,
  good,
  HELLO,
  HELLO_CHUNKED,
  type HostileCase,
  limits,
  message,
  prefixes,
  unique,
} from './hostile-parts.ts';
import { BAD_CODINGS, BAD_LENGTHS, BAD_LINE_ENDS, CHUNKED, CONTROLS, HIGH, LENGTHS_OF_FIVE } from './hostile-values.ts';

export interface HostileResponse extends HostileCase {
  /** Method of the request that it answers. */
  readonly answers: string;
}

/** At least 800 responses. */
export function hostileResponses(): readonly HostileResponse[] {
  const plain: HostileCase[] = [
    ...statusLines(),
    ...fieldLines().flatMap(({ group, line, legal }) =>
      [
        [line, 'Content-Length: 5'],
        ['Content-Length: 5', line],
      ].map((lines) => ({
        group,
        text: message('HTTP/1.1 200 OK', lines, HELLO),
        legal,
      })),
    ),
    ...responseLengths(),
    ...chunkBodies((lines, body) => message('HTTP/1.1 200 OK', lines, body)),
    ...BAD_LINE_ENDS.filter((end) => end !== '\x85').flatMap((end) =>
      [`HTTP/1.1 200 OK${end}Content-Length: 0\r\n\r\n`, `HTTP/1.1 200 OK\r\nContent-Length: 0${end}\r\n`].map(
        (text) => ({
          group: 'ends',
          text,
          legal: false,
        }),
      ),
    ),
    ...limits('HTTP/1.1 200 OK', 'Content-Length: 0'),
    ...prefixes(message('HTTP/1.1 200 OK', ['Content-Length: 5'], HELLO)),
    { group: 'ends', text: '\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', legal: false },
  ];
  return unique([...plain.map((one) => ({ ...one, answers: 'GET' })), ...bodiless()]);
}

function statusLines(): HostileCase[] {
  const of = (line: string) => message(line, ['Content-Length: 0']);
  const codes = ['200', '201', '299', '301', '400', '404', '418', '500', '503', '599', '600', '999'];
  const oddCodes = [
    '',
    '0',
    '20',
    '2000',
    '099',
    '000',
    '2 0',
    '2x0',
    '+20',
    '-20',
    '20.',
    '0x1',
    '\xb200',
    ' 200',
    '200,',
    '2\t0',
  ];
  const versions = [
    'HTTP/2.0',
    'HTTP/1.2',
    'HTTP/0.9',
    'HTTP/1',
    'HTTP/11',
    'http/1.1',
    'HTTPS/1.1',
    'HTTP/1.1.1',
    'HTTP/ 1.1',
    'ICY',
    'XHTTP/1.1',
    '',
    ' HTTP/1.1',
    'HTTP /1.1',
    'HTTP/1.\xb1',
  ];
  return [
    ...codes.flatMap((code) =>
      ['1.1', '1.0'].flatMap((version) => [
        good('status', of(`HTTP/${version} ${code} OK`)),
        good('status', of(`HTTP/${version} ${code} `)),
        good('status', of(`HTTP/${version} ${code}`)),
      ]),
    ),
    ...oddCodes.map((code) => bad('status', of(`HTTP/1.1 ${code} OK`))),
    ...versions.map((version) => bad('version', of(`${version} 200 OK`))),
    ...['', '  ', '\t', '\xa0', ...CONTROLS].flatMap((space) => [
      bad('status', of(`HTTP/1.1${space}200 OK`)),
      bad('status', of(`HTTP/1.1 200${space === '  ' ? '\0' : space}OK`)),
    ]),
    ...CONTROLS.map((c) => bad('status', of(`HTTP/1.1 200 O${c}K`))),
    ...[...HIGH, '\t', ':', '"', '<'].map((c) => good('status', of(`HTTP/1.1 200 O${c}K`))),
  ];
}

function responseLengths(): HostileCase[] {
  const of = (lines: readonly string[], body: string, version = '1.1') =>
    message(`HTTP/${version} 200 OK`, lines, body);
  return [
    ...LENGTHS_OF_FIVE.flatMap((length) =>
      ['1.1', '1.0'].map((version) => good('framing', of([`Content-Length: ${length}`], HELLO, version))),
    ),
    ...BAD_LENGTHS.flatMap((length) =>
      ['1.1', '1.0'].map((version) => bad('framing', of([`Content-Length: ${length}`], HELLO, version))),
    ),
    ...BAD_LENGTHS.concat('5', '6').map((length) =>
      bad('framing', of(['Content-Length: 5', `content-length: ${length}`], HELLO)),
    ),
    ...CHUNKED.map((coding) => good('framing', of([`Transfer-Encoding: ${coding}`], HELLO_CHUNKED))),
    ...CHUNKED.map((coding) => bad('framing', of([`Transfer-Encoding: ${coding}`], HELLO_CHUNKED, '1.0'))),
    ...BAD_CODINGS.map((coding) => bad('framing', of([`Transfer-Encoding: ${coding}`], HELLO_CHUNKED))),
    ...[...CHUNKED, ...BAD_CODINGS].flatMap((coding) => [
      bad('framing', of([`Transfer-Encoding: ${coding}`, 'Content-Length: 5'], HELLO_CHUNKED)),
      bad('framing', of(['Content-Length: 15', `Transfer-Encoding: ${coding}`], HELLO_CHUNKED)),
      bad('framing', of([`Transfer-Encoding: ${coding}`, 'Transfer-Encoding: chunked'], HELLO_CHUNKED)),
    ]),
    ...['', HELLO, 'HTTP/1.1 200 OK\r\n\r\n', '\0\r\n'].flatMap((body) =>
      ['1.1', '1.0'].map((version) => good('framing', of(['A: b'], body, version))),
    ),
    bad('framing', of(['Content-Length: 6'], HELLO)),
  ];
}

/** Responses that have no body whatever their heads say (RFC 9112 6.3, item 1). */
function bodiless(): HostileResponse[] {
  const declared = [
    { lines: [], legal: true, empty: true },
    { lines: ['Content-Length: 0'], legal: true, empty: true },
    { lines: ['Content-Length: 5'], legal: true, empty: false },
    { lines: ['Transfer-Encoding: chunked'], legal: true, empty: false },
    { lines: ['Transfer-Encoding: chunked', 'Content-Length: 5'], legal: false, empty: false },
    { lines: ['Content-Length: 5', 'Content-Length: 5'], legal: false, empty: false },
    { lines: ['Content-Length: 5, 5'], legal: false, empty: false },
    { lines: ['Transfer-Encoding: gzip'], legal: false, empty: false },
  ];
  return declared.flatMap(({ lines, legal, empty }) => [
    ...['200', '301', '304', '404', '500'].map((code) => ({
      group: 'bodiless',
      answers: 'HEAD',
      legal,
      text: message(`HTTP/1.1 ${code} X`, lines),
    })),
    ...['GET', 'POST', 'HEAD'].map((answers) => ({
      group: 'bodiless',
      answers,
      legal,
      text: message('HTTP/1.1 304 X', lines),
    })),
    ...['GET', 'POST', 'HEAD'].map((answers) => ({
      group: 'bodiless',
      answers,
      legal: empty,
      text: message('HTTP/1.1 204 X', lines),
    })),
    ...['100', '102', '103', '199'].map((code) => ({
      group: 'interim',
      answers: 'GET',
      legal: empty,
      text: `${message(`HTTP/1.1 ${code} X`, lines)}${message('HTTP/1.1 200 OK', ['Content-Length: 5'], HELLO)}`,
    })),
    { group: 'interim', answers: 'GET', legal: empty, text: message('HTTP/1.1 101 X', lines) },
  ]);
}
