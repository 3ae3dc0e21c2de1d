package botd

import (
	"context"
	"io"
	"net"
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"google.golang.org/grpc/codes"
)

// cutter passes connections on to a daemon, and hangs up instead of passing on the answer to the request that armed it.
type cutter struct {
	address  string
	listener net.Listener
	armed    atomic.Bool
	cuts     atomic.Int32
	// open is the latest connection of a client, accepted how many there were.
	open     atomic.Pointer[net.Conn]
	accepted atomic.Int32
}

func newCutter(t *testing.T, target string) *cutter {
	t.Helper()
	parsed, err := parseAddress(target)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(shortFolder(t), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{address: "unix:" + path, listener: listener}
	t.Cleanup(c.stop)
	go func() {
		for near, err := listener.Accept(); err == nil; near, err = listener.Accept() {
			go c.pass(near, parsed)
		}
	}()
	return c
}

// stop takes no more connections.
func (c *cutter) stop() { c.listener.Close() }

// cut hangs up on the latest client.
func (c *cutter) cut() {
	c.cuts.Add(1)
	(*c.open.Load()).Close()
}

// pass serves one connection to its end.
func (c *cutter) pass(near net.Conn, target endpoint) {
	defer near.Close()
	c.open.Store(&near)
	c.accepted.Add(1)
	far, err := net.Dial(target.network, target.address)
	if err != nil {
		return
	}
	defer far.Close()
	go func() {
		io.Copy(far, near)
		far.Close()
	}()
	buffer := make([]byte, 1<<16)
	for {
		count, err := far.Read(buffer)
		if err != nil {
			return
		}
		if c.armed.CompareAndSwap(true, false) {
			c.cuts.Add(1)
			return
		}
		if _, err := near.Write(buffer[:count]); err != nil {
			return
		}
	}
}

// The answer to a change is lost: it is repeated under its id, and is done once.
func TestChangeIsRepeatedUnderItsID(t *testing.T) {
	d := startDaemon(t)
	proxy := newCutter(t, d.address)
	client, err := New(Options{Address: proxy.address})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.SystemService().Ping(testContext(t), &botdv1.PingRequest{}); err != nil {
		t.Fatal(err)
	}
	proxy.armed.Store(true)
	request := &botdv1.CreateBotRequest{BotId: "once", Spec: &botdv1.BotSpec{Symbol: "BTCUSDT", Strategy: "rsi", Capital: "1000"}}
	answer, err := client.BotService().CreateBot(testContext(t), request)
	if err != nil || answer.GetBot().GetId() != "once" {
		t.Fatalf("the bot was not created: %v", err)
	}
	if proxy.cuts.Load() != 1 {
		t.Errorf("%d cuts", proxy.cuts.Load())
	}
	if request.GetRequestId() != "" {
		t.Error("the caller's message was changed")
	}
	// Without the first id a repeat would have been refused like this.
	_, err = client.BotService().CreateBot(testContext(t), request)
	expect(t, err, codes.AlreadyExists, "BOT_EXISTS")
}

// An id that the caller chose counts over clients and restarts.
func TestOwnRequestID(t *testing.T) {
	d := startDaemon(t)
	id := NewRequestID()
	for range 2 {
		client := d.connect(Options{})
		_, err := client.BotService().CreateBot(testContext(t), &botdv1.CreateBotRequest{
			RequestId: id, BotId: "mine", Spec: &botdv1.BotSpec{Symbol: "BTCUSDT", Strategy: "rsi", Capital: "1000"},
		})
		if err != nil {
			t.Fatal(err)
		}
		d.restart()
	}
}

// The daemon crashes and comes back while many callers call: all calls end well, each change done once.
func TestCallsSurviveCrash(t *testing.T) {
	d := startDaemon(t)
	client := d.connect(Options{})
	ctx := testContext(t)
	const callers = 8
	begun, results := make(chan struct{}, callers), make(chan error, callers)
	stop := make(chan struct{})
	for range callers {
		go func() { results <- pingUntil(ctx, client, begun, stop) }()
	}
	for range callers {
		<-begun
	}
	d.restart()
	close(stop)
	for range callers {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if _, err := client.BotService().ListBots(ctx, &botdv1.ListBotsRequest{}); err != nil {
		t.Error(err)
	}
}

func pingUntil(ctx context.Context, client *Client, begun chan<- struct{}, stop <-chan struct{}) error {
	for count := 0; ; count++ {
		if _, err := client.SystemService().Ping(ctx, &botdv1.PingRequest{Payload: []byte("hi")}); err != nil {
			return err
		}
		if count == 0 {
			begun <- struct{}{}
		}
		select {
		case <-stop:
			return nil
		default:
		}
	}
}
