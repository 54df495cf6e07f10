/** The fixture behind the product's HTTP door; says where it is, and ends with its standard input. */
import type { ServerNotifier } from '@modelcontextprotocol/server';
import { openHttpDoor } from '../../src/daemon/http/door.ts';
import { createEndpoint } from '../../src/daemon/http/endpoint.ts';
import { fixture } from './fixture.ts';

const [, , token = ''] = process.argv;
let tell: ServerNotifier | null = null;

const endpoint = createEndpoint({
  serverFor(era) {
    if (tell === null) throw new Error('nobody tells of changes');
    return fixture(era, tell);
  },
  watch(_, notifier) {
    tell = notifier;
    return { wake() {}, end() {} };
  },
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return { cancel: () => clearTimeout(timer) };
  },
  log: (line) => process.stderr.write(`${line}\n`),
});
const door = await openHttpDoor({ port: 0, token, endpoint, log: (line) => process.stderr.write(`${line}\n`) });
process.stdout.write(`${door.url}\n`);
process.stdin.resume().on('end', () => void door.close());
