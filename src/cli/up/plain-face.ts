/** Plain lines: what is said, and what the processes write. */
import type { Face } from './face.ts';

export function plainFace(write: (text: string) => void): Face {
  return {
    say: (text) => write(`devtool-mcp: ${text}\n`),
    show({ lines, processes }) {
      if (lines.length === 0) return;
      const isOne = processes.length <= 1;
      write(lines.map(({ id, text }) => `${isOne ? '' : `${id} | `}${text}\n`).join(''));
    },
    selected: () => null,
    close: () => {},
  };
}
