// Writes text of 1 to 4 bytes a character one byte at a time, each in a write of its own.
const bytes = Buffer.from('aé€😀 naïve — 日本語 🚀\n');
for (const byte of bytes) {
  process.stdout.write(Buffer.of(byte));
  await new Promise((resolve) => setImmediate(resolve));
}
