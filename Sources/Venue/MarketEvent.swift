public import Time
public import TradingModel

/// What a market-data feed delivers, already translated from the venue's words.
public enum MarketEvent: Hashable, Sendable {
  case candle(CandleUpdate)
  case trade(MarketTrade)
  case quote(Quote)
  case ticker(Ticker)
}

/// One public trade.
public struct MarketTrade: Hashable, Sendable {
  public var symbol: Symbol
  public var id: TradeID
  public var price: Price
  public var quantity: Quantity
  public var time: Timestamp
  /// True when the buyer rested on the book, so the aggressor sold.
  public var isBuyerMaker: Bool
  public init(symbol: Symbol, id: TradeID, price: Price, quantity: Quantity, time: Timestamp, isBuyerMaker: Bool) {
    self.symbol = symbol
    self.id = id
    self.price = price
    self.quantity = quantity
    self.time = time
    self.isBuyerMaker = isBuyerMaker
  }
}

/// Best bid and ask.
public struct Quote: Hashable, Sendable {
  public var symbol: Symbol
  public var bidPrice: Price
  public var bidQuantity: Quantity
  public var askPrice: Price
  public var askQuantity: Quantity
  /// When we received it (the stream carries no time).
  public var time: Timestamp
  public init(symbol: Symbol, bidPrice: Price, bidQuantity: Quantity, askPrice: Price, askQuantity: Quantity, time: Timestamp) {
    self.symbol = symbol
    self.bidPrice = bidPrice
    self.bidQuantity = bidQuantity
    self.askPrice = askPrice
    self.askQuantity = askQuantity
    self.time = time
  }
}

/// Rolling 24-hour statistics (miniTicker).
public struct Ticker: Hashable, Sendable {
  public var symbol: Symbol
  public var last: Price
  public var open: Price
  public var high: Price
  public var low: Price
  public var volume: Quantity
  public var quoteVolume: Amount
  public var time: Timestamp
  public init(
    symbol: Symbol, last: Price, open: Price, high: Price, low: Price, volume: Quantity, quoteVolume: Amount, time: Timestamp
  ) {
    self.symbol = symbol
    self.last = last
    self.open = open
    self.high = high
    self.low = low
    self.volume = volume
    self.quoteVolume = quoteVolume
    self.time = time
  }
}

/// Whether a feed can be trusted right now.
public enum FeedState: UInt8, Hashable, Sendable {
  case connecting = 1
  /// Connected, backfilled and receiving.
  case live = 2
  /// Connected but silent beyond its limit, or reconnecting: no entries.
  case stale = 3
}
