package botd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"github.com/containerd/ttrpc"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
)

// Reasons that this package gives itself; all others come from the daemon.
const (
	// ReasonAddressMalformed: the address is neither unix:PATH nor tcp://HOST:PORT (InvalidArgument).
	ReasonAddressMalformed = "ADDRESS_MALFORMED"
	// ReasonConnectionRefused: nobody listens at the address (Unavailable).
	ReasonConnectionRefused = "CONNECTION_REFUSED"
	// ReasonConnectionLost: the connection broke; whether the call ran is not known (Unavailable).
	ReasonConnectionLost = "CONNECTION_LOST"
	// ReasonNotTTRPC: what answers at the address speaks something else (Internal).
	ReasonNotTTRPC = "NOT_TTRPC"
	// ReasonTLSFailed: TLS could not be agreed on: a certificate is missing or not trusted, or the peer has no TLS (Internal).
	ReasonTLSFailed = "TLS_FAILED"
	// ReasonMalformed: the answer cannot be decoded (Internal).
	ReasonMalformed = "MALFORMED"
	// ReasonDaemonTooOld: the daemon is older than MinimumVersion or serves another interface (Unimplemented).
	ReasonDaemonTooOld = "DAEMON_TOO_OLD"
	// ReasonDeadlineExceeded: no answer in time; a change may have happened all the same (DeadlineExceeded).
	ReasonDeadlineExceeded = "DEADLINE_EXCEEDED"
	// ReasonCanceled: the caller's context was canceled (Canceled).
	ReasonCanceled = "CANCELED"
	// ReasonMessageTooLarge: a message is over 4 MiB, in either direction (ResourceExhausted).
	ReasonMessageTooLarge = "MESSAGE_TOO_LARGE"
	// ReasonStreamCut: a subscription ended without being asked to (Unavailable).
	ReasonStreamCut = "STREAM_CUT"
	// ReasonSilent: nothing came on a subscription for three heartbeat intervals (Unavailable).
	ReasonSilent = "SILENT"
	// ReasonItemsMissing: items of a subscription are missing, and subscribing again did not bring them (DataLoss).
	ReasonItemsMissing = "ITEMS_MISSING"
	// ReasonStreamsNeedConnection: a streaming method was called on a Client; call it on a Connection (FailedPrecondition).
	ReasonStreamsNeedConnection = "STREAMS_NEED_CONNECTION"
)

// Violation is one thing that is wrong with a request.
type Violation struct {
	// Field is the path in the request, for example "spec.capital".
	Field string
	// Reason is machine-readable, for example "MUST_BE_POSITIVE".
	Reason string
	// Message says what to do.
	Message string
}

// Error is how every call and subscription of this package fails; get it by errors.As. Act on Code and Reason, show Message.
type Error struct {
	// Code is the gRPC status code.
	Code codes.Code
	// Reason is machine-readable and stable, for example "BOT_NOT_FOUND".
	Reason string
	// Field is the path of the offending field; empty: the request as a whole.
	Field string
	// Message says in words what is wrong and what to do.
	Message string
	// Violations is everything that is wrong with the request; empty when Reason and Field say it all.
	Violations []Violation
	// LastSequence is that of the last recorded item sent, on a subscription that the daemon ended; 0: none.
	LastSequence int64

	cause error
}

// Error returns reason, message and violations in one line.
func (e *Error) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "botd: %s", e.Message)
	for _, violation := range e.Violations {
		fmt.Fprintf(&text, "; %s: %s", violation.Field, violation.Message)
	}
	fmt.Fprintf(&text, " (%v", e.Code)
	if e.Reason != "" {
		fmt.Fprintf(&text, ", %s", e.Reason)
	}
	text.WriteByte(')')
	return text.String()
}

// Unwrap returns what caused it, for example context.DeadlineExceeded; nil when the daemon said so itself.
func (e *Error) Unwrap() error { return e.cause }

// IsTemporary reports whether the same request may succeed later, unchanged.
func (e *Error) IsTemporary() bool {
	switch e.Code {
	case codes.Unavailable, codes.Aborted:
		return true
	case codes.ResourceExhausted:
		return e.Reason != ReasonMessageTooLarge && e.Reason != "METADATA_TOO_LARGE"
	}
	return false
}

// FromError returns err as an *Error, nil for nil. Calls and subscriptions of this package return such errors already, except calls
// whose answer cannot be decoded; streams of the generated stubs return the transport's.
func FromError(err error) *Error {
	var own *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &own):
		return own
	case errors.Is(err, context.DeadlineExceeded):
		return &Error{Code: codes.DeadlineExceeded, Reason: ReasonDeadlineExceeded, Message: "no answer in time", cause: err}
	case errors.Is(err, context.Canceled):
		return &Error{Code: codes.Canceled, Reason: ReasonCanceled, Message: "canceled by the caller", cause: err}
	case errors.Is(err, proto.Error):
		return &Error{Code: codes.Internal, Reason: ReasonMalformed, Message: "the answer cannot be decoded: " + err.Error(), cause: err}
	case errors.Is(err, ttrpc.ErrProtocol):
		return &Error{Code: codes.Internal, Reason: ReasonNotTTRPC, Message: "the peer breaks the protocol: " + err.Error(), cause: err}
	}
	if state, ok := status.FromError(err); ok {
		return fromStatus(state.Proto())
	}
	return &Error{Code: codes.Unavailable, Reason: ReasonConnectionLost, Message: "the connection broke: " + err.Error(), cause: err}
}

// fromStatus reads a status with its botd.v1.ErrorInfo; details of other types are skipped.
func fromStatus(state *spb.Status) *Error {
	result := &Error{Code: codes.Code(state.GetCode()), Message: state.GetMessage()}
	for _, detail := range state.GetDetails() {
		info := new(botdv1.ErrorInfo)
		if !detail.MessageIs(info) || proto.Unmarshal(detail.GetValue(), info) != nil {
			continue
		}
		result.Reason, result.Field, result.LastSequence = info.GetReason(), info.GetField(), info.GetLastSequence()
		if info.GetMessage() != "" {
			result.Message = info.GetMessage()
		}
		for _, violation := range info.GetViolations() {
			result.Violations = append(result.Violations, Violation{violation.GetField(), violation.GetReason(), violation.GetMessage()})
		}
		return result
	}
	// The transport refuses frames that are too large with this code and nothing else; the daemon always gives a reason.
	if result.Code == codes.ResourceExhausted {
		result.Reason = ReasonMessageTooLarge
	}
	return result
}

// HistoryTrimmed ends a subscription whose bookmark is older than what the daemon retains: items between them are gone.
type HistoryTrimmed struct {
	// First and Last are the oldest and newest sequence retained; 0: not known.
	First, Last int64
	err         *Error
}

// Error says what is retained.
func (e *HistoryTrimmed) Error() string {
	return fmt.Sprintf("%v: sequences %d to %d are retained", e.err, e.First, e.Last)
}

// Unwrap returns the *Error.
func (e *HistoryTrimmed) Unwrap() error { return e.err }

// JournalChanged ends a subscription whose bookmark belongs to another journal, or lies beyond the end of a journal that was
// restored from a copy. Drop the bookmark, follow FromNow or FromStart, and read the current state by calls.
type JournalChanged struct {
	// Last is the newest sequence of the daemon's journal; 0: not known.
	Last int64
	err  *Error
}

// Error says why the bookmark is of no use.
func (e *JournalChanged) Error() string { return e.err.Error() }

// Unwrap returns the *Error, whose Reason is "OTHER_JOURNAL" or "SEQUENCE_BEYOND_END".
func (e *JournalChanged) Unwrap() error { return e.err }

// outOfRange gives an error of a subscription the type it has for users.
func outOfRange(err *Error) error {
	switch {
	case err.Code != codes.OutOfRange:
		return err
	case err.Reason == "OTHER_JOURNAL" || err.Reason == "SEQUENCE_BEYOND_END":
		return &JournalChanged{Last: err.LastSequence, err: err}
	}
	return &HistoryTrimmed{Last: err.LastSequence, err: err}
}
