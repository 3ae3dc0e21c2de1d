import Strategies
public import TradingModel
import Venue

/// The one judge of a bot's settings: the command line, the RPC, the core, backtests and searches show its words.
extension BotConfiguration {
  /// What is known of the symbol when settings are judged.
  public enum SymbolKnowledge: Sendable {
    /// Nothing was asked: the settings are judged by themselves.
    case unasked
    /// The exchange's symbols are not here yet.
    case notLoaded
    /// The exchange has no such symbol, or none that could be read: the sentence says which.
    case unlisted(String)
    /// Its rules, and its last price or zero.
    case listed(TradingRules, price: Price)
  }

  /// Largest capital of a bot, in quote asset.
  public static let capitalMaximum = FixedDecimal(1_000_000_000_000)
  /// Largest take-profit, as a fraction of the entry price.
  public static let takeProfitMaximum = FixedDecimal(100)

  /// Everything that is wrong, at once, each with its field as `BotSpec` names it (`parameters[period]` for a strategy's parameter);
  /// empty when nothing is. Cost: some microseconds.
  public func violations(_ symbol: SymbolKnowledge) -> [CommandError.Violation] {
    var found = SettingsViolations()
    found.add(symbol, of: self)
    let violations = served?.descriptor.violations(of: parameters)
    for violation in violations ?? StrategyCatalogue.violations(name: strategyName, parameters: parameters) {
      let isName = violation.name == "strategy"
      found.add(
        isName ? "strategy" : "parameters[\(violation.name)]", isName ? "STRATEGY_UNKNOWN" : "PARAMETER_INVALID", violation.message)
    }
    found.addMoney(self)
    found.addExits(self)
    if found.list.isEmpty, case .listed(let rules, let price) = symbol { found.addTradability(self, rules, price) }
    return found.list
  }

  /// The largest value of an entry: what its sizing asks for at most, in quote asset.
  package func largestEntry(capital: Amount) -> Amount {
    let most = capital * maximumPosition
    guard sizing == .risk, stopLoss.isPositive else { return most }
    return min(most, capital * riskPerTrade / stopLoss)
  }
}

/// Collects what is wrong with a bot's settings.
private struct SettingsViolations {
  private(set) var list: [CommandError.Violation] = []

  mutating func add(_ field: String, _ reason: String, _ message: String) {
    list.append(CommandError.Violation(field: field, reason: reason, message: message))
  }

  mutating func add(_ knowledge: BotConfiguration.SymbolKnowledge, of bot: BotConfiguration) {
    switch knowledge {
    case .unasked: break
    case .notLoaded:
      add("symbol", "RULES_NOT_LOADED", "the exchange's symbols are not loaded yet; wait until `botctl health` says the feed is up")
    case .unlisted(let sentence): add("symbol", "SYMBOL_UNKNOWN", sentence)
    case .listed(let rules, _):
      if rules.status != .trading { add("symbol", "SYMBOL_NOT_TRADING", "\(bot.symbol) is not trading on the exchange") }
    }
  }

  mutating func addMoney(_ bot: BotConfiguration) {
    if !bot.capital.isPositive { add("capital", "CAPITAL_NOT_POSITIVE", "capital must be greater than 0, not \(bot.capital)") }
    if bot.capital > BotConfiguration.capitalMaximum {
      add("capital", "CAPITAL_TOO_LARGE", "capital must be at most \(BotConfiguration.capitalMaximum)")
    }
    fraction("risk_per_trade", bot.riskPerTrade, allowsZero: false, allowsOne: true)
    fraction("max_position_fraction", bot.maximumPosition, allowsZero: false, allowsOne: true)
    ranges("sizing_atr", bot.sizingRanges)
    if bot.sizing == .volatility, !bot.sizingRanges.isPositive {
      add("sizing_atr", "OUT_OF_RANGE", "sizing_atr must be above 0 when sizing is volatility")
    }
  }

  mutating func addExits(_ bot: BotConfiguration) {
    fraction("stop_loss", bot.stopLoss, allowsZero: true, allowsOne: false)
    fraction("trailing_stop", bot.trailingStop, allowsZero: true, allowsOne: false)
    if bot.takeProfit.isNegative || bot.takeProfit > BotConfiguration.takeProfitMaximum {
      add(
        "take_profit", "FRACTION_OUT_OF_RANGE",
        "take_profit must be from 0 (none) to \(BotConfiguration.takeProfitMaximum) (0.04 is 4 %), not \(bot.takeProfit)")
    }
    ranges("trailing_stop_atr", bot.trailingStopRanges)
    candles("time_stop_candles", bot.timeStopCandles)
    candles("cooldown_candles", bot.cooldownCandles)
    if bot.entry.offset.isNegative || bot.entry.offset >= EntryPlan.offsetMaximum {
      add(
        "entry_offset", "FRACTION_OUT_OF_RANGE",
        "entry_offset must be from 0 to below \(EntryPlan.offsetMaximum) (0.001 is 0.1 % below the price), not \(bot.entry.offset)")
    }
    if bot.entry.lifetime < 1 || bot.entry.lifetime > EntryPlan.lifetimeMaximum {
      add(
        "entry_lifetime", "OUT_OF_RANGE",
        "entry_lifetime must be from 1 to \(EntryPlan.lifetimeMaximum) candles, not \(bot.entry.lifetime)")
    }
    if !bot.entry.rests, bot.entry != .market {
      add(
        "entry", "ENTRY_DOES_NOT_REST",
        "entry_offset, entry_lifetime and entry_then are for an entry that rests: set entry to limit or maker, or leave them out")
    }
    let problems = TradeGuard.problems(bot.guards, allowsCandles: true)
    if !problems.isEmpty { add("guards", "GUARD_INVALID", problems.joined(separator: "; ")) }
  }

  private mutating func fraction(_ field: String, _ value: FixedDecimal, allowsZero: Bool, allowsOne: Bool) {
    let isTooLarge = allowsOne ? value > .one : value >= .one
    guard isTooLarge || value.isNegative || (value.isZero && !allowsZero) else { return }
    let words = "\(allowsZero ? "from 0 (none)" : "above 0") \(allowsOne ? "to 1" : "to below 1")"
    add(field, "FRACTION_OUT_OF_RANGE", "\(field) must be \(words) (0.02 is 2 %), not \(value)")
  }

  private mutating func ranges(_ field: String, _ value: FixedDecimal) {
    guard value.isNegative || value > BotConfiguration.rangesMaximum else { return }
    add(field, "OUT_OF_RANGE", "\(field) must be from 0 to \(BotConfiguration.rangesMaximum) average true ranges, not \(value)")
  }

  private mutating func candles(_ field: String, _ value: Int) {
    guard value < 0 || value > BotConfiguration.candlesMaximum else { return }
    add(field, "OUT_OF_RANGE", "\(field) must be from 0 (none) to \(BotConfiguration.candlesMaximum) candles, not \(value)")
  }

  /// A bot whose largest entry the exchange refuses can never trade: the smallest capital that could is named.
  mutating func addTradability(_ bot: BotConfiguration, _ rules: TradingRules, _ price: Price) {
    func refusal(_ capital: Amount) -> RiskGate.Refusal? {
      let budget = bot.largestEntry(capital: capital)
      guard price.isPositive else { return RiskGate.notionalRefusal(budget, bot, rules) }
      if case .failure(let refusal) = RiskGate.order(for: budget, price: price, bot, rules) { return refusal }
      return nil
    }
    guard let refused = refusal(bot.capital) else { return }
    var remedy = "raise capital, max_position_fraction or risk_per_trade"
    if let smallest = Self.smallestCapital(above: bot.capital, isEnough: { refusal($0) == nil }) {
      remedy = "the smallest capital that could trade with these settings is \(smallest) \(rules.quoteAsset)"
    }
    let largest = bot.largestEntry(capital: bot.capital)
    add(
      "capital", "CAPITAL_TOO_SMALL",
      "this bot could never trade: its largest entry is worth \(largest) \(rules.quoteAsset), \(refused.message); \(remedy)")
  }

  /// The smallest capital in whole units of the quote asset (in hundredths below 10) that is enough; `nil` when none is.
  private static func smallestCapital(above capital: Amount, isEnough: (Amount) -> Bool) -> Amount? {
    var low = capital
    var high = max(capital, FixedDecimal(raw: 1_000_000))
    while !isEnough(high) {
      guard high < BotConfiguration.capitalMaximum else { return nil }
      low = high
      high = min(high + high, BotConfiguration.capitalMaximum)
    }
    let step = high < FixedDecimal(10) ? FixedDecimal(raw: 1_000_000) : FixedDecimal(1)
    while high - low > step {
      let middle = FixedDecimal(raw: low.raw + (high.raw - low.raw) / 2)
      if isEnough(middle) { high = middle } else { low = middle }
    }
    let rounded = high.roundedUp(toMultipleOf: step)
    return isEnough(rounded) ? rounded : high
  }
}
