// Command stock-server is a ttrpc server of the stock transport and the stock stubs with canned answers of some methods of botd.v1:
// the other side in tests of the protocol, and the baseline in measurements. It serves until it is killed.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"os"
	"strings"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func main() {
	address := flag.String("listen", "", "unix:PATH to serve")
	trades := flag.Int64("trades", 3, "canned trades of the history")
	flag.Parse()
	if err := run(*address, *trades); err != nil {
		log.Fatal(err)
	}
}

func run(address string, trades int64) error {
	path, ok := strings.CutPrefix(address, "unix:")
	if !ok || path == "" {
		return fmt.Errorf("-listen must be unix:PATH, not %q", address)
	}
	server, err := ttrpc.NewServer(ttrpc.WithUnaryServerInterceptor(refuseOthers))
	if err != nil {
		return err
	}
	botdv1.RegisterSystemServiceService(server, system{})
	botdv1.RegisterBotServiceService(server, bots{})
	botdv1.RegisterTradeServiceService(server, tradeService{count: trades})
	botdv1.RegisterEventServiceService(server, eventService{count: trades})
	listener, err := net.Listen("unix", path)
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, `{"ready":true}`)
	return server.Serve(context.Background(), listener)
}

// served are the unary methods that have an answer.
var served = map[string]bool{
	"/botd.v1.SystemService/Hello":     true,
	"/botd.v1.SystemService/Ping":      true,
	"/botd.v1.SystemService/GetHealth": true,
	"/botd.v1.BotService/ListBots":     true,
	"/botd.v1.BotService/GetBot":       true,
	"/botd.v1.TradeService/ListTrades": true,
}

// refuseOthers answers UNIMPLEMENTED for all other unary methods.
func refuseOthers(
	ctx context.Context, decode ttrpc.Unmarshaler, info *ttrpc.UnaryServerInfo, handle ttrpc.Method,
) (interface{}, error) {
	if !served[info.FullMethod] {
		return nil, status.Errorf(codes.Unimplemented, "%s is not among the canned methods", info.FullMethod)
	}
	return handle(ctx, decode)
}
