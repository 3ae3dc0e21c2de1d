public import Strategies
public import TradingModel

/// A bot's settings as people write them: the one reader of them, for the command line, the RPC, backtests and searches.
///
/// An empty text and `nil` mean "not given": a creation takes the default (or finds the field missing), an update keeps what was.
public struct BotSettingsText: Hashable, Sendable {
  public var symbol = ""
  public var strategy = ""
  /// In an update an empty value returns a parameter to its default.
  public var parameters: [StrategyParameters.Entry] = []
  public var interval = ""
  public var capital = ""
  public var riskPerTrade = ""
  public var maximumPosition = ""
  public var stopLoss = ""
  public var takeProfit = ""
  public var trailingStop = ""
  public var trailingStopRanges = ""
  public var timeStopCandles: Int64?
  public var cooldownCandles: Int64?
  public var sizing = ""
  public var sizingRanges = ""
  public var compounds: Bool?
  public var autoStart: Bool?
  /// See ``TradeGuardText``; "none" removes them.
  public var guards = ""
  public var entry = ""
  public var entryOffset = ""
  public var entryLifetime: Int64?
  public var entryThen = ""

  /// Nothing given.
  public init() {}

  /// Most parameters that may be given.
  public static let parametersMaximum = 64

  /// The configuration that the texts describe, and every text that cannot be read or is missing, by its field in `BotSpec`.
  ///
  /// A field that is wrong is replaced by a value that is right, so that the rest can be judged as well
  /// (``BotConfiguration/violations(_:)``); nothing of the configuration may be used unless both lists are empty.
  ///
  /// - Parameters:
  ///   - id: whose settings they are; `nil` where there is no bot, or its id is wrong.
  ///   - base: what fields that are not given keep (an update); `nil`: a creation.
  ///   - served: what a process declared of a strategy of that name; `nil` where none serves it.
  public func configuration(
    id: BotID?, base: BotConfiguration?, served: (String) -> ServedStrategy? = { _ in nil }
  ) -> (configuration: BotConfiguration, violations: [CommandError.Violation]) {
    typealias Defaults = BotConfiguration.Defaults
    var reader = SettingsReader(isCreation: base == nil)
    var configuration = BotConfiguration(
      id: id ?? .placeholder, symbol: reader.symbol(symbol, base?.symbol),
      interval: reader.interval(interval, base?.interval ?? Defaults.interval), strategyName: reader.strategy(strategy, base?.strategyName),
      parameters: reader.parameters(parameters, base: strategy.isEmpty || strategy == base?.strategyName ? base : nil),
      capital: reader.capital(capital, base?.capital),
      riskPerTrade: reader.decimal(riskPerTrade, "risk_per_trade", base?.riskPerTrade ?? Defaults.riskPerTrade),
      maximumPosition: reader.decimal(maximumPosition, "max_position_fraction", base?.maximumPosition ?? Defaults.maximumPosition),
      stopLoss: reader.decimal(stopLoss, "stop_loss", base?.stopLoss ?? Defaults.stopLoss),
      takeProfit: reader.decimal(takeProfit, "take_profit", base?.takeProfit ?? Defaults.takeProfit),
      trailingStop: reader.decimal(trailingStop, "trailing_stop", base?.trailingStop ?? Defaults.trailingStop),
      trailingStopRanges: reader.decimal(
        trailingStopRanges, "trailing_stop_atr", base?.trailingStopRanges ?? Defaults.trailingStopRanges),
      timeStopCandles: timeStopCandles.map { Int(clamping: $0) } ?? base?.timeStopCandles ?? Defaults.timeStopCandles,
      cooldownCandles: cooldownCandles.map { Int(clamping: $0) } ?? base?.cooldownCandles ?? Defaults.cooldownCandles,
      sizing: reader.sizing(sizing, base?.sizing ?? Defaults.sizing),
      sizingRanges: reader.decimal(sizingRanges, "sizing_atr", base?.sizingRanges ?? Defaults.sizingRanges),
      compounds: compounds ?? base?.compounds ?? Defaults.compounds, autoStart: autoStart ?? base?.autoStart ?? Defaults.autoStart,
      guards: reader.guards(guards, base?.guards ?? []))
    configuration.entry = reader.entry(self, base?.entry ?? Defaults.entry)
    let kept = base?.strategyName == configuration.strategyName ? base?.served : nil
    configuration.served = served(configuration.strategyName) ?? kept
    return (configuration, reader.violations)
  }

  /// The same, and everything that is wrong with the configuration itself, but for fields whose text is wrong already.
  public func judged(
    id: BotID?, base: BotConfiguration?, served: (String) -> ServedStrategy? = { _ in nil },
    symbol knowledge: (Symbol) -> BotConfiguration.SymbolKnowledge
  ) -> (configuration: BotConfiguration, violations: [CommandError.Violation]) {
    var (configuration, violations) = configuration(id: id, base: base, served: served)
    let isSymbolKnown = !violations.contains { $0.field == "symbol" }
    for violation in configuration.violations(isSymbolKnown ? knowledge(configuration.symbol) : .unasked)
    where !violations.contains(where: { $0.field == violation.field }) {
      violations.append(violation)
    }
    return (configuration, violations)
  }
}

/// Reads the texts of a bot's settings and collects what is wrong with them.
private struct SettingsReader {
  let isCreation: Bool
  private(set) var violations: [CommandError.Violation] = []

  init(isCreation: Bool) { self.isCreation = isCreation }

  private mutating func wrong(_ field: String, _ reason: String, _ message: String) {
    violations.append(CommandError.Violation(field: field, reason: reason, message: message))
  }

  /// A text as it may be shown: no control characters, not too long.
  private func shown(_ text: String) -> String {
    let plain = String(String.UnicodeScalarView(text.unicodeScalars.prefix(40).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
    return text.unicodeScalars.count > 40 ? plain + "…" : plain
  }

  mutating func symbol(_ text: String, _ standing: Symbol?) -> Symbol {
    if text.isEmpty {
      if standing == nil { wrong("symbol", "REQUIRED", "symbol is missing: name one, for example BTCUSDT") }
      return standing ?? .placeholder
    }
    if let symbol = Symbol(text) { return symbol }
    wrong("symbol", "SYMBOL_MALFORMED", "\"\(shown(text))\" is no symbol, which is like BTCUSDT; `botctl symbols` lists them")
    return standing ?? .placeholder
  }

  mutating func strategy(_ text: String, _ standing: String?) -> String {
    if text.isEmpty, standing == nil {
      wrong("strategy", "REQUIRED", "strategy is missing: name one, for example rsi; `botctl strategies` lists them")
    }
    return text.isEmpty ? standing ?? BotConfiguration.Defaults.strategyName : text
  }

  mutating func interval(_ text: String, _ standing: Interval) -> Interval {
    guard !text.isEmpty else { return standing }
    if let interval = Interval(rawValue: text) { return interval }
    let known = Interval.allCases.map(\.rawValue).joined(separator: ", ")
    wrong("interval", "INTERVAL_UNKNOWN", "\"\(shown(text))\" is no interval: one of \(known)")
    return standing
  }

  mutating func capital(_ text: String, _ standing: Amount?) -> Amount {
    if text.isEmpty, standing == nil {
      wrong("capital", "REQUIRED", "capital is missing: name the amount of quote asset that the bot may use, for example 1000")
    }
    return decimal(text, "capital", standing ?? .one)
  }

  mutating func decimal(_ text: String, _ field: String, _ standing: FixedDecimal) -> FixedDecimal {
    guard !text.isEmpty else { return standing }
    if let value = FixedDecimal(plain: text) { return value }
    notADecimal(text, field)
    return standing
  }

  private mutating func notADecimal(_ text: String, _ field: String) {
    wrong(
      field, "NOT_A_DECIMAL",
      "\(field) \"\(shown(text))\" must be a decimal such as 0.02: at most 18 digits without leading zeros, a point, at most 8 "
        + "digits behind it, no exponent, no -0")
  }

  mutating func guards(_ text: String, _ standing: [TradeGuard]) -> [TradeGuard] {
    guard !text.isEmpty else { return standing }
    let (guards, problems) = TradeGuardText.read(text, allowsCandles: true)
    guard problems.isEmpty else {
      wrong("guards", "GUARD_INVALID", problems.joined(separator: "; "))
      return standing
    }
    return guards
  }

  /// Back to the market, an update needs not take the other parts away one by one.
  mutating func entry(_ texts: BotSettingsText, _ standing: EntryPlan) -> EntryPlan {
    let kind = EntryPlan.Kind(texts.entry)
    var plan = kind == .market ? EntryPlan.market : standing
    if let kind {
      plan.kind = kind
    } else if !texts.entry.isEmpty {
      let names = EntryPlan.Kind.allCases.map(\.description).joined(separator: ", ")
      wrong("entry", "ENTRY_UNKNOWN", "entry must be one of \(names), not \"\(shown(texts.entry))\"")
    }
    plan.offset = decimal(texts.entryOffset, "entry_offset", plan.offset)
    if let lifetime = texts.entryLifetime { plan.lifetime = Int(clamping: lifetime) }
    if let sequel = EntryPlan.Sequel(texts.entryThen) {
      plan.sequel = sequel
    } else if !texts.entryThen.isEmpty {
      let names = EntryPlan.Sequel.allCases.map(\.description).joined(separator: ", ")
      wrong("entry_then", "ENTRY_THEN_UNKNOWN", "entry_then must be one of \(names), not \"\(shown(texts.entryThen))\"")
    }
    return plan
  }

  mutating func sizing(_ text: String, _ standing: PositionSizing) -> PositionSizing {
    guard !text.isEmpty else { return standing }
    if let sizing = PositionSizing(text) { return sizing }
    let names = PositionSizing.allCases.map(\.description).joined(separator: ", ")
    wrong("sizing", "SIZING_UNKNOWN", "sizing must be one of \(names), not \"\(shown(text))\"")
    return standing
  }

  /// Given parameters over those of the base; of an update an empty value takes one away.
  mutating func parameters(_ given: [StrategyParameters.Entry], base: BotConfiguration?) -> StrategyParameters {
    guard given.count <= BotSettingsText.parametersMaximum else {
      wrong(
        "parameters", "TOO_MANY_VALUES", "there may be \(BotSettingsText.parametersMaximum) parameters at most, not \(given.count)")
      return base?.parameters ?? StrategyParameters()
    }
    for entry in given where FixedDecimal(text: entry.value) != nil && FixedDecimal(plain: entry.value) == nil {
      notADecimal(entry.value, "parameters[\(shown(entry.name))]")
    }
    let kept = base?.parameters.entries.filter { old in !given.contains { $0.name == old.name } } ?? []
    return StrategyParameters(kept + given.filter { isCreation || !$0.value.isEmpty })
  }
}
