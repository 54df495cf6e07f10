// Starts `devtool-mcp watch`, says its pid, and lives on.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../dist/bin.cjs', import.meta.url));
const child = spawn(process.execPath, [bin, 'watch'], { stdio: ['ignore', 'ignore', 'pipe'] });
child.stderr.once('data', () => console.log(child.pid));
setInterval(() => {}, 60_000);
