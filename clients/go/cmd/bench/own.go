//go:build go1.23

package main

import (
	"context"
	"errors"

	botd "github.com/botd-trading/botd/clients/go"
	"github.com/botd-trading/botd/clients/go/botdv1"
)

// own is package botd.
type own struct {
	client *botd.Client
	// caughtUp is called when a subscription has come to the journal's end.
	caughtUp func()
}

func newOwn(_ context.Context, options botd.Options) (side, error) {
	o := new(own)
	options.OnCaughtUp = func(botd.Bookmark) { o.caughtUp() }
	client, err := botd.New(options)
	o.client = client
	return o, err
}

func (o *own) close() { o.client.Close() }

func (o *own) ping(ctx context.Context) error {
	_, err := o.client.SystemService().Ping(ctx, &botdv1.PingRequest{Payload: payload})
	return err
}

func (o *own) events(ctx context.Context) (count int, err error) {
	ctx, o.caughtUp = context.WithCancel(ctx)
	defer o.caughtUp()
	for _, err := range o.client.Events(ctx, botd.FromStart(), nil) {
		if errors.Is(err, context.Canceled) {
			return count, nil
		}
		if err != nil {
			return count, err
		}
		count++
	}
	return count, nil
}
