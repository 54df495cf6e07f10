/** Polls until `condition` holds; for what sends no message. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, tries = 1_000): Promise<void> {
  for (let n = 0; n < tries; n++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never came about: ${what}`);
}
