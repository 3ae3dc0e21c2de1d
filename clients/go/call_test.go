package botd

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
)

func TestErrorsCarryReasons(t *testing.T) {
	client := startDaemon(t).connect(Options{})
	_, err := client.BotService().GetBot(testContext(t), &botdv1.GetBotRequest{BotId: "none"})
	var failure *Error
	if !errors.As(err, &failure) {
		t.Fatalf("%T is no *Error", err)
	}
	if failure.Code != codes.NotFound || failure.Reason != "BOT_NOT_FOUND" || failure.Field != "bot_id" || failure.Message == "" {
		t.Errorf("%+v", failure)
	}
	_, err = client.BotService().CreateBot(testContext(t), &botdv1.CreateBotRequest{
		BotId: "Bad Id", Spec: &botdv1.BotSpec{Symbol: "BTCUSDT", Strategy: "rsi", Capital: "-1"},
	})
	if !errors.As(err, &failure) || failure.Code != codes.InvalidArgument || len(failure.Violations) != 2 {
		t.Fatalf("%v", err)
	}
	if failure.Violations[0].Field != "bot_id" || failure.Violations[1].Field != "spec.capital" {
		t.Errorf("%+v", failure.Violations)
	}
}

func TestStreamsNeedConnection(t *testing.T) {
	client, err := New(Options{Address: "unix:/nowhere"})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.TradeService().SubscribeTrades(testContext(t))
	expect(t, err, codes.FailedPrecondition, ReasonStreamsNeedConnection)
}

func TestClosedClient(t *testing.T) {
	client := startDaemon(t).connect(Options{})
	if _, err := client.SystemService().Ping(testContext(t), &botdv1.PingRequest{}); err != nil {
		t.Fatal(err)
	}
	client.Close()
	client.Close()
	_, err := client.SystemService().Ping(testContext(t), &botdv1.PingRequest{})
	expect(t, err, codes.FailedPrecondition, "CLIENT_CLOSED")
}

func TestRefusedConnection(t *testing.T) {
	folder := shortFolder(t)
	dead, err := net.Listen("unix", folder+"/dead")
	if err != nil {
		t.Fatal(err)
	}
	dead.(*net.UnixListener).SetUnlinkOnClose(false)
	dead.Close()
	for _, address := range []string{"unix:" + folder + "/none", "unix:" + folder + "/dead", "tcp://127.0.0.1:1"} {
		started := time.Now()
		err := pingAt(t, Options{Address: address})
		expect(t, err, codes.Unavailable, ReasonConnectionRefused)
		if time.Since(started) > DefaultTimeout/2 {
			t.Errorf("%s was tried for %v", address, time.Since(started))
		}
	}
	if _, err := New(Options{Address: "localhost:80"}); err == nil {
		t.Error("an address without its kind was taken")
	}
}

// What answers speaks something else, says nothing, or hangs up: each has its own error, and none hangs.
func TestForeignPeers(t *testing.T) {
	for _, test := range []struct {
		name, answer string
		isClosed     bool
		code         codes.Code
		reason       string
	}{
		{"HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", false, codes.Internal, ReasonNotTTRPC},
		{"SSH", "SSH-2.0-OpenSSH_9.2\r\n", false, codes.Internal, ReasonNotTTRPC},
		{"silent", "", false, codes.DeadlineExceeded, ReasonDeadlineExceeded},
		{"hangs up", "", true, codes.DeadlineExceeded, ReasonDeadlineExceeded},
	} {
		t.Run(test.name, func(t *testing.T) {
			address := listen(t, func(conn net.Conn) {
				conn.Write([]byte(test.answer))
				if test.isClosed {
					conn.Close()
				}
			})
			expect(t, pingAt(t, Options{Address: address, Timeout: 500 * time.Millisecond}), test.code, test.reason)
		})
	}
	address := listen(t, func(conn net.Conn) { conn.Close() })
	_, err := Dial(testContext(t), Options{Address: address})
	expect(t, err, codes.Unavailable, ReasonConnectionLost)
}

func TestOldDaemon(t *testing.T) {
	for _, hello := range []*botdv1.HelloResponse{
		{Version: "0.1.9", ApiVersion: "botd.v1"}, {Version: "2.0.0", ApiVersion: "botd.v2"}, nil,
	} {
		server := new(helloServer)
		server.hello.Store(hello)
		address := serve(t, func(s *ttrpc.Server) {
			if hello != nil {
				botdv1.RegisterSystemServiceService(s, server)
			}
		})
		_, err := Dial(testContext(t), Options{Address: address})
		expect(t, err, codes.Unimplemented, ReasonDaemonTooOld)
	}
}

func TestMessagesTooLarge(t *testing.T) {
	client := startDaemon(t).connect(Options{})
	_, err := client.SystemService().Ping(testContext(t), &botdv1.PingRequest{Payload: make([]byte, maxMessage)})
	expect(t, err, codes.ResourceExhausted, ReasonMessageTooLarge)
	if !strings.Contains(err.Error(), "the request takes 41943") { // it has not left: the daemon says it otherwise
		t.Error(err)
	}
	large := &botdv1.SubscribeTradesRequest{Symbols: []string{string(make([]byte, maxMessage))}}
	for result := range client.TradesChannel(testContext(t), FromStart(), large) {
		err = result.Err
	}
	expect(t, err, codes.ResourceExhausted, ReasonMessageTooLarge)
	payload := make([]byte, 1<<20)
	answer, err := client.SystemService().Ping(testContext(t), &botdv1.PingRequest{Payload: payload})
	if err != nil || len(answer.GetPayload()) != len(payload) {
		t.Errorf("a Ping of 1 MiB: %v", err)
	}
}

func TestDeadlines(t *testing.T) {
	client := startDaemon(t).connect(Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := client.SystemService().Ping(ctx, &botdv1.PingRequest{})
	expect(t, err, codes.Canceled, ReasonCanceled)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not context.Canceled", err)
	}
	ctx, cancel = context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	_, err = client.SystemService().Ping(ctx, &botdv1.PingRequest{})
	expect(t, err, codes.DeadlineExceeded, ReasonDeadlineExceeded)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is not context.DeadlineExceeded", err)
	}
}

// A peer that reads nothing holds the transport's writer; the call ends by its deadline all the same, and so does one that waits for
// the writer.
func TestDeadlineWhilePeerReadsNothing(t *testing.T) {
	near, _ := socketPair(t)
	connection := newConnection(near, Options{Timeout: 300 * time.Millisecond}.withDefaults())
	defer connection.Close()
	started, results := time.Now(), make(chan error, 2)
	for range 2 {
		go func() {
			_, err := botdv1.NewSystemServiceClient(connection.Client).Ping(
				context.Background(), &botdv1.PingRequest{Payload: make([]byte, 3<<20)})
			results <- err
		}()
	}
	for range 2 {
		expect(t, <-results, codes.DeadlineExceeded, ReasonDeadlineExceeded)
	}
	if waited := time.Since(started); waited > stallTimeout/2 {
		t.Errorf("the calls ended after %v", waited)
	}
}

// An answer arrives although the connection ends right behind it, as it does with that of Shutdown.
func TestAnswerBeforeTheEnd(t *testing.T) {
	for range 500 {
		near, far := socketPair(t)
		connection := newConnection(near, Options{}.withDefaults())
		go func() {
			far.Read(make([]byte, 1000))
			far.Write([]byte{0, 0, 0, 0, 0, 0, 0, 1, 2, 0})
			far.Close()
		}()
		_, err := botdv1.NewSystemServiceClient(connection.Client).Shutdown(context.Background(), &botdv1.ShutdownRequest{})
		connection.Close()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// expect checks an error's code and reason.
func expect(t *testing.T, err error, code codes.Code, reason string) {
	t.Helper()
	var failure *Error
	if !errors.As(err, &failure) || failure.Code != code || failure.Reason != reason {
		t.Errorf("failed with %v, want %v %s", err, code, reason)
	}
}

// pingAt makes one call with a client of its own.
func pingAt(t *testing.T, options Options) error {
	t.Helper()
	client, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.SystemService().Ping(context.Background(), &botdv1.PingRequest{})
	return err
}

// listen runs a peer on a socket of its own for each connection that comes. Connections are closed in the end.
func listen(t *testing.T, peer func(net.Conn)) (address string) {
	t.Helper()
	path := filepath.Join(shortFolder(t), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			go peer(conn)
		}
	}()
	return "unix:" + path
}

// serve runs a stock ttrpc server.
func serve(t *testing.T, register func(*ttrpc.Server)) (address string) {
	t.Helper()
	server, err := ttrpc.NewServer()
	if err != nil {
		t.Fatal(err)
	}
	register(server)
	path := filepath.Join(shortFolder(t), "s")
	listener, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(context.Background(), listener) }()
	t.Cleanup(func() {
		server.Close()
		<-done
	})
	return "unix:" + path
}

// helloServer is a daemon that can say who it is and no more.
type helloServer struct {
	botdv1.SystemServiceService
	hello atomic.Pointer[botdv1.HelloResponse]
}

func (s *helloServer) Hello(context.Context, *botdv1.HelloRequest) (*botdv1.HelloResponse, error) {
	return s.hello.Load(), nil
}
