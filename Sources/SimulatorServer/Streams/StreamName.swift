import TradingModel

/// A market stream's name, read.
enum StreamName: Hashable {
  case kline(Symbol, Interval)
  case trade(Symbol)
  case aggregateTrade(Symbol)
  case bookTicker(Symbol)
  case miniTicker(Symbol)
  case ticker(Symbol)
  case partialDepth(Symbol, levels: Int)
  case allMiniTickers
  /// Anything else may be subscribed to and stays silent, as on the exchange.
  case unknown

  init(_ text: String) {
    if text == "!miniTicker@arr" {
      self = .allMiniTickers
      return
    }
    guard let at = text.firstIndex(of: "@"), let symbol = Symbol(text[..<at]), text[..<at] == text[..<at].lowercased() else {
      self = .unknown
      return
    }
    let kind = text[text.index(after: at)...]
    switch kind {
    case "trade": self = .trade(symbol)
    case "aggTrade": self = .aggregateTrade(symbol)
    case "bookTicker": self = .bookTicker(symbol)
    case "miniTicker": self = .miniTicker(symbol)
    case "ticker": self = .ticker(symbol)
    case "depth5", "depth5@100ms": self = .partialDepth(symbol, levels: 5)
    case "depth10", "depth10@100ms": self = .partialDepth(symbol, levels: 10)
    case "depth20", "depth20@100ms": self = .partialDepth(symbol, levels: 20)
    default:
      if kind.hasPrefix("kline_"), let interval = Interval(rawValue: String(kind.dropFirst(6))) {
        self = .kline(symbol, interval)
      } else {
        self = .unknown
      }
    }
  }
}
