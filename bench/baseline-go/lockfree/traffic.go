package main

import (
	"fmt"
	"strings"
	"sync"
)

// Entry of a traffic log. Its texts are shared with whoever made them: strings do not change.
type Entry struct {
	Sequence, Micros          int64
	Kind, Status              int32
	Method, Path, Type, Agent string
}

// TrafficLogger keeps the last entries in a ring under an RWMutex.
type TrafficLogger struct {
	mu      sync.RWMutex
	entries []Entry
	total   int64
}

// Log overwrites the oldest entry.
func (t *TrafficLogger) Log(entry Entry) {
	t.mu.Lock()
	defer t.mu.Unlock()
	entry.Sequence = t.total
	t.entries[t.total%int64(len(t.entries))] = entry
	t.total++
}

// Query looks at every entry from the newest back, counts those that match, and copies the newest of them.
func (t *TrafficLogger) Query(matches int, accept func(*Entry) bool) (found []Entry, matched, seen int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	found = make([]Entry, 0, matches)
	size := int64(len(t.entries))
	for sequence := t.total - 1; sequence >= max(0, t.total-size); sequence-- {
		entry := &t.entries[sequence%size]
		seen++
		if !accept(entry) {
			continue
		}
		matched++
		if len(found) < matches {
			found = append(found, *entry)
		}
	}
	return found, matched, seen
}

func entryOf(sequence int, sizes Sizes) Entry {
	entry := Entry{
		Kind: 1, Status: 200, Method: "GET", Type: "text/javascript; charset=utf-8",
		Path: fmt.Sprintf("/src/components/Basket.tsx?t=%d", 1_700_000_000_000+sequence%1_000),
	}
	if sequence%sizes.MatchEvery == 0 {
		entry.Status = 500
	}
	entry.Agent = strings.Repeat("M", sizes.EntryBytes-len(entry.Method)-len(entry.Path)-len(entry.Type)-3)
	return entry
}

func filledLog(sizes Sizes) (*TrafficLogger, Operation) {
	logger := &TrafficLogger{entries: make([]Entry, sizes.Entries)}
	variants := make([]Entry, 64)
	for i := range variants {
		variants[i] = entryOf(i, sizes)
	}
	sequence := 0
	logs := func(n int) int {
		for range n {
			entry := variants[sequence%len(variants)]
			entry.Micros = int64(sequence)
			logger.Log(entry)
			sequence++
		}
		return n
	}
	logs(6 * sizes.Entries)
	return logger, logs
}

func queries(logger *TrafficLogger, sizes Sizes) Operation {
	isError := func(entry *Entry) bool { return entry.Kind == 1 && entry.Status >= 400 }
	return func(n int) int {
		sum := 0
		for range n {
			found, matched, seen := logger.Query(sizes.Matches, isError)
			if matched > 0 && len(found) > 0 {
				sum += seen
			}
		}
		return sum
	}
}

func openQuery(_ Row, sizes Sizes) (Operation, Operation) {
	logger, logs := filledLog(sizes)
	return queries(logger, sizes), logs
}

func openLog(_ Row, sizes Sizes) (Operation, Operation) {
	logger, logs := filledLog(sizes)
	return logs, queries(logger, sizes)
}

// operations by name: what is measured, and what the other thread does meanwhile.
var operations = map[string]func(Row, Sizes) (Operation, Operation){
	"status": openStatus, "list": openList, "register": openRegister, "lines": openLines, "output": openOutput,
	"write": openWrite, "alone": openAlone, "word": openWord, "query": openQuery, "log": openLog, "cas": openCas, "add": openAdd,
}
