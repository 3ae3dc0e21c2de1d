extension EndpointTable {
  /// Public market data.
  static let marketREST: [String: APIEndpoint] = [
    "GET /api/v3/ping": MarketEndpoints.ping,
    "GET /api/v3/time": MarketEndpoints.time,
    "GET /api/v3/exchangeInfo": MarketEndpoints.exchangeInfo,
    "GET /api/v3/klines": MarketEndpoints.klines,
    "GET /api/v3/uiKlines": MarketEndpoints.klines,
    "GET /api/v3/depth": MarketEndpoints.depth,
    "GET /api/v3/trades": MarketEndpoints.trades,
    "GET /api/v3/historicalTrades": MarketEndpoints.historicalTrades,
    "GET /api/v3/aggTrades": MarketEndpoints.aggregateTrades,
    "GET /api/v3/historicalBlockTrades": MarketEndpoints.blockTrades,
    "GET /api/v3/ticker": MarketEndpoints.ticker,
    "GET /api/v3/ticker/tradingDay": MarketEndpoints.tradingDay,
    "GET /api/v3/referencePrice": MarketEndpoints.referencePrice,
    "GET /api/v3/referencePrice/calculation": MarketEndpoints.referenceCalculation,
    "GET /api/v3/executionRules": MarketEndpoints.executionRules,
    "GET /api/v3/avgPrice": MarketEndpoints.averagePrice,
    "GET /api/v3/ticker/price": MarketEndpoints.tickerPrice,
    "GET /api/v3/ticker/bookTicker": MarketEndpoints.bookTicker,
    "GET /api/v3/ticker/24hr": MarketEndpoints.ticker24,
  ]

  /// Public market data.
  static let marketWebSocket: [String: APIEndpoint] = [
    "ping": MarketEndpoints.ping,
    "time": MarketEndpoints.time,
    "exchangeInfo": MarketEndpoints.exchangeInfo,
    "klines": MarketEndpoints.klines,
    "depth": MarketEndpoints.depth,
    "trades.recent": MarketEndpoints.trades,
    "uiKlines": MarketEndpoints.klines,
    "trades.historical": MarketEndpoints.historicalTrades,
    "trades.aggregate": MarketEndpoints.aggregateTrades,
    "blockTrades.historical": MarketEndpoints.blockTrades,
    "ticker": MarketEndpoints.ticker,
    "ticker.tradingDay": MarketEndpoints.tradingDay,
    "referencePrice": MarketEndpoints.referencePrice,
    "referencePrice.calculation": MarketEndpoints.referenceCalculation,
    "executionRules": MarketEndpoints.executionRules,
    "avgPrice": MarketEndpoints.averagePrice,
    "ticker.price": MarketEndpoints.tickerPrice,
    "ticker.book": MarketEndpoints.bookTicker,
    "ticker.24hr": MarketEndpoints.ticker24,
  ]
}
