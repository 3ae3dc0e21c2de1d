import TradingModel

/// A market stream's name, read.
enum StreamName: Hashable {
  case kline(Symbol, Interval, TimeZoneOffset)
  case trade(Symbol)
  case aggregateTrade(Symbol)
  /// Valid, and silent: nobody trades blocks here.
  case blockTrade(Symbol)
  case bookTicker(Symbol)
  case miniTicker(Symbol)
  case ticker(Symbol)
  case rollingTicker(Symbol, RollingWindow)
  case averagePrice(Symbol)
  case referencePrice(Symbol)
  case partialDepth(Symbol, levels: Int, isFast: Bool)
  case depthUpdates(Symbol, isFast: Bool)
  case allMiniTickers
  case allRollingTickers(RollingWindow)
  /// Nothing the exchange sends; why not.
  case unknown(String)

  init(_ text: String) {
    if text.hasPrefix("!") {
      self = Self.array(text)
      return
    }
    guard let at = text.firstIndex(of: "@"), let symbol = Symbol(text[..<at]) else {
      self = .unknown("it is no name of a stream, for example btcusdt@trade")
      return
    }
    guard symbol.streamText == text[..<at] else {
      self = .unknown("symbols of streams are in small letters: \(symbol.streamText)")
      return
    }
    self = Self.single(symbol, String(text[text.index(after: at)...])) ?? .unknown("there is no such kind of stream")
  }

  /// The windows of rolling tickers (web-socket-streams.md).
  private static func window(_ text: Substring) -> RollingWindow? {
    ["1h", "4h", "1d"].contains(text) ? RollingWindow(String(text)) : nil
  }

  private static func array(_ text: String) -> StreamName {
    switch text {
    case "!miniTicker@arr": return .allMiniTickers
    case "!ticker@arr": return .unknown("it was retired on 2026-03-26; there are !miniTicker@arr and the tickers of single symbols")
    case "!bookTicker": return .unknown("it was retired in 2022-12; there are the book tickers of single symbols")
    default: break
    }
    guard text.hasPrefix("!ticker_"), text.hasSuffix("@arr"), let window = window(text.dropFirst(8).dropLast(4)) else {
      return .unknown("there is no such stream of all symbols")
    }
    return .allRollingTickers(window)
  }

  private static func single(_ symbol: Symbol, _ kind: String) -> StreamName? {
    switch kind {
    case "trade": return .trade(symbol)
    case "aggTrade": return .aggregateTrade(symbol)
    case "blockTrade": return .blockTrade(symbol)
    case "bookTicker": return .bookTicker(symbol)
    case "miniTicker": return .miniTicker(symbol)
    case "ticker": return .ticker(symbol)
    case "avgPrice": return .averagePrice(symbol)
    case "referencePrice": return .referencePrice(symbol)
    default: break
    }
    if kind.hasPrefix("ticker_") { return window(kind.dropFirst(7)).map { .rollingTicker(symbol, $0) } }
    if kind.hasPrefix("kline_") { return kline(symbol, kind.dropFirst(6)) }
    guard kind.hasPrefix("depth") else { return nil }
    let isFast = kind.hasSuffix("@100ms")
    switch isFast ? kind.dropFirst(5).dropLast(6) : kind.dropFirst(5) {
    case "": return .depthUpdates(symbol, isFast: isFast)
    case "5": return .partialDepth(symbol, levels: 5, isFast: isFast)
    case "10": return .partialDepth(symbol, levels: 10, isFast: isFast)
    case "20": return .partialDepth(symbol, levels: 20, isFast: isFast)
    default: return nil
    }
  }

  /// `1m`, or `1d@+08:00`: the only other zone that the documents name.
  private static func kline(_ symbol: Symbol, _ text: Substring) -> StreamName? {
    let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    guard let interval = parts.first.flatMap({ Interval(rawValue: String($0)) }) else { return nil }
    guard parts.count == 2 else { return .kline(symbol, interval, .utc) }
    guard parts[1] == "+08:00", let zone = TimeZoneOffset("+08:00") else { return nil }
    return .kline(symbol, interval, zone)
  }

  /// The symbol it is about; `nil` for those of all symbols.
  var symbol: Symbol? {
    switch self {
    case .kline(let symbol, _, _), .trade(let symbol), .aggregateTrade(let symbol), .blockTrade(let symbol), .bookTicker(let symbol),
      .miniTicker(let symbol), .ticker(let symbol), .rollingTicker(let symbol, _), .averagePrice(let symbol), .referencePrice(let symbol),
      .partialDepth(let symbol, _, _), .depthUpdates(let symbol, _):
      symbol
    case .allMiniTickers, .allRollingTickers, .unknown: nil
    }
  }

  /// Simulated time between two messages, in ms; `nil` for streams without a pace.
  var paceMilliseconds: Int64? {
    switch self {
    case .partialDepth(_, _, let isFast), .depthUpdates(_, let isFast): isFast ? 100 : 1_000
    case .miniTicker, .ticker, .rollingTicker, .averagePrice, .referencePrice, .allMiniTickers, .allRollingTickers: 1_000
    case .kline, .trade, .aggregateTrade, .blockTrade, .bookTicker, .unknown: nil
    }
  }
}
