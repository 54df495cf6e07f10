/** What the fields of a head say about framing, persistence and routing, noted in passing while they are read. */
import { isName } from './fields.ts';

export class Facts {
  hosts = 0;
  host = '';
  lengths = 0;
  length = '';
  codings = 0;
  coding = '';
  /** Connection lists `close`, `keep-alive`, `upgrade`. */
  close = false;
  keepAlive = false;
  upgrade = false;
  /** An Upgrade field names a protocol. */
  protocol = false;
  /** Expect is `100-continue`. */
  continues = false;
  /** Every line is `Name: value`, with one space and no other. */
  isUsual = true;

  /** Notes a field; true: framing hangs on it. Most names are told by their length alone. */
  note(name: string, value: string): boolean {
    switch (name.length) {
      case 4:
        if (isName(name, 'host')) this.#host(value);
        return false;
      case 6:
        if (isName(name, 'expect')) this.continues ||= value.toLowerCase() === '100-continue';
        return false;
      case 7:
        if (isName(name, 'upgrade')) this.protocol ||= value !== '';
        return false;
      case 10:
        if (isName(name, 'connection')) this.#connection(value);
        return false;
      case 14:
        return isName(name, 'content-length') && this.#length(value);
      case 17:
        return isName(name, 'transfer-encoding') && this.#coding(value);
      default:
        return false;
    }
  }

  #host(value: string): void {
    this.hosts++;
    this.host = value;
  }

  #length(value: string): true {
    this.lengths++;
    this.length = value;
    return true;
  }

  #coding(value: string): true {
    this.codings++;
    this.coding = value;
    return true;
  }

  #connection(value: string): void {
    if (value === 'keep-alive') this.keepAlive = true;
    else for (const option of value.split(',')) this.#option(option.trim().toLowerCase());
  }

  #option(option: string): void {
    if (option === 'close') this.close = true;
    else if (option === 'keep-alive') this.keepAlive = true;
    else if (option === 'upgrade') this.upgrade = true;
  }

  /** Whether the connection outlives the message (RFC 9112 9.3). */
  persists(minor: 0 | 1): boolean {
    return !this.close && (minor === 1 || this.keepAlive);
  }
}
