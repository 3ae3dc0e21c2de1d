package main

import (
	"context"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// system answers Hello, Ping and GetHealth; refuseOthers keeps calls of its other methods away.
type system struct {
	botdv1.SystemServiceService
}

func (system) Hello(context.Context, *botdv1.HelloRequest) (*botdv1.HelloResponse, error) {
	return &botdv1.HelloResponse{
		Version: "0.2.0", ApiVersion: "botd.v1", Mode: botdv1.TradingMode_TRADING_MODE_SIMULATED, JournalId: "canned", Role: "admin",
		Identity: "anyone", Limits: &botdv1.Limits{MaxFrameBytes: 4 << 20, MaxPageSize: 1000, MaxSubscriptions: 64},
	}, nil
}

func (system) Ping(_ context.Context, request *botdv1.PingRequest) (*botdv1.PingResponse, error) {
	return &botdv1.PingResponse{Payload: request.GetPayload(), ServerTimeNs: time.Now().UnixNano()}, nil
}

func (system) GetHealth(context.Context, *botdv1.GetHealthRequest) (*botdv1.GetHealthResponse, error) {
	return &botdv1.GetHealthResponse{
		Status: botdv1.HealthStatus_HEALTH_STATUS_OK, TimeNs: time.Now().UnixNano(), UptimeNs: int64(time.Hour),
		TradingState: botdv1.TradingState_TRADING_STATE_ACTIVE,
		Components: []*botdv1.ComponentHealth{{
			Name: "rpc", Status: botdv1.HealthStatus_HEALTH_STATUS_OK, Message: "served by stock ttrpc", SinceTimeNs: time.Now().UnixNano(),
		}},
	}, nil
}

// WatchHealth is not among the canned methods.
func (system) WatchHealth(context.Context, botdv1.SystemService_WatchHealthServer) error {
	return status.Error(codes.Unimplemented, "WatchHealth is not among the canned methods")
}

// bots has one bot; asking for another is an error with its reason.
type bots struct {
	botdv1.BotServiceService
}

var cannedBot = &botdv1.Bot{
	Id: "canned", State: botdv1.BotState_BOT_STATE_RUNNING, Mode: botdv1.TradingMode_TRADING_MODE_SIMULATED,
	Spec:       &botdv1.BotSpec{Symbol: "BTCUSDT", Strategy: "rsi", Interval: "1m", Capital: "1000"},
	QuoteAsset: "USDT", BaseAsset: "BTC", NetPnl: "12.5", Fills: 3, CreatedSequence: 1,
	Position: &botdv1.Position{BotId: "canned", Symbol: "BTCUSDT", Quantity: "0"},
}

func (bots) ListBots(context.Context, *botdv1.ListBotsRequest) (*botdv1.ListBotsResponse, error) {
	return &botdv1.ListBotsResponse{Bots: []*botdv1.Bot{cannedBot}, Total: 1}, nil
}

func (bots) GetBot(_ context.Context, request *botdv1.GetBotRequest) (*botdv1.GetBotResponse, error) {
	if request.GetBotId() == cannedBot.GetId() {
		return &botdv1.GetBotResponse{Bot: cannedBot}, nil
	}
	message := "there is no bot " + request.GetBotId()
	refused, err := status.New(codes.NotFound, message).WithDetails(
		&botdv1.ErrorInfo{Reason: "BOT_NOT_FOUND", Field: "bot_id", Message: message})
	if err != nil {
		return nil, err
	}
	return nil, refused.Err()
}
