/** A newer program beside an older daemon, with a built program of another version. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isAlive, ROOT, type Session, until, world } from './harness.ts';

const NEWER = '99.0.0';
let directory = '';
const bin = () => join(directory, 'bin.cjs');

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'dtm-newer-'));
  const env = { ...process.env, BUILD_DIRECTORY: directory, BUILD_VERSION: NEWER };
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { env, stdio: 'inherit' });
  // As in the package: what is beside it are ES modules.
  writeFileSync(join(directory, 'package.json'), '{"type": "module"}');
}, 120_000);
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const info = async (session: Session) => (await session.ok('daemon', { action: 'info' })).data;
const SERVER = {
  command: process.execPath,
  args: [
    '-e',
    "require('http').createServer((q,r)=>r.end('ok')).listen(0,'127.0.0.1',function(){console.log('http://localhost:'+this.address().port+'/')})",
  ],
};

test('an idle daemon makes room at once; the older client goes on with the newer one', async () => {
  const place = await world();
  const older = await place.connect();
  const before = await info(older);
  await older.close();
  await until('the daemon has no client', async () => {
    const onlooker = await place.connect({ bin: bin() });
    const found = (await info(onlooker))['version'] === NEWER;
    // It would be a client of the older one.
    if (!found) await onlooker.close();
    return found;
  });
  await until('the older daemon is gone', () => !isAlive(Number(before['pid'])));
  const again = await place.connect();
  expect(await info(again)).toMatchObject({ version: NEWER, upgrade_available: null });
});

test('a busy daemon says that there is something newer, and is replaced when asked, without losing a session', async () => {
  const place = await world();
  await place.write('devtool-mcp.json', JSON.stringify({ scripts: { web: { ...SERVER, autostart: true } } }));
  const older = await place.connect();
  await until('web runs', async () =>
    JSON.stringify((await older.ok('proc', { action: 'list' })).data).includes('"ready":true'),
  );
  const before = await info(older);
  const newer = await place.connect({ bin: bin() });
  expect(await info(newer)).toMatchObject({ version: before['version'], pid: before['pid'], upgrade_available: NEWER });
  const { data } = await newer.ok('proc', { action: 'status', process_id: 'web' });
  await newer.ok('daemon', { action: 'restart' });
  await until('the older daemon is gone', () => !isAlive(Number(before['pid'])));
  expect((await info(newer))['version']).toBe(NEWER);
  await until('web runs again', async () => {
    const now = await newer.call('proc', { action: 'status', process_id: 'web' });
    return now.data['ready'] === true && now.data['pid'] !== data['pid'];
  });
  expect((await info(older))['version']).toBe(NEWER);
  expect((await older.ok('proc', { action: 'list' })).data).toMatchObject({
    processes: [{ process_id: 'web', autostart: true }],
  });
});
