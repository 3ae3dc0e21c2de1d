package botd

import (
	"context"
	"testing"

	"github.com/botd-trading/botd/clients/go/botdv1"
)

// A reader that stops reading holds up no other; when it reads on, nothing is missing and nothing comes twice, whether the daemon kept
// what came meanwhile or ended the subscription.
func TestSlowReaderMissesNothing(t *testing.T) {
	d := startDaemon(t)
	client := d.connect(Options{})
	busyBot(t, client, "busy")
	ctx, cancel := context.WithCancel(testContext(t))
	defer cancel()
	filter := &botdv1.SubscribeTradesRequest{BotIds: []string{"busy"}, MaxBatch: 1}
	results := client.TradesChannel(ctx, FromStart(), filter)
	var missed []*botdv1.Trade
	if result := <-results; result.Err != nil {
		t.Fatal(result.Err)
	} else if result.Value.GetPreviousSequence() != 0 {
		t.Fatalf("the first fill is %v", result.Value)
	}
	fast := client.TradesChannel(ctx, FromStart(), filter)
	for index := range 30 {
		want := <-fast
		if want.Err != nil {
			t.Fatal(want.Err)
		}
		if index > 0 {
			missed = append(missed, want.Value)
		}
	}
	for _, want := range missed {
		result := <-results
		if result.Err != nil || result.Value.GetSequence() != want.GetSequence() {
			t.Fatalf("came %v (%v), want %v", result.Value, result.Err, want)
		}
	}
}

// Against a peer that ends a slow reader's subscription the client goes on after the last item it gave.
func TestTooSlowIsResumed(t *testing.T) {
	s, results, reasons := playScript(t,
		messages{opened(1, 30), fills(10, 11, 12), tooSlow},
		messages{opened(1, 30), fills(12, 13), nil})
	want(t, results, 11, 11, 12, 12, 13, 13)
	<-s.requests
	if second := <-s.requests; second.GetAfterSequence() != 12 {
		t.Errorf("asked for %v", second)
	}
	if reason := <-reasons; reason != "READER_TOO_SLOW" {
		t.Errorf("connected again for %s", reason)
	}
}
