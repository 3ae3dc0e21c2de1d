package botd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"google.golang.org/grpc/codes"
)

// drainTimeout bounds the wait for the daemon's own end after a half-close.
const drainTimeout = 2 * time.Second

// session is one open subscription.
type session[T any] struct {
	follower   *follower[T]
	connection *Connection
	stream     stream[T]
	// chain is the sequence of the last item of this subscription, recorded or not.
	chain    int64
	isLive   bool
	isOpened bool
	isSilent atomic.Bool
	half     sync.Once
	// over ends with the session.
	over context.Context
}

// halfClose tells the daemon that nothing more is wanted, once; the connection is closed when it does not end its side in time.
func (s *session[T]) halfClose() {
	s.half.Do(func() {
		timer := time.AfterFunc(drainTimeout, func() { s.connection.Close() })
		context.AfterFunc(s.over, func() { timer.Stop() })
		s.stream.CloseSend() // when it fails the connection is broken, and what came before is still to be read.
	})
}

// read takes messages until the subscription ends, and says why it ended.
func (s *session[T]) read(ctx context.Context) error {
	for {
		message, err := s.receive()
		if err != nil {
			return s.ended(err)
		}
		if ctx.Err() != nil {
			continue // half-closed by then: what still comes is drained.
		}
		if err := s.take(message); err != nil || s.follower.isStopped {
			s.drain()
			return err
		}
	}
}

// receive waits for a message, at most three heartbeat intervals.
func (s *session[T]) receive() (batch[T], error) {
	timer := time.AfterFunc(3*s.follower.kind.heartbeat, func() {
		s.isSilent.Store(true)
		s.connection.Close()
	})
	defer timer.Stop()
	return s.stream.receive()
}

// drain half-closes and reads on to the end.
func (s *session[T]) drain() {
	s.halfClose()
	for {
		if _, err := s.stream.receive(); err != nil {
			return
		}
	}
}

// ended turns what ended the stream into an error.
func (s *session[T]) ended(err error) *Error {
	switch {
	case s.isSilent.Load():
		return &Error{
			Code: codes.Unavailable, Reason: ReasonSilent,
			Message: fmt.Sprintf("nothing came for %v: the connection is dead", 3*s.follower.kind.heartbeat),
		}
	case errors.Is(err, io.EOF):
		return &Error{Code: codes.Unavailable, Reason: ReasonStreamCut, Message: "the daemon ended the subscription", cause: err}
	}
	return s.connection.explain(err)
}

// take deals with one message: its items first, then its markers.
func (s *session[T]) take(message batch[T]) error {
	if err := s.open(message.opened); err != nil {
		return err
	}
	for _, item := range message.items {
		if err := s.item(item, message.notRecorded); err != nil || s.follower.isStopped {
			return err
		}
	}
	if message.caughtUp != nil && s.follower.options.OnCaughtUp != nil {
		s.follower.options.OnCaughtUp(s.follower.position.bookmark)
	}
	if beat := message.heartbeat; beat != nil && beat.GetLastSequence() != s.chain {
		return missing(beat.GetLastSequence(), s.chain)
	}
	return nil
}

// open takes the first message's marker: the journal that sequences belong to, and where a live subscription begins.
func (s *session[T]) open(opened *botdv1.SubscriptionOpened) error {
	if s.isOpened {
		return nil
	}
	f := s.follower
	if opened == nil {
		return &Error{Code: codes.Internal, Reason: ReasonNotTTRPC, Message: "the subscription's first message does not open it"}
	}
	if first := opened.GetFirstSequence(); s.chain > 0 && first > s.chain+1 {
		return &HistoryTrimmed{First: first, Last: opened.GetLastSequence(), err: &Error{
			Code: codes.OutOfRange, Reason: "HISTORY_TRIMMED", LastSequence: opened.GetLastSequence(),
			Message: fmt.Sprintf("what came after sequence %d is not retained any more", s.chain),
		}}
	}
	if s.isLive {
		s.chain = opened.GetLastSequence()
		f.position.isHistory = true
		f.position.bookmark.Sequence = s.chain
	}
	f.position.bookmark.JournalID = opened.GetJournalId()
	s.isOpened, f.isOpened = true, true
	return nil
}

// item passes one item on, unless it came before.
func (s *session[T]) item(value T, notRecorded bool) error {
	f := s.follower
	sequence, previous := f.kind.place(value)
	switch {
	case sequence == 0:
		s.give(value, notRecorded)
		return nil
	case sequence <= s.chain:
		return nil
	case previous != s.chain:
		return missing(previous, s.chain)
	}
	s.chain = sequence
	if !notRecorded {
		f.position.bookmark.Sequence = sequence
		s.give(value, false)
	} else if sequence > f.unrecorded {
		f.unrecorded = sequence
		s.give(value, true)
	}
	return nil
}

func (s *session[T]) give(value T, notRecorded bool) {
	f := s.follower
	f.hasProgress = true
	f.isStopped = !f.yield(Item[T]{Value: value, Bookmark: f.position.bookmark, NotRecorded: notRecorded}, nil)
}

func missing(previous, seen int64) *Error {
	return &Error{
		Code: codes.DataLoss, Reason: ReasonItemsMissing,
		Message: fmt.Sprintf("items are missing: the one before has sequence %d, the last seen has %d", previous, seen),
	}
}
