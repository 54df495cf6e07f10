/** Changes of documents are recorded only once somebody asks for them: asking turns it on, and says so. */
import type { ManagedProxy } from '../proxy/managed-proxy.ts';

/** A line for the answer when nothing was recorded so far; null when it was. */
export async function recordChangesOf(proxies: readonly ManagedProxy[]): Promise<string | null> {
  const begun: number[] = [];
  for (const proxy of proxies) {
    const recording = await proxy.recordChanges();
    if (recording?.isNew) begun.push(recording.pages);
  }
  if (begun.length === 0) return null;
  const pages = begun.reduce((sum, open) => sum + open, 0);
  return `Changes of the document are recorded from now on and for ten minutes after each question (${pages === 1 ? '1 page is' : `${pages} pages are`} open now). Ask again after what you want to see.`;
}
