import Backtest
import Strategies
import Time
import TradingCore
import TradingModel

/// What the results of a search depend on, as texts: two searches with the same may share them.
///
/// What chooses among combinations (grid or random, seed, objective) is not part: a combination gives the same whoever chose it.
public enum SearchFingerprint {
  public struct Entry: Hashable, Sendable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// Cost: one pass over the candles.
  public static func entries(_ search: Search) -> [Entry] {
    var entries: [Entry] = []
    func add(_ name: String, _ value: String) { entries.append(Entry(name: name, value: value)) }
    add("ranges", search.space.ranges.map(\.description).joined(separator: " "))
    add("bots", search.settings.bots.map { text($0) }.joined(separator: "; "))
    // Every field, those included that somebody adds later.
    add("venue", String(describing: search.settings.venue))
    add("limits", String(describing: search.settings.limits))
    add("candles", search.markets.map { text($0) }.joined(separator: "; "))
    let kind = search.isWalkForward ? "walk-forward" : "single"
    add("periods", kind + search.spans.map { ", \($0.inSample)" + ($0.outOfSample.map { " then \($0)" } ?? "") }.joined())
    return entries
  }

  private static func text(_ bot: BotConfiguration) -> String {
    var bot = bot
    // The order in which parameters were written does not matter, nor whether a default was.
    if let descriptor = bot.strategyDescriptor { bot.parameters = descriptor.completed(bot.parameters) }
    let parameters = bot.parameters.entries.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    bot.parameters = StrategyParameters()
    return "\(parameters) \(String(describing: bot))"
  }

  private static func text(_ market: BacktestMarket) -> String {
    let main = text(market.candles, market.interval)
    return market.detail.isEmpty
      ? "\(market.symbol) \(main)" : "\(market.symbol) \(main), inside \(text(market.detail, market.detailInterval))"
  }

  /// Count, first and last open time, and FNV-1a over every price, by words.
  private static func text(_ candles: [Candle], _ interval: Interval) -> String {
    guard let first = candles.first, let last = candles.last else { return "\(interval) none" }
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01B3 }
    for candle in candles {
      mix(UInt64(bitPattern: candle.openTime.nanoseconds))
      for price in [candle.open, candle.high, candle.low, candle.close] {
        mix(UInt64(truncatingIfNeeded: price.raw))
        mix(UInt64(truncatingIfNeeded: price.raw >> 64))
      }
    }
    return "\(interval) \(candles.count) from \(first.openTime) to \(last.openTime) checksum \(String(hash, radix: 16))"
  }
}
