// Package botd is the Go client of botd, the trading daemon.
//
// Messages and stubs are generated (package botdv1), the transport is github.com/containerd/ttrpc. This package adds what these lack:
// addresses, tokens and TLS, a deadline on every call, a request id on every change (which is then safe to repeat), errors with the
// daemon's reasons, and subscriptions that survive restarts.
//
//	client, err := botd.New(botd.Options{})
//	if err != nil { ... }
//	defer client.Close()
//	list, err := client.BotService().ListBots(ctx, &botdv1.ListBotsRequest{})
//	for fill, err := range client.Trades(ctx, botd.After(bookmark), nil) { ... }
//
// A Client may be used by many goroutines at once. Calls share one connection, which is opened when it is first needed and again after
// it broke; each subscription has a connection of its own, so that a slow reader holds up nobody else.
package botd
