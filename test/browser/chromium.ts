/** A real Chromium for a test; it, its tabs and its profile are gone after the test. */
import { afterEach } from 'vitest';
import { type Browser, launchChromium } from './chromium-pipe.ts';

export type { Browser, Tab } from './chromium-pipe.ts';

const running: Browser[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((browser) => browser.close()));
});

/** `options`: further ones of Chromium's command line. */
export async function launch(options: readonly string[] = []): Promise<Browser> {
  const browser = launchChromium(options);
  running.push(browser);
  return browser;
}
