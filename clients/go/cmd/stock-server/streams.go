package main

import (
	"context"
	"strconv"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
)

// batchSize is how many items share a message, as with botd.
const batchSize = 256

// tradeService has a history of count trades, and no other follows.
type tradeService struct {
	botdv1.TradeServiceService
	count int64
}

// ListTrades gives the history in one page, whatever is asked for.
func (s tradeService) ListTrades(context.Context, *botdv1.ListTradesRequest) (*botdv1.ListTradesResponse, error) {
	return &botdv1.ListTradesResponse{Trades: trades(1, min(s.count, batchSize))}, nil
}

// SubscribeTrades sends what is asked for of the history, then nothing until the client half-closes.
func (s tradeService) SubscribeTrades(_ context.Context, stream botdv1.TradeService_SubscribeTradesServer) error {
	request, err := stream.Recv()
	if err != nil {
		return err
	}
	if err := stream.Send(&botdv1.SubscribeTradesResponse{Opened: opened(s.count)}); err != nil {
		return err
	}
	err = batches(request.GetAfterSequence(), s.count, request.GetLiveOnly(), func(list []*botdv1.Trade) error {
		return stream.Send(&botdv1.SubscribeTradesResponse{Trades: list})
	})
	if err != nil {
		return err
	}
	if err := stream.Send(&botdv1.SubscribeTradesResponse{CaughtUp: caughtUp(s.count)}); err != nil {
		return err
	}
	stream.Recv() // the half-close
	return nil
}

// eventService gives the same trades as events.
type eventService struct {
	botdv1.EventServiceService
	count int64
}

func (s eventService) SubscribeEvents(_ context.Context, stream botdv1.EventService_SubscribeEventsServer) error {
	request, err := stream.Recv()
	if err != nil {
		return err
	}
	if err := stream.Send(&botdv1.SubscribeEventsResponse{Opened: opened(s.count)}); err != nil {
		return err
	}
	err = batches(request.GetAfterSequence(), s.count, request.GetLiveOnly(), func(list []*botdv1.Trade) error {
		message := new(botdv1.SubscribeEventsResponse)
		for _, trade := range list {
			message.Events = append(message.Events, &botdv1.Event{
				Sequence: trade.GetSequence(), PreviousSequence: trade.GetPreviousSequence(), TimeNs: trade.GetTimeNs(),
				Payload: &botdv1.Event_Trade{Trade: trade},
			})
		}
		return stream.Send(message)
	})
	if err != nil {
		return err
	}
	if err := stream.Send(&botdv1.SubscribeEventsResponse{CaughtUp: caughtUp(s.count)}); err != nil {
		return err
	}
	stream.Recv() // the half-close
	return nil
}

// batches passes on the trades after a sequence in messages' portions; none to who wants live ones only.
func batches(after, count int64, isLive bool, send func([]*botdv1.Trade) error) error {
	if isLive {
		return nil
	}
	for first := after + 1; first <= count; first += batchSize {
		if err := send(trades(first, min(first+batchSize-1, count))); err != nil {
			return err
		}
	}
	return nil
}

func opened(count int64) *botdv1.SubscriptionOpened {
	return &botdv1.SubscriptionOpened{JournalId: "canned", FirstSequence: min(1, count), LastSequence: count}
}

func caughtUp(count int64) *botdv1.CaughtUp {
	return &botdv1.CaughtUp{Sequence: count, ServerTimeNs: time.Now().UnixNano()}
}

func trades(first, last int64) (list []*botdv1.Trade) {
	for sequence := first; sequence <= last; sequence++ {
		list = append(list, &botdv1.Trade{
			Sequence: sequence, PreviousSequence: sequence - 1, Symbol: "BTCUSDT", TradeId: strconv.FormatInt(1000+sequence, 10),
			ClientOrderId: "canned-1", VenueOrderId: "77", BotId: "canned", Side: botdv1.Side_SIDE_BUY, Price: "67012.5", Quantity: "0.001",
			QuoteQuantity: "67.0125", Commission: "0.0670125", CommissionAsset: "USDT", RealizedPnl: "0", TimeNs: time.Now().UnixNano(),
			Purpose: botdv1.OrderPurpose_ORDER_PURPOSE_ENTRY, Reason: "RSI 27.41 below 30",
		})
	}
	return list
}
