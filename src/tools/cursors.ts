/** Cursors: places in this daemon's times, ids and bytes, which no cursor of a daemon before it can be taken for. */

export interface Cursors {
  /** As a caller gets it. What lies before the beginning, as a look at a young daemon that goes back a little, is 0. */
  of(place: number): number;
  /** What a caller gives back. 0, the beginning, for one of another daemon, and for one beyond `last`, which nobody was given. */
  placeOf(cursor: number, last: number): number;
}

/** 115 days in microseconds, ten terabytes. */
const ROOM = 1e13;
/** So many daemons later it begins anew: all are safe integers. */
const EPOCHS = 900;

/** A worker may stamp what it tells so much earlier than it can be read: a cursor of an instant lies this far behind it. */
export const SETTLED_MICROS = 250_000;

export function cursorsOf(epoch: number): Cursors {
  const first = ((epoch - 1) % EPOCHS) * ROOM;
  return {
    of: (place) => first + Math.max(0, place),
    placeOf(cursor, last) {
      const place = cursor - first;
      return place < 0 || place > last ? 0 : place;
    },
  };
}
