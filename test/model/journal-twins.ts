/** Plausible mistakes in the journal, each of which the model test must refuse. */
import { and, compareExchange, load } from '#atomic';
import { JournalWriter, type RecordHead } from '../../src/lockfree/journal.ts';
import { CLOSED, JOURNAL, recordBytes } from '../../src/lockfree/journal-pages.ts';
import {
  type Glimpse,
  type JournalRead,
  JournalReader,
  type JournalRecord,
  type JournalSnapshot,
} from '../../src/lockfree/journal-reader.ts';

/** A2 to A4 before A1. */
export class PublishesFirst extends JournalWriter {
  protected override place(head: RecordHead, body: Uint8Array): void {
    const { used } = this;
    this.used += recordBytes(body.length);
    this.commit();
    this.publish();
    this.used = used;
    this.write(head, body);
  }
}

/** Takes the oldest page, whoever is inside. */
export class IgnoresPins extends JournalWriter {
  protected override close(page: number): number {
    super.close(page);
    return 0;
  }
}

/** The first design: passes over pinned pages without closing them. A reader that moves from page to page starves it. */
export class SkipsPinned extends JournalWriter {
  protected override takeFree(closed: number[]): number | undefined {
    for (const page of this.byAge()) {
      if (compareExchange(this.pages.words, this.pages.pinsAt(page), 0, CLOSED) !== 0) continue;
      closed.push(page);
      return page;
    }
    return undefined;
  }
}

/** Looks at the closed pages once: who left in the meantime is not noticed. */
export class LooksOnce extends JournalWriter {
  protected override takeFree(closed: number[]): number | undefined {
    return this.byAge().find((page) => {
      closed.push(page);
      return this.close(page) === 0;
    });
  }
}

/** T5 before T4. */
export class OpensEarly extends JournalWriter {
  protected override takeFree(closed: number[]): number | undefined {
    const page = super.takeFree(closed);
    if (page !== undefined) this.open(page);
    return page;
  }
}

/** Opens the page that it takes; what it closed on the way stays so. */
export class LeavesClosed extends JournalWriter {
  protected override open(page: number): void {
    if (page === this.page) super.open(page);
  }
}

/** Opens a page by writing 0, as if nobody else wrote that word. */
export class OpensByMask extends JournalWriter {
  protected override open(page: number): void {
    and(this.pages.words, this.pages.pinsAt(page), 0);
  }
}

/** R7 before R6. */
export class UnpinsEarly extends JournalReader {
  protected override copyAtCursor(found: Glimpse): JournalRecord {
    this.unpin(found.page);
    return super.copyAtCursor(found);
  }
}

/** Without R5. */
export class NoSecondLook extends JournalReader {
  protected override isStill(): boolean {
    return true;
  }
}

/** Goes into closed pages too. */
export class PinsClosed extends JournalReader {
  protected override pin(page: number): boolean {
    const at = this.pages.pinsAt(page);
    for (;;) {
      const pins = load(this.pages.words, at);
      if (compareExchange(this.pages.words, at, pins, pins | this.bit) === pins) return true;
    }
  }
}

/** The sketch's answer: nothing to read is nothing to read, whether or not there are records. */
export class SaysNothing extends JournalReader {
  override read(): JournalRead {
    const read = super.read();
    return read.kind === 'turning' ? { kind: 'empty' } : read;
  }
}

/** Goes to the oldest page that it saw, also when that is newer than R1. */
export class LapsPastEnd extends JournalReader {
  protected override lapped(seen: readonly Glimpse[], end: number): JournalRead {
    const later = seen.filter(({ first }) => first > this.cursor);
    return super.lapped(seen, later.length === 0 ? end : Number.POSITIVE_INFINITY);
  }
}

/** A snapshot that never says that it is short. */
export class NeverShort extends JournalReader {
  protected override ended(first: number, end: number): Omit<JournalSnapshot, 'records'> {
    return { first, end, short: false };
  }
}

/** Notices turns that begin or end during the walk, but none that lasts all along. */
export class MissesLongTurn extends JournalReader {
  protected override ended(first: number, end: number, turns: number): Omit<JournalSnapshot, 'records'> {
    return { first, end, short: load(this.pages.words, JOURNAL.at.turns) !== turns };
  }
}
