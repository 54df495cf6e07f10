/** Values and bytes that the hostile corpora combine, each list either fit to be passed on or not. */

/** What the body `hello` may be declared with, and zero for none. */
export const LENGTHS_OF_FIVE = ['5', '05', '0000000000000005', '5 ', '  5 '];
export const LENGTHS_OF_NONE = ['0', '00', '0 '];

export const BAD_LENGTHS = [
  '',
  // Tabs are white space by RFC 9110 5.5, but Node takes `chunked` and a tab for another coding.
  '5\t',
  '5 \t ',
  '\t5',
  '+5',
  '-5',
  '-0',
  '5 5',
  '5,5',
  '5, 5',
  '5,',
  ',5',
  '5;5',
  '5;',
  '0x5',
  '5h',
  '5.0',
  '5e0',
  '5_0',
  '"5"',
  "'5'",
  '(5)',
  '5 bytes',
  '\xb2',
  '5\xa0',
  '\xa05',
  'five',
  'NaN',
  'Infinity',
  '00000000000000005',
  '9007199254740993',
  '18446744073709551621',
  '99999999999999999999',
  '1e1000',
];

export const CHUNKED = ['chunked', 'Chunked', 'CHUNKED', 'cHuNkEd', 'chunked ', '  chunked '];

export const BAD_CODINGS = [
  '',
  'chunked\t',
  'chunked \t ',
  '\tchunked',
  'identity',
  'gzip',
  'deflate',
  'chunk',
  'xchunked',
  'chunkedx',
  'x chunked',
  'chunked x',
  'chu nked',
  'chunked,',
  ',chunked',
  'chunked, chunked',
  'chunked,chunked',
  'gzip, chunked',
  'chunked, gzip',
  'identity, chunked',
  'chunked, identity',
  'chunked, x',
  'x, chunked',
  'chunked;q=1',
  'chunked; a="b"',
  '"chunked"',
  "'chunked'",
  'chunked-',
  'chunked\xa0',
  '\xa0chunked',
  '\x85chunked',
  'chunked\xff',
  '[chunked]',
  'chunked=1',
  'chunked/1',
];

/** Controls but tab, CR and LF; DEL. */
export const CONTROLS = Array.from({ length: 32 }, (_, byte) => byte)
  .filter((byte) => ![9, 10, 13].includes(byte))
  .concat(0x7f)
  .map((byte) => String.fromCharCode(byte));

/** What may end no line. */
export const BAD_LINE_ENDS = ['\n', '\r', '\r\r\n', '\n\r', '\r \n', '\rX', '\r\0\n', '\r\t\n', '\x0b', '\x0c', '\x85'];

/** No token characters (RFC 9110 5.6.2), space and tab apart; the colon is one too, but ends a name. */
export const DELIMITERS = [...'"(),/;<=>?@[\\]{}'];
export const TOKEN_CHARACTERS = [..."!#$%&'*+-.^_`|~0123456789", 'a', 'z', 'A', 'Z'];

/** Parts of bytes above ASCII: latin1, UTF-8 in parts, no-break space, next line. */
export const HIGH = ['\x80', '\x85', '\xa0', '\xad', '\xc3\xa9', '\xe2\x80\x8b', '\xef\xbb\xbf', '\xff'];

export const GOOD_CHUNKS = [
  '5\r\nhello\r\n0\r\n\r\n',
  '05\r\nhello\r\n00\r\n\r\n',
  '0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n',
  '3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n',
  'A\r\nhellohello\r\n0\r\n\r\n',
  'a\r\nhellohello\r\n0\r\n\r\n',
  '5;a\r\nhello\r\n0;b=c\r\n\r\n',
  '5;a="b;c\\"d";e\r\nhello\r\n0\r\n\r\n',
  '5;a="\t \xff"\r\nhello\r\n0\r\n\r\n',
  '5\r\n\r\n\r\n\r\r\n0\r\n\r\n',
  '0\r\n\r\n',
  '5\r\nhello\r\n0\r\nServer-Timing: a\r\nx:\r\n\r\n',
  '5\r\nhello\r\n0\r\nETag: \t"\xe9" \r\n\r\n',
];

export const BAD_CHUNKS = [
  '5\nhello\r\n0\r\n\r\n',
  '5\rhello\r\n0\r\n\r\n',
  '5\r\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello\n0\r\n\r\n',
  '5\r\nhello\r0\r\n\r\n',
  '5\r\nhello0\r\n\r\n',
  '5\r\nhelloX\r\n0\r\n\r\n',
  '5\r\nhell\r\n0\r\n\r\n',
  '5\r\nhello\r\n0\n\n',
  '5\r\nhello\r\n0\r\n\n',
  '5\r\nhello\r\n0\r\n\r',
  '5\r\nhello\r\n0\r\n',
  '5\r\nhello\r\n0',
  '5\r\nhello\r\n',
  '5\r\nhel',
  '5',
  '',
  '\r\n5\r\nhello\r\n0\r\n\r\n',
  ' 5\r\nhello\r\n0\r\n\r\n',
  '5 \r\nhello\r\n0\r\n\r\n',
  '5\t\r\nhello\r\n0\r\n\r\n',
  '+5\r\nhello\r\n0\r\n\r\n',
  '-5\r\nhello\r\n0\r\n\r\n',
  '0x5\r\nhello\r\n0\r\n\r\n',
  '5h\r\nhello\r\n0\r\n\r\n',
  '5.\r\nhello\r\n0\r\n\r\n',
  '5,5\r\nhello\r\n0\r\n\r\n',
  '5_0\r\nhello\r\n0\r\n\r\n',
  'G\r\nhello\r\n0\r\n\r\n',
  '\xb5\r\nhello\r\n0\r\n\r\n',
  '"5"\r\nhello\r\n0\r\n\r\n',
  '00000000000000005\r\nhello\r\n0\r\n\r\n',
  '10000000000000005\r\nhello\r\n0\r\n\r\n',
  'FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n',
  '20000000000000\r\nhello\r\n0\r\n\r\n',
  '5;\r\nhello\r\n0\r\n\r\n',
  '5;;a\r\nhello\r\n0\r\n\r\n',
  '5;=a\r\nhello\r\n0\r\n\r\n',
  '5;a=\r\nhello\r\n0\r\n\r\n',
  '5;a="\r\nhello\r\n0\r\n\r\n',
  '5;a="b"c\r\nhello\r\n0\r\n\r\n',
  '5;a b\r\nhello\r\n0\r\n\r\n',
  '5;a\nb\r\nhello\r\n0\r\n\r\n',
  '5;a\rb\r\nhello\r\n0\r\n\r\n',
  '5;a=\0\r\nhello\r\n0\r\n\r\n',
  '5;a="\n"\r\nhello\r\n0\r\n\r\n',
  `5;${'a'.repeat(5_000)}\r\nhello\r\n0\r\n\r\n`,
  '5\r\nhello\r\n0;\r\n\r\n',
  '5\r\nhello\r\n0 \r\n\r\n',
  '5\r\nhello\r\n0\r\nx\r\n\r\n',
  '5\r\nhello\r\n0\r\nx : y\r\n\r\n',
  '5\r\nhello\r\n0\r\n x: y\r\n\r\n',
  '5\r\nhello\r\n0\r\nx: y\r\n z\r\n\r\n',
  '5\r\nhello\r\n0\r\n: y\r\n\r\n',
  '5\r\nhello\r\n0\r\nx: y\n\r\n',
  '5\r\nhello\r\n0\r\nx: y\0\r\n\r\n',
  '5\r\nhello\r\n0\r\nx(: y\r\n\r\n',
  '5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n',
  '5\r\nhello\r\n0\r\ntransfer-encoding: chunked\r\n\r\n',
  '5\r\nhello\r\n0\r\nHOST: a\r\n\r\n',
  `5\r\nhello\r\n0\r\n${'a:\r\n'.repeat(2_500)}\r\n`,
  `5\r\nhello\r\n0\r\nx: ${'y'.repeat(70_000)}\r\n\r\n`,
];
