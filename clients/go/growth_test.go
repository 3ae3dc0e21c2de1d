package botd

import (
	"bytes"
	"context"
	"errors"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"testing"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
)

// use is what the process holds.
type use struct {
	descriptors, goroutines int
	heap, resident          int64
}

func measure(t *testing.T) (now use) {
	t.Helper()
	debug.FreeOSMemory()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	resident, err := strconv.ParseInt(string(bytes.Fields(pages)[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return use{len(files), runtime.NumGoroutine(), int64(memory.HeapAlloc), resident * int64(os.Getpagesize())}
}

// settled measures until descriptors and goroutines are back where they were: connections that were closed end in their own time.
func settled(t *testing.T, before use) use {
	t.Helper()
	ctx := testContext(t)
	for {
		now := measure(t)
		if now.descriptors <= before.descriptors && now.goroutines <= before.goroutines || !pause(ctx, 50*time.Millisecond) {
			return now
		}
	}
}

// 10,000 calls, 1,000 reconnections of callers, 1,000 of subscriptions and 1,000 subscriptions leave no descriptor, no goroutine and no
// memory behind.
func TestNothingGrows(t *testing.T) {
	d := startDaemon(t)
	busyBot(t, d.connect(Options{}), "busy")
	rounds := func(calls, reconnections, subscriptions int) {
		runCalls(t, d, calls)
		inParallel(t, func() error { return losingCaller(t, d, reconnections) })
		inParallel(t, func() error { return losingFollower(t, d, reconnections) })
		client := d.connect(Options{})
		for range subscriptions {
			openAndLeave(t, client)
		}
		client.Close()
	}
	rounds(500, 5, 50)
	before := measure(t)
	rounds(10_000, 1_000/parallel, 1_000)
	after := settled(t, before)
	t.Logf("before %+v, after %+v", before, after)
	if after.descriptors > before.descriptors || after.goroutines > before.goroutines {
		t.Errorf("descriptors or goroutines grew: before %+v, after %+v", before, after)
	}
	if after.heap > before.heap+1<<20 || after.resident > before.resident+8<<20 {
		t.Errorf("memory grew: before %+v, after %+v", before, after)
	}
}

// parallel is how many clients lose connections at once, since each pauses before it comes back.
const parallel = 20

// patience bounds the work of one of them.
const patience = 5 * time.Minute

func inParallel(t *testing.T, work func() error) {
	t.Helper()
	results := make(chan error, parallel)
	for range parallel {
		go func() { results <- work() }()
	}
	for range parallel {
		if err := <-results; err != nil {
			t.Fatal(err)
		}
	}
}

func runCalls(t *testing.T, d *daemon, count int) {
	t.Helper()
	client := d.connect(Options{})
	defer client.Close()
	for range count {
		if _, err := client.SystemService().Ping(context.Background(), &botdv1.PingRequest{Payload: []byte("hi")}); err != nil {
			t.Fatal(err)
		}
	}
}

// openAndLeave takes one item and leaves the subscription.
func openAndLeave(t *testing.T, client *Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	results := client.TradesChannel(ctx, FromStart(), &botdv1.SubscribeTradesRequest{BotIds: []string{"busy"}})
	if result := <-results; result.Err != nil {
		t.Fatal(result.Err)
	}
	cancel()
	for range results { // to the end of the stream
	}
}

// losingCaller calls, and loses the answer and the connection each time.
func losingCaller(t *testing.T, d *daemon, count int) error {
	proxy := newCutter(t, d.address)
	defer proxy.stop()
	client, err := New(Options{Address: proxy.address, Timeout: patience})
	if err != nil {
		return err
	}
	defer client.Close()
	for range count {
		if _, err := client.SystemService().Ping(context.Background(), &botdv1.PingRequest{}); err != nil {
			return err
		}
		proxy.armed.Store(true)
		if _, err := client.SystemService().Ping(context.Background(), &botdv1.PingRequest{}); err != nil {
			return err
		}
	}
	return nil
}

// losingFollower follows events, and loses each connection after an item or more.
func losingFollower(t *testing.T, d *daemon, count int) error {
	proxy := newCutter(t, d.address)
	defer proxy.stop()
	client, err := New(Options{Address: proxy.address})
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	last, lost := int64(0), 0
	for result := range client.EventsChannel(ctx, FromStart(), &botdv1.SubscribeEventsRequest{MaxBatch: 1}) {
		if errors.Is(result.Err, context.Canceled) && lost == count {
			return nil
		}
		if result.Err != nil {
			return result.Err
		}
		if sequence := result.Value.GetSequence(); sequence != 0 {
			if result.Value.GetPreviousSequence() != last {
				t.Errorf("%d follows %d", sequence, last)
			}
			last = sequence
		}
		if lost == count {
			cancel()
		} else if accepted := int(proxy.accepted.Load()); accepted > lost {
			lost = accepted
			proxy.cut()
		}
	}
	return nil
}
