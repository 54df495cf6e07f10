// Ring buffers of output. They have one writer, so who writes is measured against a reader.
import { core } from './core.mjs';
import { pieceOf } from './rows.mjs';

const { RING, RingBufferReader, RingBufferWriter, ringBytes } = core;

const READER = 0;
const OTHER_READER = 1;
const MICROS = 1_000_000;

const geometryOf = ({ ringBytes: capacity }) => ({ ...RING, capacity });

/** Lines at the ring's end, as text. */
function reads20(buffer, reader, sizes) {
  const ring = new RingBufferReader(buffer, reader, geometryOf(sizes));
  return (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const { buffer: memory, byteOffset, length } = ring.tail(sizes.tailBytes);
      const lines = Buffer.from(memory, byteOffset, length)
        .latin1Slice()
        .split('\n')
        .slice(-sizes.lines - 1, -1);
      sum += lines.length;
    }
    return sum;
  };
}

function readsAll(buffer, sizes) {
  const ring = new RingBufferReader(buffer, READER, geometryOf(sizes));
  return (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const bytes = ring.tail(sizes.ringBytes);
      sum += bytes.length + (bytes.at(-1) & 0);
    }
    return sum;
  };
}

function writes(buffer, { pieceBytes }, sizes) {
  const ring = new RingBufferWriter(buffer, geometryOf(sizes));
  const piece = pieceOf(pieceBytes, sizes.lineBytes);
  let position = 0;
  return (n) => {
    for (let i = 0; i < n; i++) {
      ring.write(piece, position, MICROS);
      position += piece.length;
    }
    return n * piece.length;
  };
}

/** A ring through which twice its capacity has gone. */
function filled(row, sizes) {
  const shared = new SharedArrayBuffer(ringBytes(geometryOf(sizes)));
  writes(shared, row, sizes)(Math.ceil((2 * sizes.ringBytes) / row.pieceBytes));
  return shared;
}

export const lines = {
  open(row, sizes) {
    const shared = filled(row, sizes);
    return { run: reads20(shared, READER, sizes), shared };
  },
  other: writes,
};

export const output = {
  open(row, sizes) {
    const shared = filled(row, sizes);
    return { run: readsAll(shared, sizes), shared };
  },
  other: writes,
};

export const write = {
  open(row, sizes) {
    const shared = filled(row, sizes);
    return { run: writes(shared, row, sizes), shared };
  },
  other: (shared, _row, sizes) => reads20(shared, OTHER_READER, sizes),
};
