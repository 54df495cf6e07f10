package main

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// State of a process; its moves are those of the table.
type State uint32

const (
	pending State = iota
	starting
	running
	stopping
	stopped
	failed
)

var transitions = [...][]State{
	pending:  {starting, stopped, failed},
	starting: {running, stopping, failed},
	running:  {stopping, stopped, failed},
	stopping: {stopped, failed},
	stopped:  {pending},
	failed:   {pending},
}

// ManagedProcess has every fact in an atomic of its own. A reader sees each of them untorn, but not all of one instant.
type ManagedProcess struct {
	state       atomic.Uint32
	run         atomic.Int32
	restarts    atomic.Int32
	pid         atomic.Int32
	pgid        atomic.Int32
	exitCode    atomic.Int32
	exitSignal  atomic.Int32
	endedBy     atomic.Int32
	startedAt   atomic.Int64
	readyAt     atomic.Int64
	endedAt     atomic.Int64
	runPosition atomic.Int64
}

// Status is a copy of a process's facts.
type Status struct {
	State                                                   State
	Run, Restarts, PID, PGID, ExitCode, ExitSignal, EndedBy int32
	StartedAt, ReadyAt, EndedAt, RunPosition                int64
}

// CompareAndSwapState refuses moves that the table lacks.
func (p *ManagedProcess) CompareAndSwapState(from, to State) bool {
	for _, allowed := range transitions[from] {
		if allowed == to {
			return p.state.CompareAndSwap(uint32(from), uint32(to))
		}
	}
	panic("no such move")
}

// Status loads every fact.
func (p *ManagedProcess) Status() Status {
	return Status{
		State: State(p.state.Load()), Run: p.run.Load(), Restarts: p.restarts.Load(), PID: p.pid.Load(), PGID: p.pgid.Load(),
		ExitCode: p.exitCode.Load(), ExitSignal: p.exitSignal.Load(), EndedBy: p.endedBy.Load(),
		StartedAt: p.startedAt.Load(), ReadyAt: p.readyAt.Load(), EndedAt: p.endedAt.Load(), RunPosition: p.runPosition.Load(),
	}
}

func (p *ManagedProcess) beginRun(position int64) {
	for _, fact := range []*atomic.Int32{&p.pid, &p.pgid, &p.exitCode, &p.exitSignal, &p.endedBy} {
		fact.Store(0)
	}
	for _, time := range []*atomic.Int64{&p.startedAt, &p.readyAt, &p.endedAt} {
		time.Store(0)
	}
	p.runPosition.Store(position)
	p.run.Add(1)
}

// ProcessManager is the reference's pattern: a sync.Map by id, and a counter.
type ProcessManager struct {
	processes sync.Map
	active    atomic.Int64
}

// Register puts the process in unless its id is taken.
func (m *ProcessManager) Register(id string) bool {
	if _, taken := m.processes.LoadOrStore(id, &ManagedProcess{}); taken {
		return false
	}
	m.active.Add(1)
	return true
}

// Remove takes the id out.
func (m *ProcessManager) Remove(id string) bool {
	if _, there := m.processes.LoadAndDelete(id); !there {
		return false
	}
	m.active.Add(-1)
	return true
}

// Get finds a process.
func (m *ProcessManager) Get(id string) (*ManagedProcess, bool) {
	value, found := m.processes.Load(id)
	if !found {
		return nil, false
	}
	return value.(*ManagedProcess), true
}

// Listed is an id with its state.
type Listed struct {
	ID    string
	State State
}

// List has every process; the slice has room for all from the start.
func (m *ProcessManager) List() []Listed {
	listed := make([]Listed, 0, m.active.Load())
	m.processes.Range(func(id, value any) bool {
		listed = append(listed, Listed{id.(string), State(value.(*ManagedProcess).state.Load())})
		return true
	})
	return listed
}

const key = "/home/somebody/shop\x00server"

func managerOf(entries int) *ProcessManager {
	manager := &ProcessManager{}
	for i := 1; i < entries; i++ {
		manager.Register(fmt.Sprintf("%s-%d", key, i))
	}
	manager.Register(key)
	return manager
}

func openStatus(_ Row, sizes Sizes) (Operation, Operation) {
	manager := managerOf(sizes.Processes)
	process, _ := manager.Get(key)
	run := func(n int) int {
		sum := 0
		for range n {
			found, _ := manager.Get(key)
			if status := found.Status(); status.Run >= 0 && status.State <= failed && status.StartedAt >= 0 {
				sum++
			}
		}
		return sum
	}
	return run, func(n int) int {
		for i := range n {
			process.CompareAndSwapState(pending, starting)
			process.beginRun(int64(i))
			process.pid.Store(int32(1000 + i))
			process.pgid.Store(int32(1000 + i))
			process.startedAt.Store(1_000_001)
			process.CompareAndSwapState(starting, running)
			process.exitCode.Store(1)
			process.exitSignal.Store(0)
			process.endedBy.Store(1)
			process.endedAt.Store(2_000_001)
			process.CompareAndSwapState(running, stopped)
			process.CompareAndSwapState(stopped, pending)
		}
		return n
	}
}

func churn(manager *ProcessManager, name string) Operation {
	ids := make([]string, 64)
	for i := range ids {
		ids[i] = fmt.Sprintf("/home/somebody/shop\x00%s-%d", name, i)
	}
	return func(n int) int {
		sum := 0
		for i := range n {
			id := ids[i%len(ids)]
			if manager.Register(id) && manager.Remove(id) {
				sum++
			}
		}
		return sum
	}
}

func openRegister(_ Row, sizes Sizes) (Operation, Operation) {
	manager := managerOf(sizes.Processes)
	return churn(manager, "own"), churn(manager, "other")
}

func openList(row Row, _ Sizes) (Operation, Operation) {
	manager := managerOf(row.Entries)
	run := func(n int) int {
		sum := 0
		for range n {
			sum += len(manager.List())
		}
		return sum
	}
	return run, churn(manager, "other")
}

func mover(process *ManagedProcess) Operation {
	next := [...]State{starting, running, stopping, stopped, pending, pending}
	return func(n int) int {
		moved, now := 0, State(process.state.Load())
		for range n {
			if process.CompareAndSwapState(now, next[now]) {
				moved++
				now = next[now]
			} else {
				now = State(process.state.Load())
			}
		}
		return min(n, moved*n)
	}
}

func openCas(Row, Sizes) (Operation, Operation) {
	process := &ManagedProcess{}
	return mover(process), mover(process)
}

func openAdd(Row, Sizes) (Operation, Operation) {
	counter := &atomic.Int64{}
	add := func(n int) int {
		for range n {
			counter.Add(1)
		}
		return n
	}
	return add, add
}

// openAlone shares nothing: what the machine itself takes for a second busy thread.
func openAlone(Row, Sizes) (Operation, Operation) {
	counts := func() Operation {
		own := new(struct {
			_     [128]byte
			count atomic.Int32
			_     [128]byte
		})
		return func(n int) int {
			for range n {
				own.count.Add(1)
			}
			return n
		}
	}
	return counts(), counts()
}

// openWord reads what another thread changes: the least that can be.
func openWord(Row, Sizes) (Operation, Operation) {
	shared := new(struct {
		_    [128]byte
		word atomic.Int32
		_    [128]byte
	})
	read := func(n int) int {
		var last int32
		for range n {
			last = shared.word.Load()
		}
		if last == -1 {
			return 0
		}
		return n
	}
	add := func(n int) int {
		for range n {
			shared.word.Add(1)
		}
		return n
	}
	return read, add
}
