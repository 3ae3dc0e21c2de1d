package botd

import (
	"context"
	"errors"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
)

const (
	defaultHeartbeat = 10 * time.Second
	// gapsMost is how often in a row items may be missing before that is the subscriber's problem.
	gapsMost = 3
)

// batch is a message of a subscription of either kind.
type batch[T any] struct {
	items       []T
	notRecorded bool
	opened      *botdv1.SubscriptionOpened
	caughtUp    *botdv1.CaughtUp
	heartbeat   *botdv1.Heartbeat
}

// stream is an open subscription of either kind.
type stream[T any] interface {
	// receive waits for the next message.
	receive() (batch[T], error)
	CloseSend() error
}

// kind is what differs between subscriptions.
type kind[T any] struct {
	// open starts a subscription.
	open func(ctx context.Context, client *ttrpc.Client, from request) (stream[T], error)
	// place returns an item's sequence and that of the item before it.
	place func(T) (sequence, previous int64)
	// heartbeat is the interval the daemon was asked for.
	heartbeat time.Duration
}

// request is the part of a subscription's request that a follower decides.
type request struct {
	after     int64
	journalID string
	liveOnly  bool
}

// follower keeps a subscription going over as many connections as it takes.
type follower[T any] struct {
	kind    kind[T]
	options Options
	yield   func(Item[T], error) bool

	position Position
	// unrecorded is the last unrecorded sequence seen of the run of the daemon that started at run.
	unrecorded, run int64
	// isOpened says that it was open once: from then on connecting again is its own business.
	isOpened bool
	// isStopped says that yield wants no more.
	isStopped bool
	// hasProgress says that the current session gave an item.
	hasProgress bool
	gaps        int
}

// follow runs a subscription until ctx ends, yield wants no more, or an error comes that repeating does not mend; errors are yielded,
// once, as the last thing.
func follow[T any](ctx context.Context, kind kind[T], options Options, from Position, yield func(Item[T], error) bool) {
	f := &follower[T]{kind: kind, options: options, yield: yield, position: from}
	var wait backoff
	for {
		f.hasProgress = false
		err := f.session(ctx)
		if f.isStopped {
			return
		}
		if ctx.Err() != nil {
			f.fail(ctx.Err())
			return
		}
		if f.hasProgress {
			wait.reset()
			f.gaps = 0
		}
		if !f.isMended(FromError(err)) {
			f.fail(err)
			return
		}
		delay := wait.next()
		if options.OnReconnect != nil {
			options.OnReconnect(err, delay)
		}
		if !pause(ctx, delay) {
			f.fail(ctx.Err())
			return
		}
	}
}

// fail yields the error that ends the subscription.
func (f *follower[T]) fail(err error) {
	var trimmed *HistoryTrimmed
	if !errors.As(err, &trimmed) {
		err = outOfRange(FromError(err))
	}
	f.yield(Item[T]{}, err)
}

// isMended decides whether subscribing again helps.
func (f *follower[T]) isMended(failure *Error) bool {
	switch {
	case !f.isOpened:
		return false
	case failure.Reason == ReasonItemsMissing:
		f.gaps++
		return f.gaps < gapsMost
	case failure.Code == codes.DeadlineExceeded, failure.Code == codes.Canceled:
		return true
	}
	return failure.IsTemporary()
}

// from is what to ask for now.
func (f *follower[T]) from() request {
	if !f.position.isHistory {
		return request{liveOnly: true}
	}
	return request{after: f.position.bookmark.Sequence, journalID: f.position.bookmark.JournalID}
}

// session is one subscription on one connection, from its opening to its end. It returns why it ended.
func (f *follower[T]) session(ctx context.Context) error {
	connection, err := Dial(ctx, f.options)
	if err != nil {
		return err
	}
	defer connection.Close()
	if run := connection.Hello.GetStartedTimeNs(); run != f.run {
		f.run, f.unrecorded = run, 0
	}
	ask := f.from()
	// The stream outlives ctx by the half-close and what drains after it, so its context is another.
	opened, err := f.kind.open(context.Background(), connection.Client, ask)
	if err != nil {
		return connection.explain(err)
	}
	over, end := context.WithCancel(context.Background())
	defer end()
	s := &session[T]{follower: f, connection: connection, stream: opened, chain: ask.after, isLive: ask.liveOnly, over: over}
	defer context.AfterFunc(ctx, s.halfClose)()
	return s.read(ctx)
}
