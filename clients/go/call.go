package botd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
)

// maxMessage is the most bytes of one frame, without its header.
const maxMessage = 4 << 20

// withTimeout gives ctx a deadline unless it has one.
func withTimeout(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, timeout)
}

// carried is a call of a Client on its way through the transport's client of one connection, whose own interceptor hands the ready
// request on: the transport takes encoded requests in no other place.
type carried struct {
	request  *ttrpc.Request
	response *ttrpc.Response
}

type carriedKey struct{}

// dispatch sends an encoded request over this connection and waits for the response.
func (c *Connection) dispatch(ctx context.Context, request *ttrpc.Request, response *ttrpc.Response) error {
	ctx = context.WithValue(ctx, carriedKey{}, carried{request, response})
	return c.Client.Call(ctx, request.Service, request.Method, new(ttrpc.Response), new(ttrpc.Response))
}

// intercept sees every unary call of this connection.
func (c *Connection) intercept(
	ctx context.Context, request *ttrpc.Request, response *ttrpc.Response, _ *ttrpc.UnaryClientInfo, invoke ttrpc.Invoker,
) error {
	if call, ok := ctx.Value(carriedKey{}).(carried); ok {
		return c.once(ctx, call.request, call.response, invoke)
	}
	ctx, cancel := withTimeout(ctx, c.options.Timeout)
	defer cancel()
	if err := fillRequestID(request); err != nil {
		return err
	}
	return c.once(ctx, request, response, invoke)
}

// once makes one attempt. Every error is an *Error.
func (c *Connection) once(ctx context.Context, request *ttrpc.Request, response *ttrpc.Response, invoke ttrpc.Invoker) error {
	if deadline, ok := ctx.Deadline(); ok {
		request.TimeoutNano = max(1, c.until(deadline).Nanoseconds())
	}
	if err := checkSize(proto.Size(request)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return FromError(err)
	}
	c.guard.waiting.Add(1)
	err := invokeUntil(ctx, request, response, invoke)
	c.guard.waiting.Add(-1)
	if err != nil {
		return c.explain(err)
	}
	if state := response.GetStatus(); state.GetCode() != int32(codes.OK) {
		return fromStatus(state)
	}
	return nil
}

// invokeUntil waits no longer than ctx allows: the transport alone looks at it only after the request is written, and a peer that reads
// nothing holds the writer.
func invokeUntil(ctx context.Context, request *ttrpc.Request, response *ttrpc.Response, invoke ttrpc.Invoker) error {
	answer, done := new(ttrpc.Response), make(chan error, 1)
	go func() { done <- invoke(ctx, request, answer) }()
	select {
	case err := <-done:
		response.Status, response.Payload = answer.Status, answer.Payload
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// checkSize refuses a message that the daemon would not take.
func checkSize(size int) error {
	if size <= maxMessage {
		return nil
	}
	return &Error{
		Code: codes.ResourceExhausted, Reason: ReasonMessageTooLarge,
		Message: fmt.Sprintf("the request takes %d bytes, at most %d are allowed", size, maxMessage),
	}
}

// explain turns an error of the transport into one that says what happened to the connection.
func (c *Connection) explain(err error) *Error {
	if alert := c.guard.alert.Load(); alert != nil {
		return tlsError(c.options.Address, alert)
	}
	if c.guard.isForeign.Load() {
		return &Error{
			Code: codes.Internal, Reason: ReasonNotTTRPC, cause: err,
			Message: "what answers at " + c.options.Address + " does not speak ttrpc; does it want TLS, or is it another program's address?",
		}
	}
	return FromError(err)
}

// call is a unary call of a Client: repeated after a lost connection or UNAVAILABLE until the deadline, under one request id.
func (c *Client) call(ctx context.Context, request *ttrpc.Request, response *ttrpc.Response) error {
	ctx, cancel := withTimeout(ctx, c.options.Timeout)
	defer cancel()
	if err := fillRequestID(request); err != nil {
		return err
	}
	var wait backoff
	var failure *Error
	for {
		proto.Reset(response)
		latest := FromError(c.attempt(ctx, request, response))
		if latest == nil {
			return nil
		}
		if !isRepeated(latest, failure) {
			return afterwards(latest, failure)
		}
		failure = latest
		if !pause(ctx, wait.next()) {
			return afterwards(FromError(ctx.Err()), failure)
		}
	}
}

// attempt makes one attempt over the current connection, and drops that when it broke.
func (c *Client) attempt(ctx context.Context, request *ttrpc.Request, response *ttrpc.Response) error {
	connection, err := c.connection(ctx)
	if err != nil {
		return err
	}
	err = connection.dispatch(ctx, request, response)
	if failure := FromError(err); failure != nil && failure.cause != nil && failure.Code == codes.Unavailable {
		c.drop(connection)
	}
	return err
}

// isRepeated decides whether a call goes on after a failure. A refused connection counts only when an attempt before got
// further: a daemon that restarts is waited for, one that was never there is not.
func isRepeated(failure, before *Error) bool {
	return failure.Code == codes.Unavailable && (failure.Reason != ReasonConnectionRefused || before != nil)
}

// afterwards is the error of a call that gave up: out of time after failures, it also says what the failure was.
func afterwards(latest, failure *Error) error {
	if failure == nil || latest.Code != codes.DeadlineExceeded {
		return latest
	}
	result := *latest
	result.Message += "; before: " + failure.Message
	result.cause = errors.Join(latest.cause, failure)
	return &result
}
