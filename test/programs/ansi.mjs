// Colours, a link (OSC 8), a title (OSC 0), cursor movement and a cleared line, around words that are plain.
process.stdout.write(
  '\x1b[1;32mgreen\x1b[0m \x1b]8;;https://example.com/\x1b\\link\x1b]8;;\x1b\\ \x1b]0;title\x07\x1b[38;5;200mpink\x1b[39m\n',
);
process.stdout.write('first\nsecond\x1b[1A\rFIRST\x1b[1B\n\x1b[2K\x1b[1Gcleared\n');
