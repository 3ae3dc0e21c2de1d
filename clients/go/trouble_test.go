package botd

import (
	"context"
	"errors"
	"io"
	"math/rand"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"google.golang.org/grpc/codes"
)

// followBusy is a subscription to the fills of the bot "busy", with a heartbeat of 0.1 s.
func followBusy(t *testing.T, d *daemon) (results <-chan Result[*botdv1.Trade], reasons <-chan error, cancel func()) {
	t.Helper()
	busyBot(t, d.connect(Options{}), "busy")
	lost := make(chan error, 1000)
	client := d.connect(Options{Timeout: time.Second, OnReconnect: func(reason error, _ time.Duration) { lost <- reason }})
	ctx, cancel := context.WithCancel(testContext(t))
	t.Cleanup(cancel)
	filter := &botdv1.SubscribeTradesRequest{BotIds: []string{"busy"}, HeartbeatMs: 100}
	return client.TradesChannel(ctx, FromStart(), filter), lost, cancel
}

// A daemon that hangs is noticed by its silence, and followed on when it runs again.
func TestDaemonThatHangs(t *testing.T) {
	d := startDaemon(t)
	results, reasons, _ := followBusy(t, d)
	if result := <-results; result.Err != nil {
		t.Fatal(result.Err)
	}
	if err := d.command.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	seen := []int64{}
	for isSilent := false; !isSilent; {
		select {
		case reason := <-reasons:
			expect(t, reason, codes.Unavailable, ReasonSilent)
			isSilent = true
		case result := <-results: // what was on its way
			seen = append(seen, result.Value.GetSequence())
		}
	}
	// While it hangs, connections are taken by the system and nothing answers: calls end by their deadlines.
	expect(t, pingAt(t, Options{Address: d.address, Timeout: 200 * time.Millisecond}), codes.DeadlineExceeded, ReasonDeadlineExceeded)
	if err := d.command.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		result := <-results
		if result.Err != nil {
			t.Fatal(result.Err)
		}
		seen = append(seen, result.Value.GetSequence())
	}
	for index, trade := range allTrades(t, d.connect(Options{}), "busy")[1:][:len(seen)] {
		if trade.GetSequence() != seen[index] {
			t.Errorf("fill %d is %d, want %d", index, seen[index], trade.GetSequence())
		}
	}
}

// A daemon that comes back with another state directory ends a subscription; it does not go on as if nothing had happened.
func TestDaemonWithAnotherJournal(t *testing.T) {
	d := startDaemon(t)
	results, _, _ := followBusy(t, d)
	if result := <-results; result.Err != nil {
		t.Fatal(result.Err)
	}
	d.kill()
	if err := os.RemoveAll(d.folder + "/state"); err != nil {
		t.Fatal(err)
	}
	d.start()
	var last error
	for result := range results {
		last = result.Err
	}
	var changed *JournalChanged
	if !errors.As(last, &changed) {
		t.Errorf("ended by %v", last)
	}
}

// A subscription whose daemon is away waits for it, and ends with its context.
func TestCancelWhileDaemonIsAway(t *testing.T) {
	d := startDaemon(t)
	results, reasons, cancel := followBusy(t, d)
	if result := <-results; result.Err != nil {
		t.Fatal(result.Err)
	}
	d.kill()
	for FromError(<-reasons).Reason != ReasonConnectionRefused { // from the broken connection to the refused ones
		continue
	}
	cancel()
	var last error
	for result := range results {
		last = result.Err
	}
	if last != nil && !errors.Is(last, context.Canceled) {
		t.Errorf("ended by %v", last)
	}
}

// Whatever bytes a peer answers with before it hangs up, a call and a stream end at once, and with an error unless the bytes happen to
// be an answer.
func TestGarbage(t *testing.T) {
	for seed := range int64(400) {
		random := rand.New(rand.NewSource(seed))
		garbage := make([]byte, random.Intn(60))
		random.Read(garbage)
		if len(garbage) >= 10 && seed%2 == 0 { // the header of a frame, more or less
			copy(garbage, []byte{0, 0, 0, byte(random.Intn(60)), 0, 0, 0, 1, byte(random.Intn(5)), byte(random.Intn(8))})
		}
		near, far := socketPair(t)
		connection := newConnection(near, Options{}.withDefaults())
		go func() {
			far.Write(garbage)
			far.(interface{ CloseWrite() error }).CloseWrite()
			io.Copy(io.Discard, far)
		}()
		err := callGarbage(connection, seed%4 < 2)
		isAnswer := len(garbage) > 8 && garbage[8] == 2
		if err == nil && !isAnswer || err != nil && FromError(err).Code == codes.DeadlineExceeded {
			t.Errorf("seed %d: %x gave %v", seed, garbage, err)
		}
		connection.Close()
		far.Close()
	}
}

func callGarbage(connection *Connection, isStream bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	if !isStream {
		_, err := botdv1.NewBotServiceClient(connection.Client).GetBot(ctx, &botdv1.GetBotRequest{BotId: "a"})
		return err
	}
	stream, err := botdv1.NewTradeServiceClient(connection.Client).SubscribeTrades(ctx)
	if err != nil {
		return err
	}
	for range 10 {
		if _, err := stream.Recv(); err != nil {
			return err
		}
	}
	return nil
}
