package botd

import (
	"context"
	"testing"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// script is a stock ttrpc server that answers each subscription with the next list of messages, and so does what no daemon in order
// would. A nil message keeps the stream open in silence until the client half-closes; without it the server ends the stream (then no
// half-close may come: the stock server of 1.2.7 and before does not survive one on a stream that it ended).
type script struct {
	helloServer
	sessions chan []*botdv1.SubscribeTradesResponse
	requests chan *botdv1.SubscribeTradesRequest
	// endings are what clients sent after their requests: io.EOF for a half-close.
	endings chan error
}

func (s *script) ListTrades(context.Context, *botdv1.ListTradesRequest) (*botdv1.ListTradesResponse, error) {
	return new(botdv1.ListTradesResponse), nil
}

func (s *script) SubscribeTrades(_ context.Context, stream botdv1.TradeService_SubscribeTradesServer) error {
	request, err := stream.Recv()
	if err != nil {
		return err
	}
	s.requests <- request
	for _, message := range <-s.sessions {
		if message == nil {
			_, err := stream.Recv()
			s.endings <- err
			return nil
		}
		if message == tooSlow {
			return tooSlowError()
		}
		if err := stream.Send(message); err != nil {
			return err
		}
	}
	return nil
}

// tooSlow stands in a script for the end of a subscription whose reader is too slow.
var tooSlow = new(botdv1.SubscribeTradesResponse)

func tooSlowError() error {
	info := &botdv1.ErrorInfo{Reason: "READER_TOO_SLOW", Message: "too slow", LastSequence: 12}
	state, err := status.New(codes.ResourceExhausted, "too slow").WithDetails(info)
	if err != nil {
		return err
	}
	return state.Err()
}

// playScript follows a script from a bookmark, with a heartbeat of 1 s.
func playScript(t *testing.T, sessions ...[]*botdv1.SubscribeTradesResponse) (*script, <-chan Result[*botdv1.Trade], <-chan string) {
	t.Helper()
	s, client, reasons := serveScript(t, sessions...)
	ctx, cancel := context.WithCancel(testContext(t))
	t.Cleanup(cancel)
	results := client.TradesChannel(ctx, After(Bookmark{"j", 10}), &botdv1.SubscribeTradesRequest{HeartbeatMs: 1000})
	return s, results, reasons
}

// serveScript is a script with a client that has not subscribed yet.
func serveScript(t *testing.T, sessions ...[]*botdv1.SubscribeTradesResponse) (*script, *Client, <-chan string) {
	t.Helper()
	s := &script{
		sessions: make(chan []*botdv1.SubscribeTradesResponse, 10), requests: make(chan *botdv1.SubscribeTradesRequest, 10),
		endings: make(chan error, 10),
	}
	s.start(7)
	for _, session := range sessions {
		s.sessions <- session
	}
	reasons := make(chan string, 10)
	client, err := New(Options{
		Address: serve(t, func(server *ttrpc.Server) {
			botdv1.RegisterSystemServiceService(server, &s.helloServer)
			botdv1.RegisterTradeServiceService(server, s)
		}),
		OnReconnect: func(reason error, _ time.Duration) { reasons <- FromError(reason).Reason },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return s, client, reasons
}

// start makes it another run of the daemon.
func (s *script) start(time int64) {
	s.hello.Store(&botdv1.HelloResponse{Version: MinimumVersion, ApiVersion: APIVersion, StartedTimeNs: time})
}

func opened(first, last int64) *botdv1.SubscribeTradesResponse {
	return &botdv1.SubscribeTradesResponse{Opened: &botdv1.SubscriptionOpened{JournalId: "j", FirstSequence: first, LastSequence: last}}
}

// fills is a message with the fills of the given sequences, each after the one before.
func fills(previous int64, sequences ...int64) *botdv1.SubscribeTradesResponse {
	message := new(botdv1.SubscribeTradesResponse)
	for _, sequence := range sequences {
		message.Trades = append(message.Trades, &botdv1.Trade{Sequence: sequence, PreviousSequence: previous})
		previous = sequence
	}
	return message
}

func unrecorded(message *botdv1.SubscribeTradesResponse) *botdv1.SubscribeTradesResponse {
	message.NotRecorded = true
	return message
}

func beat(sequence int64) *botdv1.SubscribeTradesResponse {
	return &botdv1.SubscribeTradesResponse{Heartbeat: &botdv1.Heartbeat{LastSequence: sequence}}
}

// want checks the next items: sequences, and the bookmark after each.
func want(t *testing.T, results <-chan Result[*botdv1.Trade], pairs ...int64) {
	t.Helper()
	for index := 0; index < len(pairs); index += 2 {
		result := <-results
		if result.Err != nil {
			t.Fatalf("item %d: %v", index/2, result.Err)
		}
		sequence, bookmark := result.Value.GetSequence(), result.Bookmark
		if sequence != pairs[index] || bookmark != (Bookmark{"j", pairs[index+1]}) {
			t.Fatalf("item %d has sequence %d and bookmark %v, want %v", index/2, sequence, bookmark, pairs[index:index+2])
		}
		if isMarked := sequence != bookmark.Sequence; result.NotRecorded != isMarked {
			t.Errorf("item %d is marked %v", index/2, result.NotRecorded)
		}
	}
}
