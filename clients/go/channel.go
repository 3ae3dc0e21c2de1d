package botd

import (
	"context"

	"github.com/botd-trading/botd/clients/go/botdv1"
)

// Result is an element of a subscription's channel: an item, or the error that ended it.
type Result[T any] struct {
	Item[T]
	// Err is nil except in the last element.
	Err error
}

// TradesChannel is Trades for toolchains without iterators: the same fills on a channel, which is closed after the error that ends
// the subscription. Cancel ctx when done; the channel is then closed, with or without the error of ctx, and need not be read on.
func (c *Client) TradesChannel(
	ctx context.Context, from Position, filter *botdv1.SubscribeTradesRequest,
) <-chan Result[*botdv1.Trade] {
	return channel(ctx, func(yield func(Trade, error) bool) { c.followTrades(ctx, from, filter, yield) })
}

// EventsChannel is Events for toolchains without iterators, under the rules of TradesChannel.
func (c *Client) EventsChannel(
	ctx context.Context, from Position, filter *botdv1.SubscribeEventsRequest,
) <-chan Result[*botdv1.Event] {
	return channel(ctx, func(yield func(Event, error) bool) { c.followEvents(ctx, from, filter, yield) })
}

// channel runs a sequence in a goroutine of its own, which ends with ctx even when nobody reads.
func channel[T any](ctx context.Context, sequence func(func(Item[T], error) bool)) <-chan Result[T] {
	results := make(chan Result[T])
	go func() {
		defer close(results)
		sequence(func(item Item[T], err error) bool {
			select {
			case results <- Result[T]{item, err}:
				return true
			case <-ctx.Done():
				return false
			}
		})
	}()
	return results
}
