/* The methods that stream; made by generate.sh from proto/botd/v1. */
static const struct { const char *service, *method; int kind; } streaming_methods[] = {
  { "botd.v1.BacktestService", "RunBacktest", SERVER_STREAM },
  { "botd.v1.EventService", "SubscribeEvents", BIDIRECTIONAL },
  { "botd.v1.MarketDataService", "SubscribeCandles", BIDIRECTIONAL },
  { "botd.v1.MarketDataService", "SubscribeTickers", BIDIRECTIONAL },
  { "botd.v1.StrategyService", "ServeStrategies", BIDIRECTIONAL },
  { "botd.v1.SystemService", "WatchHealth", BIDIRECTIONAL },
  { "botd.v1.TradeService", "SubscribeTrades", BIDIRECTIONAL },
};
