// Prints its pid and stays; with an argument it starts that shell line instead, which prints one, and stays until that ends.
import { spawn } from 'node:child_process';

if (process.env.IGNORE_TERM) process.on('SIGTERM', () => {});
const [, , line] = process.argv;
if (line === undefined) {
  setInterval(() => {}, 1_000);
  console.log(process.pid);
} else {
  spawn('sh', ['-c', line], { stdio: 'inherit' }).on('exit', (code) => process.exit(code ?? 1));
}
