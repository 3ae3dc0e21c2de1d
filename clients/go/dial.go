package botd

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
)

// Connection is one connection to a daemon, logged in. Give its Client to the generated constructors, for example
// botdv1.NewMarketDataServiceClient, to use the streaming methods that a botd.Client has no helper for. Never leave a stream unread:
// up to ttrpc 1.2.8 it holds up all calls of its connection. End a bidirectional stream by CloseSend and read on to io.EOF; end
// RunBacktest early by closing the connection. Errors of streams are the transport's; FromError reads them.
type Connection struct {
	// Client is the transport's client. Unary calls through it have a deadline, a request id and errors as those of a botd.Client, but
	// nothing is repeated.
	Client *ttrpc.Client
	// Hello is what the daemon said about itself when the connection was opened.
	Hello *botdv1.HelloResponse

	options Options
	guard   *guard
	// until is time.Until; tests of the bytes on the wire fix it.
	until func(time.Time) time.Duration
}

// Dial opens a connection: connects, logs in when there is a token, asks who is there. Errors are *Error:
// ReasonConnectionRefused, ReasonTLSFailed, ReasonNotTTRPC, ReasonDaemonTooOld, ReasonDeadlineExceeded, and the daemon's own.
func Dial(ctx context.Context, options Options) (*Connection, error) {
	options = options.withDefaults()
	ctx, cancel := withTimeout(ctx, options.Timeout)
	defer cancel()
	raw, err := dialRaw(ctx, options)
	if err != nil {
		return nil, err
	}
	connection := newConnection(raw, options)
	if err := connection.greet(ctx); err != nil {
		connection.Close()
		return nil, err
	}
	return connection, nil
}

// newConnection starts the transport on an open connection.
func newConnection(raw net.Conn, options Options) *Connection {
	connection := &Connection{options: options, guard: &guard{Conn: raw}, until: time.Until}
	connection.Client = ttrpc.NewClient(connection.guard, ttrpc.WithUnaryClientInterceptor(connection.intercept))
	return connection
}

// Close ends the connection and with it all its streams.
func (c *Connection) Close() error { return c.Client.Close() }

func dialRaw(ctx context.Context, options Options) (net.Conn, error) {
	target, err := parseAddress(options.Address)
	if err != nil {
		return nil, err
	}
	raw, err := new(net.Dialer).DialContext(ctx, target.network, target.address)
	if err != nil {
		return nil, dialError(ctx, options.Address, err)
	}
	if options.TLS == nil || target.network != "tcp" {
		return raw, nil
	}
	config := options.TLS.Clone()
	if config.ServerName == "" {
		config.ServerName, _, _ = net.SplitHostPort(target.address)
	}
	secure := tls.Client(raw, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		raw.Close()
		if ctx.Err() != nil {
			return nil, FromError(ctx.Err())
		}
		return nil, tlsError(options.Address, err)
	}
	return secure, nil
}

func dialError(ctx context.Context, address string, err error) error {
	switch {
	case ctx.Err() != nil:
		return FromError(ctx.Err())
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, os.ErrNotExist):
		return &Error{
			Code: codes.Unavailable, Reason: ReasonConnectionRefused, cause: err,
			Message: "nobody answers at " + address + ": is botd running? BOTD_ADDRESS or Options.Address names another address",
		}
	case errors.Is(err, os.ErrPermission):
		return &Error{Code: codes.PermissionDenied, Reason: "USER_NOT_ALLOWED", Message: "this user may not open " + address, cause: err}
	}
	return &Error{
		Code: codes.Unavailable, Reason: ReasonConnectionRefused, Message: "cannot connect to " + address + ": " + err.Error(), cause: err,
	}
}

func tlsError(address string, cause error) *Error {
	return &Error{Code: codes.Internal, Reason: ReasonTLSFailed, Message: "no TLS with " + address + ": " + cause.Error(), cause: cause}
}

// greet logs in and checks who is there.
func (c *Connection) greet(ctx context.Context) error {
	system := botdv1.NewSystemServiceClient(c.Client)
	if c.options.Token != "" {
		if _, err := system.Login(ctx, &botdv1.LoginRequest{Token: c.options.Token}); err != nil {
			return err
		}
	}
	hello, err := system.Hello(ctx, &botdv1.HelloRequest{Client: c.options.Name})
	if failure := FromError(err); failure != nil {
		if failure.Code == codes.Unimplemented {
			return tooOld("what answers at " + c.options.Address + " is no botd of this interface: " + failure.Message)
		}
		return failure
	}
	if hello.GetApiVersion() != APIVersion || !isAtLeast(hello.GetVersion(), MinimumVersion) {
		return tooOld(fmt.Sprintf("the daemon at %s is version %q with interface %q; this client needs %s or newer with %s",
			c.options.Address, hello.GetVersion(), hello.GetApiVersion(), MinimumVersion, APIVersion))
	}
	c.Hello = hello
	return nil
}
