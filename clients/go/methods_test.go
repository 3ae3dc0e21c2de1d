package botd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"github.com/containerd/ttrpc"
	"google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	grpcstatus "google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// samples are requests that a running daemon with the bot "busy" deals with, in the order of the schema; methods that are not named
// get an empty one.
var samples = map[string]string{
	"BacktestService.RunBacktest":         `{"spec":{"symbol":"BTCUSDT","strategy":"rsi","capital":"1000"}}`,
	"BotService.CreateBot":                `{"botId":"idle","requestId":"create","spec":{"symbol":"ETHUSDT","strategy":"rsi","capital":"1000"}}`,
	"BotService.GetBot":                   `{"botId":"busy"}`,
	"BotService.GetBotStats":              `{"botId":"busy"}`,
	"BotService.UpdateBot":                `{"botId":"idle","requestId":"update","spec":{"capital":"2000"}}`,
	"BotService.StartBot":                 `{"botId":"busy","requestId":"start"}`,
	"BotService.StopBot":                  `{"botId":"idle","requestId":"stop"}`,
	"BotService.PauseBot":                 `{"botId":"busy","requestId":"pause"}`,
	"BotService.ResumeBot":                `{"botId":"busy","requestId":"resume"}`,
	"BotService.RemoveBot":                `{"botId":"idle","requestId":"remove"}`,
	"BotService.ClosePosition":            `{"botId":"busy","requestId":"close"}`,
	"BotService.OpenPosition":             `{"botId":"none","requestId":"open"}`,
	"BotService.ReducePosition":           `{"botId":"none","requestId":"reduce","quantity":"1"}`,
	"BotService.AdoptPosition":            `{"botId":"busy","requestId":"adopt","quantity":"0"}`,
	"BotService.ReleasePosition":          `{"botId":"none","requestId":"release"}`,
	"MarketDataService.GetCandles":        `{"symbol":"BTCUSDT","interval":"1m"}`,
	"MarketDataService.GetTicker":         `{"symbol":"BTCUSDT"}`,
	"MarketDataService.GetTradingRules":   `{"symbol":"BTCUSDT"}`,
	"MarketDataService.SubscribeCandles":  `{"symbols":["BTCUSDT"],"interval":"1m"}`,
	"MarketDataService.SubscribeTickers":  `{"symbols":["BTCUSDT"]}`,
	"OrderService.CancelOrder":            `{"clientOrderId":"none","requestId":"cancel"}`,
	"OrderService.ExplainOrder":           `{"clientOrderId":"none"}`,
	"OrderService.GetOrder":               `{"clientOrderId":"none"}`,
	"PortfolioService.ResolveDiscrepancy": `{"asset":"BTC","requestId":"resolve"}`,
	"RiskService.LockEntries":             `{"symbol":"BTCUSDT","durationMs":"60000","requestId":"lock"}`,
	"RiskService.UnlockEntries":           `{"lockId":"1","requestId":"unlock"}`,
	"RiskService.Panic":                   `{"account":"paper","requestId":"panic"}`,
	"RiskService.SetRiskLimits":           `{"limits":{"maxOpenOrders":"50"},"requestId":"limits"}`,
	"RiskService.SetTradingState":         `{"tradingState":"TRADING_STATE_ACTIVE","requestId":"state"}`,
	"StrategyService.GetStrategy":         `{"name":"rsi"}`,
	"SystemService.Login":                 `{"token":"wrong"}`,
	"SystemService.Ping":                  `{"payload":"aGk="}`,
}

// refusals are the methods whose sample is refused, with the code.
var refusals = map[string]codes.Code{
	// No quantity, no such bot, nothing missing.
	"BotService.AdoptPosition":            codes.InvalidArgument,
	"BotService.OpenPosition":             codes.NotFound,
	"BotService.ReducePosition":           codes.NotFound,
	"BotService.ReleasePosition":          codes.NotFound,
	"PortfolioService.ResolveDiscrepancy": codes.FailedPrecondition,
	// No such lock.
	"RiskService.UnlockEntries": codes.NotFound,

	"OrderService.CancelOrder":  codes.NotFound,
	"OrderService.ExplainOrder": codes.NotFound,
	"OrderService.GetOrder":     codes.NotFound,
	"SystemService.Login":       codes.Unauthenticated,
	// An empty message registers nothing.
	"StrategyService.ServeStrategies": codes.InvalidArgument,
}

// The stock transport alone, no code of this package between it and the daemon, calls every method that the schema describes.
func TestStockClientCallsEveryMethod(t *testing.T) {
	d := startDaemon(t)
	busyBot(t, d.connect(Options{}), "busy")
	raw, err := dialRaw(testContext(t), Options{Address: d.address})
	if err != nil {
		t.Fatal(err)
	}
	client := ttrpc.NewClient(raw)
	defer client.Close()
	methods := allMethods()
	shutdown := slices.IndexFunc(methods, func(m protoreflect.MethodDescriptor) bool { return m.Name() == "Shutdown" })
	methods = append(slices.Delete(slices.Clone(methods), shutdown, shutdown+1), methods[shutdown])
	if len(methods) < 45 {
		t.Fatalf("only %d methods were found", len(methods))
	}
	for _, method := range methods {
		name := fmt.Sprintf("%s.%s", method.Parent().Name(), method.Name())
		t.Run(name, func(t *testing.T) { checkMethod(t, client, method, name) })
	}
	<-d.ended // the last method is Shutdown
	if code := d.command.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the daemon ended with exit code %d", code)
	}
}

// allMethods are the methods of botd.v1 in the order of the schema, its files by name.
func allMethods() (list []protoreflect.MethodDescriptor) {
	var files []protoreflect.FileDescriptor
	protoregistry.GlobalFiles.RangeFilesByPackage("botd.v1", func(file protoreflect.FileDescriptor) bool {
		files = append(files, file)
		return true
	})
	slices.SortFunc(files, func(a, b protoreflect.FileDescriptor) int { return strings.Compare(a.Path(), b.Path()) })
	for _, file := range files {
		for s := 0; s < file.Services().Len(); s++ {
			methods := file.Services().Get(s).Methods()
			for m := 0; m < methods.Len(); m++ {
				list = append(list, methods.Get(m))
			}
		}
	}
	return list
}

func checkMethod(t *testing.T, client *ttrpc.Client, method protoreflect.MethodDescriptor, name string) {
	request, response := newMessage(t, method.Input()), newMessage(t, method.Output())
	if text, ok := samples[name]; ok {
		if err := protojson.Unmarshal([]byte(text), request); err != nil {
			t.Fatal(err)
		}
	}
	err := invoke(testContext(t), client, method, request, response)
	if method.Name() == "Shutdown" && errors.Is(err, ttrpc.ErrClosed) {
		return // the stock transport drops an answer at random when the connection ends right behind it
	}
	state, ok := grpcstatus.FromError(err)
	if !ok {
		t.Fatalf("the call broke: %v", err)
	}
	if state.Code() != refusals[name] {
		t.Fatalf("answered %v", err)
	}
	if err != nil {
		checkErrorInfo(t, state.Proto())
	}
}

// checkErrorInfo checks that a refusal has exactly one readable detail with a reason and a message.
func checkErrorInfo(t *testing.T, state *status.Status) {
	t.Helper()
	info := new(botdv1.ErrorInfo)
	if len(state.GetDetails()) != 1 {
		t.Fatalf("%d details", len(state.GetDetails()))
	}
	if err := state.GetDetails()[0].UnmarshalTo(info); err != nil || info.GetReason() == "" || info.GetMessage() == "" {
		t.Fatalf("the detail is %v (%v)", info, err)
	}
}

func newMessage(t *testing.T, descriptor protoreflect.MessageDescriptor) proto.Message {
	t.Helper()
	kind, err := protoregistry.GlobalTypes.FindMessageByName(descriptor.FullName())
	if err != nil {
		t.Fatal(err)
	}
	return kind.New().Interface()
}

// invoke calls a method of any kind; of a bidirectional stream it takes the first message and half-closes, of a server stream all.
func invoke(ctx context.Context, client *ttrpc.Client, method protoreflect.MethodDescriptor, request, response proto.Message) error {
	service, name := string(method.Parent().FullName()), string(method.Name())
	if !method.IsStreamingServer() {
		return client.Call(ctx, service, name, request, response)
	}
	opening := request
	if method.IsStreamingClient() {
		opening = nil
	}
	desc := &ttrpc.StreamDesc{StreamingClient: method.IsStreamingClient(), StreamingServer: true}
	stream, err := newStream(ctx, client, desc, service, name, opening)
	if err != nil {
		return err
	}
	if method.IsStreamingClient() {
		if err := stream.SendMsg(request); err != nil {
			return err
		}
	}
	if err := stream.RecvMsg(response); err != nil {
		return err
	}
	if method.IsStreamingClient() {
		if err := stream.CloseSend(); err != nil {
			return err
		}
	}
	for {
		if err := stream.RecvMsg(response); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// newStream passes a missing request as the transport wants it.
func newStream(
	ctx context.Context, client *ttrpc.Client, desc *ttrpc.StreamDesc, service, name string, opening proto.Message,
) (ttrpc.ClientStream, error) {
	if opening == nil {
		return client.NewStream(ctx, desc, service, name, nil)
	}
	return client.NewStream(ctx, desc, service, name, opening)
}
