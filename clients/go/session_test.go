package botd

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"google.golang.org/grpc/codes"
)

type messages = []*botdv1.SubscribeTradesResponse

// A gap is seen by previous_sequence: subscribe again after the last one seen.
func TestGapIsFetchedAgain(t *testing.T) {
	s, results, reasons := playScript(t,
		messages{opened(1, 30), fills(10, 11, 12), fills(13, 14), nil},
		messages{opened(1, 30), fills(12, 13, 14), nil})
	want(t, results, 11, 11, 12, 12, 13, 13, 14, 14)
	if first, second := <-s.requests, <-s.requests; first.GetAfterSequence() != 10 || second.GetAfterSequence() != 12 ||
		first.GetJournalId() != "j" || second.GetJournalId() != "j" || second.GetHeartbeatMs() != 1000 {
		t.Errorf("asked for %v, then %v", first, second)
	}
	if reason := <-reasons; reason != ReasonItemsMissing {
		t.Errorf("connected again for %s", reason)
	}
}

// A heartbeat that names another item than the last seen tells of a gap too.
func TestHeartbeatTellsGap(t *testing.T) {
	_, results, reasons := playScript(t,
		messages{opened(1, 30), fills(10, 11), beat(11), beat(12), nil},
		messages{opened(1, 30), fills(11, 12), nil})
	want(t, results, 11, 11, 12, 12)
	if reason := <-reasons; reason != ReasonItemsMissing {
		t.Errorf("connected again for %s", reason)
	}
}

// A gap that stays is the subscriber's problem in the end.
func TestGapThatStays(t *testing.T) {
	gap := messages{opened(1, 30), fills(11, 12), nil}
	_, results, _ := playScript(t, gap, gap, gap)
	result := <-results
	expect(t, result.Err, codes.DataLoss, ReasonItemsMissing)
	if _, ok := <-results; ok {
		t.Error("the channel goes on after an error")
	}
}

func TestRepeatsAreDropped(t *testing.T) {
	_, results, _ := playScript(t, messages{opened(1, 30), fills(10, 11, 12), fills(10, 11, 12), fills(12, 13), nil})
	want(t, results, 11, 11, 12, 12, 13, 13)
}

// Items that are not recorded are given marked and move no bookmark; after a reconnection to the same run of the daemon those that
// were seen are dropped.
func TestUnrecordedItems(t *testing.T) {
	s, results, _ := playScript(t,
		messages{opened(1, 11), fills(10, 11), unrecorded(fills(11, 12, 13)), unrecorded(beat(13))},
		messages{opened(1, 11), unrecorded(fills(11, 12, 13, 14)), nil})
	want(t, results, 11, 11, 12, 11, 13, 11, 14, 11)
	<-s.requests
	if second := <-s.requests; second.GetAfterSequence() != 11 {
		t.Errorf("asked for %v", second)
	}
}

// After a restart the same sequences name other items.
func TestUnrecordedSequencesAreGivenAgain(t *testing.T) {
	s, results, reasons := playScript(t, messages{opened(1, 11), fills(10, 11), unrecorded(fills(11, 12, 13))})
	want(t, results, 11, 11, 12, 11, 13, 11)
	s.start(8)
	<-reasons
	s.sessions <- messages{opened(1, 12), fills(11, 12), unrecorded(fills(12, 13)), nil}
	want(t, results, 12, 12, 13, 12)
}

func TestSilenceIsDeath(t *testing.T) {
	started := time.Now()
	_, results, reasons := playScript(t,
		messages{opened(1, 30), fills(10, 11), nil},
		messages{opened(1, 30), fills(11, 12), nil})
	want(t, results, 11, 11, 12, 12)
	if reason := <-reasons; reason != ReasonSilent {
		t.Errorf("connected again for %s", reason)
	}
	if waited := time.Since(started); waited < 3*time.Second || waited > 30*time.Second {
		t.Errorf("three heartbeats of 1 s took %v", waited)
	}
}

func TestDrainingIsResumed(t *testing.T) {
	draining := &botdv1.SubscribeTradesResponse{Draining: &botdv1.Draining{LastSequence: 11, Reason: "stop"}}
	_, results, reasons := playScript(t,
		messages{opened(1, 30), fills(10, 11), draining},
		messages{opened(1, 30), fills(11, 12), nil})
	want(t, results, 11, 11, 12, 12)
	if reason := <-reasons; reason != ReasonStreamCut {
		t.Errorf("connected again for %s", reason)
	}
}

func TestTrimmedHistory(t *testing.T) {
	_, results, _ := playScript(t, messages{opened(12, 30), nil})
	result := <-results
	var trimmed *HistoryTrimmed
	if !errors.As(result.Err, &trimmed) || trimmed.First != 12 || trimmed.Last != 30 {
		t.Fatalf("ended by %v", result.Err)
	}
	expect(t, result.Err, codes.OutOfRange, "HISTORY_TRIMMED")
}

func TestStreamWithoutOpening(t *testing.T) {
	_, results, _ := playScript(t, messages{fills(10, 11), nil})
	expect(t, (<-results).Err, codes.Internal, ReasonNotTTRPC)
}

// Leaving a subscription, by the end of its context or of its loop, half-closes it and reads to the daemon's end.
func TestLeavingHalfCloses(t *testing.T) {
	for name, leave := range map[string]func(client *Client){
		"context": func(client *Client) {
			ctx, cancel := context.WithCancel(testContext(t))
			results := client.TradesChannel(ctx, After(Bookmark{"j", 10}), nil)
			want(t, results, 11, 11)
			cancel()
			for range results {
			}
		},
		"loop": func(client *Client) {
			client.followTrades(testContext(t), After(Bookmark{"j", 10}), nil, func(Trade, error) bool { return false })
		},
	} {
		s, client, _ := serveScript(t, messages{opened(1, 30), fills(10, 11), nil})
		started := time.Now()
		leave(client)
		if time.Since(started) >= drainTimeout {
			t.Errorf("%s: leaving took %v", name, time.Since(started))
		}
		if err := <-s.endings; !errors.Is(err, io.EOF) {
			t.Errorf("%s: the daemon saw %v", name, err)
		}
	}
}
