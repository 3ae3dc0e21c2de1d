import Time
import BotAPI
import MarketData
import TradingModel
import Venue

extension V1.Ticker {
  /// The latest prices of a symbol; `nil` when none came yet.
  init?(_ symbol: Symbol, _ market: MarketDataStore) {
    let ticker = market.ticker(symbol)
    let quote = market.quote(symbol)
    let trade = market.trade(symbol)
    guard ticker != nil || quote != nil || trade != nil else { return nil }
    self.init(symbol: symbol.text)
    if let ticker {
      lastPrice = ticker.last.description
      openPrice24h = ticker.open.description
      highPrice24h = ticker.high.description
      lowPrice24h = ticker.low.description
      volume24h = ticker.volume.description
      timeNs = ticker.time.nanoseconds
    }
    if let trade, trade.time.nanoseconds >= timeNs {
      lastPrice = trade.price.description
      timeNs = trade.time.nanoseconds
    }
    if let quote {
      bidPrice = quote.bidPrice.textOrEmpty
      bidQuantity = quote.bidQuantity.description
      askPrice = quote.askPrice.textOrEmpty
      askQuantity = quote.askQuantity.description
      timeNs = max(timeNs, quote.time.nanoseconds)
    }
  }
}

extension V1.TradingRules {
  init(_ rules: TradingRules) {
    self.init(
      symbol: rules.symbol.text, tickSize: rules.tickSize.textOrEmpty, minimumPrice: rules.priceMinimum.textOrEmpty,
      maximumPrice: rules.priceMaximum.textOrEmpty, stepSize: rules.stepSize.textOrEmpty,
      minimumQuantity: rules.quantityMinimum.textOrEmpty, maximumQuantity: rules.quantityMaximum.textOrEmpty,
      marketStepSize: rules.marketStepSize.textOrEmpty, marketMaximumQuantity: rules.marketQuantityMaximum.textOrEmpty,
      minimumNotional: rules.notionalMinimum.textOrEmpty, maximumNotional: rules.notionalMaximum.textOrEmpty,
      maximumOpenOrders: Int64(rules.openOrdersMaximum), maximumStopOrders: Int64(rules.openAlgorithmicOrdersMaximum),
      status: rules.status.text, obstacles: rules.obstacles, takesPairs: rules.takesPairs)
  }
}

extension TradingRules.Status {
  /// The venue's word.
  var text: String {
    switch self {
    case .trading: "TRADING"
    case .endOfDay: "END_OF_DAY"
    case .halt: "HALT"
    case .break: "BREAK"
    case .cancelOnly: "CANCEL_ONLY"
    case .unknown: "UNKNOWN"
    }
  }
}
