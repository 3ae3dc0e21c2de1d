//go:build go1.23

// Command follow-fills creates a bot, starts it, prints its fills, also over restarts of the daemon, and stops it on Ctrl-C. Run it
// again with the same bookmark file: it goes on after the last fill it printed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/signal"
	"time"

	botd "github.com/botd-trading/botd/clients/go"
	"github.com/botd-trading/botd/clients/go/botdv1"
	"google.golang.org/grpc/codes"
)

func main() {
	bot := flag.String("bot", "go-sample", "id of the bot; created when there is none")
	file := flag.String("bookmark-file", "follow-fills.bookmark", "where to keep how far it came")
	flag.Parse()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	if err := run(ctx, *bot, *file); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, bot, file string) error {
	client, err := botd.New(botd.Options{OnReconnect: func(reason error, wait time.Duration) {
		log.Printf("%v; trying again in %v", reason, wait.Round(time.Millisecond))
	}})
	if err != nil {
		return err
	}
	defer client.Close()
	if err := start(ctx, client, bot); err != nil {
		return err
	}
	if err := follow(ctx, client, bot, file); !errors.Is(err, context.Canceled) {
		return err
	}
	// Ctrl-C has ended ctx; stopping takes another.
	_, err = client.BotService().StopBot(context.Background(), &botdv1.StopBotRequest{BotId: bot})
	return err
}

// start makes sure that the bot is there and runs.
func start(ctx context.Context, client *botd.Client, bot string) error {
	_, err := client.BotService().CreateBot(ctx, &botdv1.CreateBotRequest{
		BotId: bot,
		Spec: &botdv1.BotSpec{
			Symbol: "BTCUSDT", Strategy: "ema_cross", Interval: "1m", Capital: "10000",
			Parameters: []*botdv1.KeyValue{{Key: "fast", Value: "2"}, {Key: "slow", Value: "3"}},
		},
	})
	var refused *botd.Error
	if errors.As(err, &refused) && refused.Code == codes.AlreadyExists {
		log.Printf("bot %s is there already", bot)
	} else if err != nil {
		return err
	}
	_, err = client.BotService().StartBot(ctx, &botdv1.StartBotRequest{BotId: bot})
	return err
}

// follow prints fills and keeps the bookmark after each.
func follow(ctx context.Context, client *botd.Client, bot, file string) error {
	from := botd.FromStart()
	if text, err := os.ReadFile(file); err == nil {
		bookmark, err := botd.ParseBookmark(string(text))
		if err != nil {
			return err
		}
		from = botd.After(bookmark)
	}
	for fill, err := range client.Trades(ctx, from, &botdv1.SubscribeTradesRequest{BotIds: []string{bot}}) {
		if err != nil {
			return err
		}
		fmt.Println(fill.Value.GetSequence(), fill.Value.GetSide(), fill.Value.GetQuantity(), "at", fill.Value.GetPrice())
		if err := os.WriteFile(file, []byte(fill.Bookmark.String()), 0o600); err != nil {
			return err
		}
	}
	return nil
}
