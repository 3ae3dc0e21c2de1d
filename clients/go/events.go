package botd

import (
	"context"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"github.com/containerd/ttrpc"
	"google.golang.org/protobuf/proto"
)

// Event is an event as a subscription gives it.
type Event = Item[*botdv1.Event]

type eventStream struct {
	botdv1.EventService_SubscribeEventsClient
}

func (s eventStream) receive() (batch[*botdv1.Event], error) {
	m, err := s.Recv()
	return batch[*botdv1.Event]{m.GetEvents(), m.GetNotRecorded(), m.GetOpened(), m.GetCaughtUp(), m.GetHeartbeat()}, err
}

// followEvents is the subscription behind Events and EventsChannel.
func (c *Client) followEvents(
	ctx context.Context, from Position, filter *botdv1.SubscribeEventsRequest, yield func(Event, error) bool,
) {
	filter, _ = proto.Clone(filter).(*botdv1.SubscribeEventsRequest)
	if filter == nil {
		filter = new(botdv1.SubscribeEventsRequest)
	}
	open := func(ctx context.Context, client *ttrpc.Client, from request) (stream[*botdv1.Event], error) {
		filter.AfterSequence, filter.JournalId, filter.LiveOnly = from.after, from.journalID, from.liveOnly
		opened, err := botdv1.NewEventServiceClient(client).SubscribeEvents(ctx)
		if err == nil {
			err = send(opened, filter)
		}
		return eventStream{opened}, err
	}
	place := func(event *botdv1.Event) (sequence, previous int64) {
		return event.GetSequence(), event.GetPreviousSequence()
	}
	follow(ctx, kind[*botdv1.Event]{open, place, heartbeat(filter.GetHeartbeatMs())}, c.options, from, yield)
}
