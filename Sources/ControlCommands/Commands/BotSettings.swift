package import ArgumentParser
package import BotAPI
import MarketModel
import Presentation
package import TradingCore
import Strategies
import TradingModel

/// The options that describe a bot; all optional for the parser, so that everything missing is named at once.
package struct BotSettings: ParsableArguments {
  package init() {}

  @Option(help: "Symbol, for example BTCUSDT or BTC/USDT.", completion: .symbols)
  package var symbol: String?

  @Option(help: "Strategy (botctl strategies).", completion: .strategies)
  package var strategy: String?

  @Option(
    name: .customLong("param"),
    help: ArgumentHelp("Parameter of the strategy (botctl strategy NAME); may be repeated.", valueName: "name=value"),
    completion: .strategyParameters)
  package var parameters: [String] = []

  @Option(help: ArgumentHelp("Candle interval: one of \(Interval.list). (create: 1m when not given)"), completion: .intervals)
  package var interval: String?

  @Option(parsing: .unconditional, help: "Capital in the quote asset, for example 1000.")
  package var capital: String?

  @Option(
    parsing: .unconditional, help: "Fraction of the capital at risk per trade. (default: 0.02)")
  package var riskPerTrade: String?

  @Option(
    parsing: .unconditional, help: "Largest position as a fraction of the capital. (default: 0.1)")
  package var maxPosition: String?

  @Option(
    parsing: .unconditional,
    help: "Stop-loss: fraction below the entry price; 0: none. (default: 0.02)")
  package var stopLoss: String?

  @Option(
    parsing: .unconditional,
    help: "Take-profit: fraction above the entry price; 0: none. (default: none)")
  package var takeProfit: String?

  @Option(
    parsing: .unconditional,
    help: "Trailing stop: fraction below the highest price; 0: none. Against an exchange it rests there. (default: none)")
  package var trailingStop: String?

  @Option(
    name: .customLong("trailing-stop-atr"), parsing: .unconditional,
    help: "Trailing stop in average true ranges (14 candles) at the entry; 0: none. (default: none)")
  package var trailingStopRanges: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Closes a position after this many candles; 0: never. (default: never)", valueName: "candles"))
  package var timeStop: WholeNumber?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Candles without an entry after a trade that lost; 0: none. (default: none)", valueName: "candles"))
  package var cooldown: WholeNumber?

  @Option(
    name: .customLong("guard"),
    help: ArgumentHelp(
      "Locks its entries for a while after trades that went badly, for example \"stoploss trades=3 lookback=24c stop=4h\"; may be repeated; none: no guard (botctl locks --help).",
      valueName: "guard"))
  package var guards: [String] = []

  @Option(
    help: ArgumentHelp(
      "How it buys: market (at once, pays the taker's fee), limit (an order that rests, and takes what is there at once) or maker (an order that rests and never takes). Its stop and target go to the exchange with it where the symbol takes that, and rest from its full fill on; a part, and all of it elsewhere, that fills while botd is dead is protected when botd is back; botd that is stopped in order withdraws it. (default: market)"
    ), completion: .list(EntryPlan.Kind.allCases.map(\.description)))
  package var entry: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "For entries that rest: how far below the price of the decision; 0.001 is 0.1 %. (default: 0)", valueName: "fraction"))
  package var entryOffset: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "For entries that rest: candles after which the order is cancelled; what was filled until then is kept. (default: 1)",
      valueName: "candles"))
  package var entryLifetime: WholeNumber?

  @Option(
    help: ArgumentHelp(
      "For entries that rest: what follows where nothing was filled in time: drop (the signal is given up) or market (it is bought at the market). (default: drop)"
    ), completion: .list(EntryPlan.Sequel.allCases.map(\.description)))
  package var entryThen: String?

  @Option(
    help: ArgumentHelp(
      "How entries are sized: risk (to the stop-loss), volatility (average true range) or fraction (--max-position). (default: risk)"),
    completion: .list(["risk", "volatility", "fraction"]))
  package var sizing: String?

  @Option(
    name: .customLong("sizing-atr"), parsing: .unconditional,
    help: "For --sizing volatility: average true ranges of fall that lose --risk-per-trade. (default: 2)")
  package var sizingRanges: String?

  @Flag(
    inversion: .prefixedNo,
    help: "Sizes are fractions of the bot's equity (capital and realized profit and loss), or of its capital. (default: --no-compound)")
  package var compound: Bool?

  /// What `create` takes when no interval is given.
  package static let intervalDefault = BotConfiguration.Defaults.interval.rawValue

  /// The settings as a message that creates a bot; what cannot be read (``BotSettingsCheck``) is left out.
  package var spec: V1.BotSpec {
    V1.BotSpec(
      symbol: symbol.map { SymbolOption.text($0) } ?? "", strategy: strategy ?? "",
      parameters: parameters.compactMap(Self.parameter),
      interval: interval ?? "", capital: capital ?? "", riskPerTrade: riskPerTrade ?? "",
      maxPositionFraction: maxPosition ?? "",
      stopLoss: stopLoss ?? "", takeProfit: takeProfit ?? "", trailingStop: trailingStop ?? "",
      trailingStopAtr: trailingStopRanges ?? "", timeStopCandles: timeStop?.value ?? 0, cooldownCandles: cooldown?.value ?? 0,
      sizing: sizing ?? "", sizingAtr: sizingRanges ?? "", compound: compound ?? false,
      guards: guards.joined(separator: "; "), entry: entry ?? "", entryOffset: entryOffset ?? "", entryLifetime: entryLifetime?.value ?? 0,
      entryThen: entryThen ?? "")
  }

  /// The settings as a message that changes a bot: 0 candles remove what was.
  var change: V1.BotSpec {
    var spec = spec
    if timeStop?.value == 0 { spec.timeStopCandles = -1 }
    if cooldown?.value == 0 { spec.cooldownCandles = -1 }
    return spec
  }

  /// The settings as the one reader of them takes them, for commands that trade without a daemon.
  package var text: BotSettingsText {
    var text = BotSettingsText(spec)
    text.timeStopCandles = timeStop?.value
    text.cooldownCandles = cooldown?.value
    text.entryLifetime = entryLifetime?.value
    text.compounds = compound
    return text
  }

  /// Whether anything is given.
  var isEmpty: Bool {
    texts.allSatisfy { $0.text == nil } && parameters.isEmpty && timeStop == nil && cooldown == nil && compound == nil && guards.isEmpty
      && entryLifetime == nil
  }

  /// `period=14` as a pair, the value may be empty; `nil` when it is not of that form.
  package static func parameter(_ text: String) -> V1.KeyValue? {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else { return nil }
    return V1.KeyValue(key: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
  }
}

extension BotSettingsText {
  /// The texts of a message with all settings.
  init(_ spec: V1.BotSpec) {
    self.init()
    symbol = spec.symbol
    strategy = spec.strategy
    parameters = spec.parameters.map { StrategyParameters.Entry(name: $0.key, value: $0.value) }
    interval = spec.interval
    capital = spec.capital
    riskPerTrade = spec.riskPerTrade
    maximumPosition = spec.maxPositionFraction
    stopLoss = spec.stopLoss
    takeProfit = spec.takeProfit
    trailingStop = spec.trailingStop
    trailingStopRanges = spec.trailingStopAtr
    timeStopCandles = spec.timeStopCandles
    cooldownCandles = spec.cooldownCandles
    sizing = spec.sizing
    sizingRanges = spec.sizingAtr
    guards = spec.guards
    entry = spec.entry
    entryOffset = spec.entryOffset
    entryLifetime = spec.entryLifetime == 0 ? nil : spec.entryLifetime
    entryThen = spec.entryThen
    compounds = spec.compound
    autoStart = spec.autoStart
  }
}

/// Checks of a bot's settings without a daemon: the form of the options, which only the command line knows, and then what the one reader
/// and the one judge of settings (`BotSettingsText`) say of them.
package enum BotSettingsCheck {
  /// What is wrong with the settings of a new bot, each with its option; whether there is a strategy of that name only the daemon knows.
  ///
  /// - Parameters:
  ///   - botID: `nil` when none was given.
  ///   - complete: what has no default must be given (`create`).
  package static func problems(botID: String?, _ settings: BotSettings, complete: Bool) -> [Problem] {
    let id = botID.flatMap { BotID($0) }
    let judged = settings.text.judged(id: id, base: nil) { _ in .unasked }.violations.filter {
      $0.reason != "STRATEGY_UNKNOWN" && (complete || $0.reason != "REQUIRED")
    }
    return Problem.merged(form(botID, settings), judged.map(Problem.init))
  }

  /// What is wrong with a change of settings.
  ///
  /// - Parameter standing: the bot's settings now; `nil` when they are not known: then nothing is said of parameters.
  static func problems(botID: String, changing standing: V1.BotSpec?, _ settings: BotSettings) -> [Problem] {
    let id = BotID(botID)
    let base = standing.map { BotSettingsText($0).configuration(id: id, base: nil).configuration }
    let judged = settings.text.judged(id: id, base: base) { _ in .unasked }.violations.filter { violation in
      violation.reason != "REQUIRED" && violation.reason != "STRATEGY_UNKNOWN" && (base != nil || !violation.field.hasPrefix("parameters["))
    }
    return Problem.merged(form(botID, settings), judged.map(Problem.init))
  }

  private static func form(_ botID: String?, _ settings: BotSettings) -> [Problem] {
    var result: [Problem] = []
    if let botID, BotID(botID) == nil {
      result.append(Problem(field: "bot_id", "\"\(botID.prefix(40))\" must be 1 to 32 of a-z, 0-9, '-' and '_'"))
    } else if botID == nil {
      result.append(Problem(field: "bot_id", "is missing: name the bot, for example: botctl create rsi-btc ..."))
    }
    return result + form(settings)
  }

  /// What is wrong with the form of the options, which the reader of settings never sees: it would take them for not given.
  package static func form(_ settings: BotSettings) -> [Problem] {
    var result: [Problem] = []
    for (field, text) in settings.texts where text == "" {
      result.append(Problem(field: "spec.\(field)", "is empty: name a value, or leave the option out"))
    }
    if settings.guards.contains(where: { $0.allSatisfy { $0 == " " } }) {
      result.append(Problem(field: "spec.guards", "is empty: name a guard, none, or leave the option out"))
    }
    if let lifetime = settings.entryLifetime, !(lifetime.value.map { $0 > 0 } ?? false) {
      result.append(
        Problem(field: "spec.entry_lifetime", WholeNumber.problem(lifetime.text, in: 1...Int64(EntryPlan.lifetimeMaximum))))
    }
    let candles = 0...Int64(BotConfiguration.candlesMaximum)
    for (field, number) in [("time_stop_candles", settings.timeStop), ("cooldown_candles", settings.cooldown)] {
      guard let number, number.value == nil else { continue }
      result.append(Problem(field: "spec.\(field)", WholeNumber.problem(number.text, in: candles)))
    }
    return result + parameters(settings)
  }

  /// What is wrong with the form of `--param`, and names that are given twice.
  private static func parameters(_ settings: BotSettings) -> [Problem] {
    var result: [Problem] = []
    var seen: Set<String> = []
    for text in settings.parameters {
      guard let pair = BotSettings.parameter(text) else {
        result.append(
          Problem(field: "spec.parameters", "\"\(text.prefix(40))\" is not of the form name=value, for example --param period=14"))
        continue
      }
      if !seen.insert(pair.key).inserted {
        result.append(Problem(field: "spec.parameters[\(pair.key)]", "is given more than once"))
      }
    }
    return result
  }
}

extension BotSettings {
  /// The options that take a text, by the field that they set.
  fileprivate var texts: [(field: String, text: String?)] {
    [
      ("symbol", symbol), ("strategy", strategy), ("interval", interval), ("capital", capital), ("risk_per_trade", riskPerTrade),
      ("max_position_fraction", maxPosition), ("stop_loss", stopLoss), ("take_profit", takeProfit), ("trailing_stop", trailingStop),
      ("trailing_stop_atr", trailingStopRanges), ("sizing", sizing), ("sizing_atr", sizingRanges), ("entry", entry),
      ("entry_offset", entryOffset), ("entry_then", entryThen),
    ]
  }
}
