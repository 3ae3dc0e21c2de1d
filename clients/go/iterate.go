//go:build go1.23

package botd

import (
	"context"
	"iter"

	"github.com/botd-trading/botd/clients/go/botdv1"
)

// Trades follows fills: history after the position, then each as it happens, without end. It connects again by itself after a lost
// connection or a restart of the daemon and goes on where it was; no item is given twice, left out, or out of order. The filter's bots,
// symbols, batch and heartbeat count, its after_sequence, journal_id and live_only do not; nil: all fills.
//
// Leaving the loop ends the subscription. An error is the last element: *JournalChanged, *HistoryTrimmed, that of ctx, or an *Error
// that subscribing again does not mend. Until the subscription was open once, every error is one, a refused connection too.
func (c *Client) Trades(ctx context.Context, from Position, filter *botdv1.SubscribeTradesRequest) iter.Seq2[Trade, error] {
	return func(yield func(Trade, error) bool) { c.followTrades(ctx, from, filter, yield) }
}

// Events follows everything that happens, under the rules of Trades. Events about health have no sequence and move no bookmark.
func (c *Client) Events(ctx context.Context, from Position, filter *botdv1.SubscribeEventsRequest) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) { c.followEvents(ctx, from, filter, yield) }
}
