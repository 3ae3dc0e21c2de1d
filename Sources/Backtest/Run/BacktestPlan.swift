import Strategies
package import Time
import TradingCore
package import TradingModel

/// Settings and markets, checked and cut to the range of time: what a run needs to begin.
package struct BacktestPlan {
  /// One symbol of the run.
  package struct Market {
    var market: BacktestMarket
    /// The interval that is traded.
    package var interval: Interval
    /// The rows that trade.
    var rows: Range<Int>
    /// Closed candles of the traded interval from before, oldest first.
    var history: [Candle]
    /// How much of the rows the market's finer candles cover; `nil` without any.
    package var detail: DetailCoverage?
  }

  /// The markets that have a bot, in the order given.
  package private(set) var markets: [Market] = []
  /// Open of the first candle that trades.
  package private(set) var start = Timestamp.distantFuture
  /// End of the last one.
  package private(set) var end = Timestamp(nanoseconds: .min)

  /// Candles of history handed to strategies before the first that trades.
  static let historyMaximum = 1_000

  /// Throws the first thing that keeps the run from beginning. Cost: the history's candles are joined where the bot's are longer.
  package init(_ settings: BacktestSettings, _ given: [BacktestMarket]) throws(BacktestError) {
    guard !settings.bots.isEmpty else { throw BacktestError(.invalidSetting, field: "spec", "there is no bot to run") }
    for market in given {
      let bots = settings.bots.filter { $0.symbol == market.symbol }
      guard let first = bots.first else { continue }
      guard !markets.contains(where: { $0.market.symbol == market.symbol }) else {
        throw BacktestError(.invalidSetting, field: "candles", "the candles of \(market.symbol) are given twice")
      }
      if let other = bots.first(where: { $0.interval != first.interval }) {
        throw BacktestError(
          .invalidSetting, field: "spec.interval",
          "the bots on \(market.symbol) use the intervals \(first.interval) and \(other.interval); run them one interval at a time")
      }
      try add(market, interval: first.interval, settings)
    }
    for bot in settings.bots where !given.contains(where: { $0.symbol == bot.symbol }) {
      throw BacktestError(.invalidSetting, field: "spec.symbol", "there are no candles of \(bot.symbol)")
    }
  }

  /// Throws for finer candles that cover nothing of the run. Parts of a run may well be without: the whole is asked.
  package func requireDetailToCover() throws(BacktestError) {
    for market in markets { if let refusal = market.detail?.refusal(market.market) { throw refusal } }
  }

  private mutating func add(_ market: BacktestMarket, interval: Interval, _ settings: BacktestSettings) throws(BacktestError) {
    guard Self.isMultiple(interval, of: market.interval) else {
      throw BacktestError(
        .invalidSetting, field: "spec.interval",
        "the interval \(interval) cannot be made of the file's \(market.interval) candles of \(market.symbol); it must be a whole multiple")
    }
    let candles = market.candles
    let low = settings.from.map { from in Self.firstRow(candles) { $0.openTime >= from } } ?? 0
    let high = settings.to.map { to in Self.firstRow(candles) { $0.openTime >= to } } ?? candles.count
    guard low < high, let last = candles[..<high].last else {
      throw BacktestError(.insufficientData, field: "from", Self.emptyRange(market, settings))
    }
    let detail = market.detail.isEmpty ? nil : DetailCoverage(market, rows: low..<high)
    start = min(start, candles[low].openTime)
    end = max(end, market.interval.nextOpenTime(after: last.openTime))
    markets.append(
      Market(
        market: market, interval: interval, rows: low..<high, history: Self.history(market, interval: interval, before: low), detail: detail
      ))
  }

  private static func emptyRange(_ market: BacktestMarket, _ settings: BacktestSettings) -> String {
    guard let first = market.candles.first, let last = market.candles.last else { return "there are no candles of \(market.symbol)" }
    return "no candle of \(market.symbol) lies in the range asked for; the data go from \(first.openTime) to \(last.openTime)"
  }

  /// Whether candles of `coarse` can be put together from whole ones of `fine`.
  static func isMultiple(_ coarse: Interval, of fine: Interval) -> Bool {
    if coarse == fine { return true }
    guard fine.milliseconds < coarse.milliseconds else { return false }
    switch coarse {
    case .oneMonth, .oneWeek: return fine.milliseconds <= 86_400_000 && 86_400_000 % fine.milliseconds == 0
    default: return fine != .oneWeek && fine != .oneMonth && coarse.milliseconds % fine.milliseconds == 0
    }
  }

  private static func history(_ market: BacktestMarket, interval: Interval, before row: Int) -> [Candle] {
    guard row > 0 else { return [] }
    let ratio = Int(max(interval.milliseconds / market.interval.milliseconds, 1))
    let from = max(0, row - (historyMaximum + 1) * ratio)
    let fine = market.candles[from..<row]
    guard interval != market.interval else { return Array(fine.suffix(historyMaximum)) }
    var joined: [Candle] = []
    var partial: Candle?
    for candle in fine {
      let opens = interval.openTime(containing: candle.openTime)
      if let known = partial, known.openTime == opens {
        partial = known.joined(with: candle)
      } else {
        partial = candle.openTime == opens ? candle : nil
      }
      if let whole = partial, market.interval.nextOpenTime(after: candle.openTime) == interval.nextOpenTime(after: opens) {
        joined.append(whole)
        partial = nil
      }
    }
    return joined.suffix(historyMaximum)
  }

  private static func firstRow(_ candles: [Candle], where test: (Candle) -> Bool) -> Int {
    var low = 0
    var high = candles.count
    while low < high {
      let middle = (low + high) / 2
      if test(candles[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
