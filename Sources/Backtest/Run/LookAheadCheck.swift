import Time
import TradingCore
import TradingModel
import Venue

/// Proves on given candles that no decision depends on later ones.
///
/// The data are cut at several places; behind each cut every candle is replaced by another (the later prices mirrored at the cut's close).
/// Every fill before the cut, with its time, price, quantity and reason, must be the same as in the whole run. Cuts lie on the bounds of the
/// coarsest candles used.
public enum LookAheadCheck {
  public struct Verdict: Sendable, Hashable {
    public var cuts: Int
    /// Fills compared, all cuts together.
    public var comparisons: Int
    /// The first that changed, in words; `nil` when none did.
    public var firstChange: String?
  }

  static let cutsMaximum = 8

  /// Cost: a backtest for each cut.
  ///
  /// - Parameter strategies: makes strategies that are not built in, anew for each cut.
  public static func run(
    _ settings: BacktestSettings, markets: [BacktestMarket], whole: BacktestOutcome, strategies: Backtest.StrategyMaker? = nil,
    progress: (Double) -> Void = { _ in }
  ) throws(BacktestError) -> Verdict {
    var verdict = Verdict(cuts: 0, comparisons: 0, firstChange: nil)
    let intervals = settings.bots.map(\.interval) + markets.map(\.interval)
    let coarsest = intervals.max { $0.milliseconds < $1.milliseconds } ?? .oneMinute
    let span = whole.end.nanoseconds(since: whole.start)
    for cut in 1...cutsMaximum {
      progress(Double(cut - 1) / Double(cutsMaximum))
      let at = whole.start.advanced(byNanoseconds: span / Int64(cutsMaximum + 1) * Int64(cut))
      let time = coarsest.openTime(containing: at)
      var backtest = try Backtest(settings, markets: markets.map { changed($0, from: time) }, strategies: strategies)
      let other = try backtest.run()
      verdict.cuts += 1
      let before = decisions(whole, before: time)
      let after = decisions(other, before: time)
      verdict.comparisons += before.count
      guard before != after else { continue }
      let index = zip(before, after).enumerated().first { $1.0 != $1.1 }?.offset ?? min(before.count, after.count)
      let was = index < before.count ? before[index] : "nothing"
      let now = index < after.count ? after[index] : "nothing"
      verdict.firstChange = "with other candles from \(time) on, an earlier fill changed: \(was) became \(now)"
      return verdict
    }
    progress(1)
    return verdict
  }

  private static func decisions(_ outcome: BacktestOutcome, before time: Timestamp) -> [String] {
    outcome.fills.filter { $0.fill.time < time }.map { record in
      "\(record.fill.time) \(record.side) \(record.fill.quantity) \(record.fill.symbol) @ \(record.fill.price) (\(record.reason))"
    }
  }

  /// Candles from the first that ends after `time` on, mirrored at the close before; prices stay positive.
  private static func changed(_ market: BacktestMarket, from time: Timestamp) -> BacktestMarket {
    var changed = market
    changed.candles = mirrored(market.candles, market.interval, from: time)
    changed.detail = mirrored(market.detail, market.detailInterval, from: time)
    return changed
  }

  private static func mirrored(_ candles: [Candle], _ interval: Interval, from time: Timestamp) -> [Candle] {
    var result = candles
    var center = Price.zero
    let least = FixedDecimal(raw: 1_000_000)
    for index in result.indices {
      let candle = result[index]
      guard interval.nextOpenTime(after: candle.openTime) > time else {
        center = candle.close
        continue
      }
      guard center.isPositive else { continue }
      func mirror(_ price: Price) -> Price { max(center + center - price, least) }
      result[index].open = mirror(candle.open)
      result[index].close = mirror(candle.close)
      result[index].high = mirror(candle.low)
      result[index].low = mirror(candle.high)
    }
    return result
  }
}
