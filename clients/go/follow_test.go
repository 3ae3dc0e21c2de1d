package botd

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"google.golang.org/grpc/codes"
)

// A subscription goes on over crashes of the daemon: every fill once, in order, as ListTrades has them.
func TestTradesSurviveCrashes(t *testing.T) {
	d := startDaemon(t)
	client := d.connect(Options{})
	busyBot(t, client, "busy")
	ctx, cancel := context.WithCancel(testContext(t))
	var seen []*botdv1.Trade
	bookmark := Bookmark{}
	crashes := 0
	for result := range client.TradesChannel(ctx, FromStart(), &botdv1.SubscribeTradesRequest{BotIds: []string{"busy"}}) {
		if result.Err != nil {
			t.Fatalf("after %d fills: %v\n%s", len(seen), result.Err, d.log.String())
		}
		seen = append(seen, result.Value)
		bookmark = result.Bookmark
		if len(seen)%5 == 0 && crashes < 3 {
			crashes++
			d.restart()
		}
		if len(seen) >= 25 {
			break
		}
	}
	cancel()
	listed := allTrades(t, client, "busy")
	if len(listed) < len(seen) {
		t.Fatalf("%d seen, %d listed", len(seen), len(listed))
	}
	for index, trade := range seen {
		if trade.GetSequence() != listed[index].GetSequence() || trade.GetTradeId() != listed[index].GetTradeId() {
			t.Fatalf("fill %d is %v, listed is %v", index, trade, listed[index])
		}
	}
	if bookmark.Sequence != seen[len(seen)-1].GetSequence() || bookmark.JournalID == "" {
		t.Errorf("the bookmark is %v", bookmark)
	}
	resumed := first(t, client, After(bookmark), &botdv1.SubscribeTradesRequest{BotIds: []string{"busy"}})
	if resumed.Value.GetPreviousSequence() != bookmark.Sequence {
		t.Errorf("after %v comes %v", bookmark, resumed.Value)
	}
}

// first is a subscription's first fill.
func first(t *testing.T, client *Client, from Position, filter *botdv1.SubscribeTradesRequest) Trade {
	t.Helper()
	ctx, cancel := context.WithCancel(testContext(t))
	defer cancel()
	result := <-client.TradesChannel(ctx, from, filter)
	if result.Err != nil {
		t.Fatal(result.Err)
	}
	return result.Item
}

// lastError follows until the subscription fails.
func lastError(client *Client, ctx context.Context, from Position) (err error) {
	for result := range client.TradesChannel(ctx, from, nil) {
		err = result.Err
	}
	return err
}

func TestBookmarkOfAnotherJournal(t *testing.T) {
	d := startDaemon(t)
	client := d.connect(Options{})
	item := first(t, client, FromStart(), nil)
	other := item.Bookmark
	other.JournalID = "another"
	var changed *JournalChanged
	err := lastError(client, testContext(t), After(other))
	if !errors.As(err, &changed) || FromError(err).Reason != "OTHER_JOURNAL" {
		t.Errorf("another journal: %v", err)
	}
	beyond := item.Bookmark
	beyond.Sequence = 1 << 40
	err = lastError(client, testContext(t), After(beyond))
	if !errors.As(err, &changed) || FromError(err).Reason != "SEQUENCE_BEYOND_END" || changed.Last < item.Bookmark.Sequence {
		t.Errorf("beyond the end: %v", err)
	}
	if code := FromError(err).Code; code != codes.OutOfRange {
		t.Errorf("the code is %v", code)
	}
}

// A live subscription knows where it began: what is filled while the daemon is down is not lost, and its heartbeats agree.
func TestLiveSubscription(t *testing.T) {
	d := startDaemon(t)
	reconnected := make(chan error, 100)
	client := d.connect(Options{OnReconnect: func(reason error, _ time.Duration) { reconnected <- reason }})
	before := allTrades(t, client, "rsi-btc")
	ctx, cancel := context.WithCancel(testContext(t))
	defer cancel()
	filter := &botdv1.SubscribeTradesRequest{HeartbeatMs: 500, BotIds: []string{"later"}}
	results := client.TradesChannel(ctx, FromNow(), filter)
	// Heartbeats alone until the bot trades: if they disagreed, the client would have connected again.
	busyBot(t, client, "later")
	result := <-results
	if result.Err != nil {
		t.Fatal(result.Err)
	}
	if len(before) > 0 && result.Bookmark.Sequence <= before[len(before)-1].GetSequence() {
		t.Errorf("history in a live subscription: %v", result.Value)
	}
	select {
	case reason := <-reconnected:
		t.Errorf("connected again: %v", reason)
	default:
	}
}

// Canceling the context half-closes: the error is the context's, and the channel closes.
func TestCancelEndsSubscription(t *testing.T) {
	d := startDaemon(t)
	caught := make(chan Bookmark, 1)
	client := d.connect(Options{OnCaughtUp: func(b Bookmark) { caught <- b }})
	ctx, cancel := context.WithCancel(testContext(t))
	filter := &botdv1.SubscribeEventsRequest{Kinds: []botdv1.EventKind{botdv1.EventKind_EVENT_KIND_BOT}}
	results := client.EventsChannel(ctx, FromStart(), filter)
	item := <-results
	if item.Err != nil || item.Value.GetBot().GetChange() != "created" {
		t.Fatalf("the first event is %v (%v)", item.Value, item.Err)
	}
	go func() {
		<-caught
		cancel()
	}()
	var last error
	for result := range results {
		last = result.Err
	}
	if last != nil && !errors.Is(last, context.Canceled) {
		t.Errorf("ended by %v", last)
	}
}
