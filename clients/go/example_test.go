//go:build go1.23

package botd_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	botd "github.com/botd-trading/botd/clients/go"
	"github.com/botd-trading/botd/clients/go/botdv1"
)

func ExampleClient() {
	client, err := botd.New(botd.Options{Address: "unix:/run/botd/botd.sock"})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	_, err = client.BotService().GetBot(context.Background(), &botdv1.GetBotRequest{BotId: "alpha"})
	var refused *botd.Error
	if errors.As(err, &refused) && refused.Reason == "BOT_NOT_FOUND" {
		log.Print("there is no such bot")
	}
}

func ExampleClient_Trades() {
	client, err := botd.New(botd.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	bookmark := botd.Bookmark{} // the one stored last time
	for fill, err := range client.Trades(context.Background(), botd.After(bookmark), nil) {
		var changed *botd.JournalChanged
		if errors.As(err, &changed) {
			log.Fatal("the daemon has another journal: drop the bookmark and read the state anew")
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(fill.Value.GetSymbol(), fill.Value.GetSide(), fill.Value.GetQuantity(), "at", fill.Value.GetPrice())
		if !fill.NotRecorded {
			bookmark = fill.Bookmark // store it when the fill is dealt with
		}
	}
}

func ExampleParseBookmark() {
	bookmark, err := botd.ParseBookmark("4f1c:41")
	fmt.Println(bookmark.JournalID, bookmark.Sequence, err)
	_, err = botd.ParseBookmark("41")
	fmt.Println(err)
	// Output:
	// 4f1c 41 <nil>
	// botd: "41" is no bookmark (JOURNAL:SEQUENCE)
}
