/** The server as it introduces itself: name, capabilities, instructions, list of tools. The same for every client; nothing has to run for it. */
import { Server } from '@modelcontextprotocol/server';
import { listing } from '../tools/listing.ts';
import { INSTRUCTIONS } from '../tools/table.ts';

/** What differs from no client to the next; a daemon that takes over may tell more. */
const SAME = { ttlMs: 300_000, cacheScope: 'public' } as const;

export function introduction(version: string): Server {
  const server = new Server(
    { name: 'devtool-mcp', title: 'devtool-mcp', version },
    {
      capabilities: { tools: {}, resources: { subscribe: true }, prompts: {}, completions: {} },
      instructions: INSTRUCTIONS,
      cacheHints: {
        'tools/list': SAME,
        'prompts/list': SAME,
        'resources/templates/list': SAME,
        'server/discover': SAME,
      },
    },
  );
  server.setRequestHandler('tools/list', () => ({ tools: listing() }));
  return server;
}
