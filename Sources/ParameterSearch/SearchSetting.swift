public import TradingCore
public import TradingModel

/// What a search may vary besides the strategy's parameters: settings of the bot itself, named as in requests.
public enum SearchSetting: String, CaseIterable, Hashable, Sendable {
  case stopLoss = "stop_loss"
  case takeProfit = "take_profit"
  case trailingStop = "trailing_stop"
  case trailingStopRanges = "trailing_stop_atr"
  case riskPerTrade = "risk_per_trade"
  case maximumPosition = "max_position_fraction"
  case timeStopCandles = "time_stop_candles"
  case cooldownCandles = "cooldown_candles"
  case sizingRanges = "sizing_atr"
  case entryOffset = "entry_offset"
  case entryLifetime = "entry_lifetime"

  /// Sets it to a value that its rule allows; of counts the whole part.
  public func apply(_ value: FixedDecimal, to bot: inout BotConfiguration) {
    switch self {
    case .stopLoss: bot.stopLoss = value
    case .takeProfit: bot.takeProfit = value
    case .trailingStop: bot.trailingStop = value
    case .trailingStopRanges: bot.trailingStopRanges = value
    case .riskPerTrade: bot.riskPerTrade = value
    case .maximumPosition: bot.maximumPosition = value
    case .timeStopCandles: bot.timeStopCandles = Self.count(value)
    case .cooldownCandles: bot.cooldownCandles = Self.count(value)
    case .sizingRanges: bot.sizingRanges = value
    case .entryOffset: bot.entry.offset = value
    case .entryLifetime: bot.entry.lifetime = Self.count(value)
    }
  }

  private static func count(_ value: FixedDecimal) -> Int {
    Int(exactly: value.raw / FixedDecimal.unitsPerWhole) ?? BotConfiguration.candlesMaximum
  }

  /// The bounds of ``TradingCore/violations(of:)``.
  var rule: RangeRule {
    let ranges = BotConfiguration.rangesMaximum
    switch self {
    case .stopLoss, .trailingStop:
      return RangeRule(rawValue, "from 0 (none) to below 1 (0.02 is 2 %)") { !$0.isNegative && $0 < .one }
    case .takeProfit: return RangeRule(rawValue, "from 0 (none) to 100 (0.04 is 4 %)") { !$0.isNegative && $0 <= FixedDecimal(100) }
    case .trailingStopRanges:
      return RangeRule(rawValue, "from 0 (none) to \(ranges) average true ranges") { !$0.isNegative && $0 <= ranges }
    case .riskPerTrade, .maximumPosition:
      return RangeRule(rawValue, "above 0 and at most 1 (0.02 is 2 %)") { $0.isPositive && $0 <= .one }
    case .timeStopCandles, .cooldownCandles:
      let most = FixedDecimal(BotConfiguration.candlesMaximum)
      return RangeRule(rawValue, "a whole number from 0 (none) to \(most) candles", isWhole: true) { !$0.isNegative && $0 <= most }
    case .sizingRanges:
      return RangeRule(rawValue, "above 0 and at most \(ranges) average true ranges") { $0.isPositive && $0 <= ranges }
    case .entryOffset:
      return RangeRule(rawValue, "from 0 to below \(EntryPlan.offsetMaximum) (0.001 is 0.1 %), with --entry limit or maker") {
        !$0.isNegative && $0 < EntryPlan.offsetMaximum
      }
    case .entryLifetime:
      let most = FixedDecimal(EntryPlan.lifetimeMaximum)
      return RangeRule(rawValue, "a whole number from 1 to \(most) candles, with --entry limit or maker", isWhole: true) {
        $0 >= .one && $0 <= most
      }
    }
  }
}
