package main

import (
	"bytes"
	"sync"
)

// RingBuffer keeps the last bytes written; one mutex for writers and readers, as writes must be atomic with their wrap.
type RingBuffer struct {
	mu     sync.Mutex
	buffer []byte
	next   int
	total  int64
}

// Write keeps the end of what is longer than the ring.
func (r *RingBuffer) Write(p []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.total += int64(len(p))
	if len(p) > len(r.buffer) {
		p = p[len(p)-len(r.buffer):]
	}
	first := copy(r.buffer[r.next:], p)
	copy(r.buffer, p[first:])
	r.next = (r.next + len(p)) % len(r.buffer)
}

// Tail is a copy of the last n bytes.
func (r *RingBuffer) Tail(n int) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	n = int(min(int64(n), r.total, int64(len(r.buffer))))
	tail := make([]byte, n)
	from := (r.next - n + len(r.buffer)) % len(r.buffer)
	first := copy(tail, r.buffer[from:])
	copy(tail[first:], r.buffer[:n-first])
	return tail
}

// Lines are the last n whole lines of the last tailBytes bytes, as text.
func (r *RingBuffer) Lines(n, tailBytes int) []string {
	rest := r.Tail(tailBytes)
	lines := make([]string, 0, n)
	if len(rest) > 0 {
		rest = rest[:len(rest)-1]
	}
	for len(lines) < n && len(rest) > 0 {
		at := bytes.LastIndexByte(rest, '\n')
		lines = append(lines, string(rest[at+1:]))
		rest = rest[:max(at, 0)]
	}
	return lines
}

func pieceOf(size, lineBytes int) []byte {
	line := append(bytes.Repeat([]byte("x"), lineBytes-1), '\n')
	return bytes.Repeat(line, (size+lineBytes-1)/lineBytes)[:size]
}

func filledRing(row Row, sizes Sizes) (*RingBuffer, Operation) {
	ring := &RingBuffer{buffer: make([]byte, sizes.RingBytes)}
	piece := pieceOf(row.PieceBytes, sizes.LineBytes)
	writes := func(n int) int {
		for range n {
			ring.Write(piece)
		}
		return n * len(piece)
	}
	writes((2*sizes.RingBytes + len(piece) - 1) / len(piece))
	return ring, writes
}

func readsLines(ring *RingBuffer, sizes Sizes) Operation {
	return func(n int) int {
		sum := 0
		for range n {
			sum += len(ring.Lines(sizes.Lines, sizes.TailBytes))
		}
		return sum
	}
}

func openLines(row Row, sizes Sizes) (Operation, Operation) {
	ring, writes := filledRing(row, sizes)
	return readsLines(ring, sizes), writes
}

// sink keeps what was read reachable, so that its making is not optimized away.
var sink []byte

func openOutput(row Row, sizes Sizes) (Operation, Operation) {
	ring, writes := filledRing(row, sizes)
	return func(n int) int {
		sum := 0
		for range n {
			sink = ring.Tail(sizes.RingBytes)
			sum += len(sink)
		}
		return sum
	}, writes
}

func openWrite(row Row, sizes Sizes) (Operation, Operation) {
	ring, writes := filledRing(row, sizes)
	return writes, readsLines(ring, sizes)
}
