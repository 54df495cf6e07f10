/** A real Chromium for the tests of a file; each test's tabs and all that they stored are gone after it, the profile after the last. */
import { afterAll, afterEach } from 'vitest';
import { type Browser, type Chromium, launchChromium } from './chromium-pipe.ts';

export type { Browser, Tab } from './chromium-pipe.ts';

/** By their options. */
const running = new Map<string, Chromium>();
const used: Browser[] = [];
afterEach(async () => {
  await Promise.all(used.splice(0).map((browser) => browser.close()));
});
afterAll(async () => {
  await Promise.all([...running.values()].map((chromium) => chromium.close()));
});

/** `options`: further ones of Chromium's command line. */
export async function launch(options: readonly string[] = []): Promise<Browser> {
  const key = options.join(' ');
  const chromium = running.get(key) ?? launchChromium(options);
  running.set(key, chromium);
  const browser = await chromium.apart();
  used.push(browser);
  return browser;
}
