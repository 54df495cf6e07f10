// Command lockfree is the same patterns in Go: sync.Map, atomics, a mutexed ring, a log under an RWMutex. It is told a row,
// then gets `free` or `busy` and a time on stdin and answers each with one line, as bench/lockfree/side.mjs does.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// Row is what is measured; its numbers are those of bench/lockfree/rows.mjs.
type Row struct {
	Op         string `json:"op"`
	Entries    int    `json:"entries"`
	PieceBytes int    `json:"pieceBytes"`
}

// Sizes are shared by all sides.
type Sizes struct {
	Processes  int `json:"processes"`
	RingBytes  int `json:"ringBytes"`
	LineBytes  int `json:"lineBytes"`
	Lines      int `json:"lines"`
	TailBytes  int `json:"tailBytes"`
	Entries    int `json:"entries"`
	EntryBytes int `json:"entryBytes"`
	MatchEvery int `json:"matchEvery"`
	Matches    int `json:"matches"`
}

// Operation runs n times and says how much it has found.
type Operation func(n int) int

const batchTime = 500 * time.Microsecond

func main() {
	var told struct {
		Row   Row   `json:"row"`
		Sizes Sizes `json:"sizes"`
	}
	if err := json.Unmarshal([]byte(os.Args[1]), &told); err != nil {
		fail(err)
	}
	open, known := operations[told.Row.Op]
	if !known {
		fail(fmt.Errorf("op=%s: not known", told.Row.Op))
	}
	run, otherRun := open(told.Row, told.Sizes)
	other := &other{run: otherRun}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		mode, text, _ := strings.Cut(lines.Text(), " ")
		millis, err := strconv.Atoi(text)
		if err != nil {
			fail(err)
		}
		if mode == "busy" {
			other.start()
		}
		before, begun := other.count.Load(), time.Now()
		nanos, work := measure(run, time.Duration(millis)*time.Millisecond, other.count.Load)
		others := float64(other.count.Load()-before) / time.Since(begun).Seconds()
		other.pause()
		fmt.Printf("{\"nanos\":%g,\"work\":%g,\"others\":%g}\n", nanos, work, others)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// other is the other thread: a goroutine that runs without a pause.
type other struct {
	run   Operation
	on    atomic.Bool
	count atomic.Uint64
	ended chan int
}

func (o *other) start() {
	o.ended = make(chan int)
	o.on.Store(true)
	before := o.count.Load()
	go func() {
		sum := 0
		for o.on.Load() {
			sum += o.run(16)
			o.count.Add(16)
		}
		o.ended <- sum
	}()
	for o.count.Load() == before {
		time.Sleep(100 * time.Microsecond)
	}
}

func (o *other) pause() {
	if o.ended == nil {
		return
	}
	o.on.Store(false)
	<-o.ended
	o.ended = nil
}

func batchOf(run Operation) int {
	for batch := 1; ; batch *= 2 {
		begun := time.Now()
		run(batch)
		if time.Since(begun) > batchTime || batch >= 1<<24 {
			return batch
		}
	}
}

// measure gives nanoseconds and work per operation: the median of batches, as what else the machine does meanwhile takes its time
// from some of them. Batches count in which the other was at least half as fast as in its best one, as else it was not at work.
func measure(run Operation, limit time.Duration, progress func() uint64) (float64, float64) {
	batch := batchOf(run)
	times, rates, work := []float64{}, []float64{}, 0
	begun := time.Now()
	for before := begun; before.Sub(begun) < limit; {
		others := progress()
		work += run(batch)
		after := time.Now()
		nanos := float64(after.Sub(before).Nanoseconds()) / float64(batch)
		times, rates = append(times, nanos), append(rates, float64(progress()-others)/nanos)
		before = after
	}
	best, counted := slices.Max(rates), []float64{}
	for i, rate := range rates {
		if 2*rate >= best {
			counted = append(counted, times[i])
		}
	}
	slices.Sort(counted)
	return counted[len(counted)/2], float64(work) / float64(len(times)*batch)
}
