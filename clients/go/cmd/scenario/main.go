// Command scenario is the Go client's part in the test that all clients share: it creates and starts a bot, follows its fills over
// crashes of the daemon, and on the line "stop" stops it and lists what it filled. It prints JSON lines.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	botd "github.com/botd-trading/botd/clients/go"
	"github.com/botd-trading/botd/clients/go/botdv1"
)

func main() {
	var s scenario
	flag.StringVar(&s.address, "address", "", "the daemon's address, unix:PATH or tcp://HOST:PORT (default: that of BOTD_ADDRESS)")
	flag.StringVar(&s.bot, "bot", "", "id of the bot to create")
	flag.StringVar(&s.symbol, "symbol", "BTCUSDT", "symbol it trades")
	flag.StringVar(&s.bookmarkFile, "bookmark-file", "", "file to keep the bookmark in")
	flag.Parse()
	if err := s.run(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "scenario:", err)
		os.Exit(1)
	}
}

type scenario struct {
	address, bot, symbol, bookmarkFile string
	client                             *botd.Client
	output                             *json.Encoder
}

func (s *scenario) run(ctx context.Context) (err error) {
	s.output = json.NewEncoder(os.Stdout)
	if s.client, err = botd.New(botd.Options{Address: s.address, Name: "scenario"}); err != nil {
		return err
	}
	defer s.client.Close()
	if err := s.begin(ctx); err != nil {
		return err
	}
	if err := s.output.Encode(map[string]bool{"ready": true}); err != nil {
		return err
	}
	if err := s.follow(ctx); err != nil {
		return err
	}
	if err := s.list(ctx); err != nil {
		return err
	}
	return s.output.Encode(map[string]bool{"done": true})
}

// begin creates and starts the bot.
func (s *scenario) begin(ctx context.Context) error {
	_, err := s.client.BotService().CreateBot(ctx, &botdv1.CreateBotRequest{
		BotId: s.bot,
		Spec: &botdv1.BotSpec{
			Symbol: s.symbol, Strategy: "ema_cross", Interval: "1m", Capital: "10000",
			Parameters: []*botdv1.KeyValue{{Key: "fast", Value: "2"}, {Key: "slow", Value: "3"}},
		},
	})
	if err != nil {
		return err
	}
	_, err = s.client.BotService().StartBot(ctx, &botdv1.StartBotRequest{BotId: s.bot})
	return err
}

// follow prints fills until the line "stop" has come, the bot is stopped, and its last fill is printed.
func (s *scenario) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	fills := s.client.TradesChannel(ctx, botd.FromStart(), &botdv1.SubscribeTradesRequest{BotIds: []string{s.bot}})
	stopped := make(chan ending, 1)
	go func() { stopped <- s.stop(ctx) }()
	var seen int64
	last := int64(-1)
	for last < 0 || seen < last {
		select {
		case end := <-stopped:
			if end.err != nil {
				return end.err
			}
			last = end.sequence
		case fill := <-fills:
			if fill.Err != nil {
				return fill.Err
			}
			seen = fill.Value.GetSequence()
			if err := s.print(fill); err != nil {
				return err
			}
		}
	}
	cancel()
	for range fills { // to the daemon's end of the stream
	}
	return nil
}

// ending is the sequence of the bot's last fill, 0 without any.
type ending struct {
	sequence int64
	err      error
}

// stop waits for the line "stop" and stops the bot.
func (s *scenario) stop(ctx context.Context) ending {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() && lines.Text() != "stop" {
	}
	if _, err := s.client.BotService().StopBot(ctx, &botdv1.StopBotRequest{BotId: s.bot}); err != nil {
		return ending{err: err}
	}
	newest, err := s.client.TradeService().ListTrades(ctx, &botdv1.ListTradesRequest{
		BotIds: []string{s.bot}, NewestFirst: true, PageSize: 1,
	})
	if err != nil || len(newest.GetTrades()) == 0 {
		return ending{err: err}
	}
	return ending{sequence: newest.GetTrades()[0].GetSequence()}
}

// print writes a fill and then keeps its bookmark.
func (s *scenario) print(fill botd.Result[*botdv1.Trade]) error {
	if err := s.output.Encode(line(fill.Value)); err != nil {
		return err
	}
	if s.bookmarkFile == "" {
		return nil
	}
	fresh := s.bookmarkFile + ".new"
	if err := os.WriteFile(fresh, []byte(fill.Bookmark.String()+"\n"), 0o600); err != nil {
		return err
	}
	return os.Rename(fresh, s.bookmarkFile)
}

// list prints all fills of the bot as the daemon lists them.
func (s *scenario) list(ctx context.Context) error {
	request := &botdv1.ListTradesRequest{BotIds: []string{s.bot}, PageSize: 50}
	for {
		page, err := s.client.TradeService().ListTrades(ctx, request)
		if err != nil {
			return err
		}
		for _, trade := range page.GetTrades() {
			if err := s.output.Encode(map[string]fillLine{"listed": line(trade)}); err != nil {
				return err
			}
		}
		if request.PageToken = page.GetNextPageToken(); request.PageToken == "" {
			return nil
		}
	}
}
