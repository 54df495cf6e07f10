// Writes BYTES bytes (argument) of a repeating pattern to stdout as fast as it can, then their SHA-256 of the last 256 KiB to stderr.
import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';

const total = Number(process.argv[2]);
const block = Buffer.alloc(1_048_576);
for (let at = 0; at < block.length; at += 64) block.write(`${String(at).padStart(62, '.')}\n`, at);
let written = 0;
let tail = Buffer.alloc(0);
while (written < total) {
  const length = Math.min(block.length, total - written);
  const start = written % block.length;
  const chunk = start + length <= block.length ? block.subarray(start, start + length) : block.subarray(start);
  let at = 0;
  while (at < chunk.length) {
    try {
      at += writeSync(1, chunk, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
  written += chunk.length;
  if (total - written < 524_288 + block.length) tail = Buffer.concat([tail, chunk]).subarray(-262_144);
}
writeSync(2, `${createHash('sha256').update(tail).digest('hex')} ${written}\n`);
