package botd

import (
	"context"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"github.com/containerd/ttrpc"
	"google.golang.org/protobuf/proto"
)

// Trade is a fill as a subscription gives it.
type Trade = Item[*botdv1.Trade]

type tradeStream struct {
	botdv1.TradeService_SubscribeTradesClient
}

func (s tradeStream) receive() (batch[*botdv1.Trade], error) {
	m, err := s.Recv()
	return batch[*botdv1.Trade]{m.GetTrades(), m.GetNotRecorded(), m.GetOpened(), m.GetCaughtUp(), m.GetHeartbeat()}, err
}

// followTrades is the subscription behind Trades and TradesChannel.
func (c *Client) followTrades(
	ctx context.Context, from Position, filter *botdv1.SubscribeTradesRequest, yield func(Trade, error) bool,
) {
	filter, _ = proto.Clone(filter).(*botdv1.SubscribeTradesRequest)
	if filter == nil {
		filter = new(botdv1.SubscribeTradesRequest)
	}
	open := func(ctx context.Context, client *ttrpc.Client, from request) (stream[*botdv1.Trade], error) {
		filter.AfterSequence, filter.JournalId, filter.LiveOnly = from.after, from.journalID, from.liveOnly
		opened, err := botdv1.NewTradeServiceClient(client).SubscribeTrades(ctx)
		if err == nil {
			err = send(opened, filter)
		}
		return tradeStream{opened}, err
	}
	place := func(trade *botdv1.Trade) (sequence, previous int64) {
		return trade.GetSequence(), trade.GetPreviousSequence()
	}
	follow(ctx, kind[*botdv1.Trade]{open, place, heartbeat(filter.GetHeartbeatMs())}, c.options, from, yield)
}

// heartbeat is the interval that a request asks for; botd sends none more often than every 0.1 s.
func heartbeat(milliseconds int32) time.Duration {
	if milliseconds <= 0 {
		return defaultHeartbeat
	}
	return max(time.Duration(milliseconds)*time.Millisecond, 100*time.Millisecond)
}

// send sends a subscription's only message; one that is too large never leaves.
func send(stream ttrpc.ClientStream, message proto.Message) error {
	if err := checkSize(proto.Size(message)); err != nil {
		return err
	}
	return stream.SendMsg(message)
}
