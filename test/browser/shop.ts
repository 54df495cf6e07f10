/** A copy of the example shop that a test may edit, run by the built program, behind a proxy of it. */
import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, type Session, type World, world } from '../acceptance/harness.ts';

export interface Shop {
  readonly place: World;
  readonly session: Session;
  /** Of the proxy. */
  readonly url: string;
  /** Of the dev server itself. */
  readonly direct: string;
  edit(file: string, change: (text: string) => string): void;
}

/** The shop's dev server and a proxy named `shop`, both ready. */
export async function openShop(): Promise<Shop> {
  const place = await world();
  const shop = join(ROOT, 'examples/shop');
  cpSync(shop, place.project, { recursive: true, filter: (path) => !path.includes('node_modules') });
  symlinkSync(join(ROOT, 'node_modules'), join(place.project, 'node_modules'));
  const session = await place.connect();
  // Any free port: other copies of the shop may run.
  const { data } = await session.ok('run', { script_name: 'dev', args: ['--port', '0'] });
  const started = await session.ok('proxy', { action: 'start', id: 'shop', process_id: String(data['process_id']) });
  return {
    place,
    session,
    url: String(started.data['url']),
    direct: String(started.data['target_url']),
    edit(file, change) {
      const path = join(place.project, file);
      writeFileSync(path, change(readFileSync(path, 'utf8')));
    },
  };
}
