//go:build go1.23

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	botd "github.com/botd-trading/botd/clients/go"
	"github.com/botd-trading/botd/clients/go/botdv1"
	"github.com/containerd/ttrpc"
)

// stock is the transport and the stubs as they come.
type stock struct {
	client *ttrpc.Client
}

func newStock(ctx context.Context, options botd.Options) (side, error) {
	if options.Address == "" {
		options.Address = botd.DefaultAddress()
	}
	path, ok := strings.CutPrefix(options.Address, "unix:")
	if !ok {
		return nil, fmt.Errorf("-stock takes unix:PATH, not %q", options.Address)
	}
	raw, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	return &stock{ttrpc.NewClient(raw)}, nil
}

func (s *stock) close() { s.client.Close() }

func (s *stock) ping(ctx context.Context) error {
	_, err := botdv1.NewSystemServiceClient(s.client).Ping(ctx, &botdv1.PingRequest{Payload: payload})
	return err
}

func (s *stock) events(ctx context.Context) (count int, err error) {
	stream, err := botdv1.NewEventServiceClient(s.client).SubscribeEvents(ctx)
	if err != nil {
		return 0, err
	}
	if err := stream.Send(new(botdv1.SubscribeEventsRequest)); err != nil {
		return 0, err
	}
	for isCaughtUp := false; !isCaughtUp; {
		message, err := stream.Recv()
		if err != nil {
			return count, err
		}
		count += len(message.GetEvents())
		isCaughtUp = message.GetCaughtUp() != nil
	}
	if err := stream.CloseSend(); err != nil {
		return count, err
	}
	for {
		if _, err := stream.Recv(); errors.Is(err, io.EOF) {
			return count, nil
		} else if err != nil {
			return count, err
		}
	}
}
