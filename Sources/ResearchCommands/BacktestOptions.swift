import ArgumentParser
import Backtest
import BotAPI
import ControlCommands
import MarketModel
import PaperTrading
import Strategies
import Time
import TradingCore
import TradingModel

/// How a backtest trades: the range, the venue, the limits.
struct BacktestOptions: ParsableArguments {
  @Option(help: ArgumentHelp("First candle that trades; earlier ones warm the strategy up.", valueName: "date"))
  var from: String?

  @Option(help: ArgumentHelp("End of the data used (exclusive).", valueName: "date"))
  var to: String?

  @Option(parsing: .unconditional, help: "Fee of orders that fill at once, a fraction. (default: 0.001)")
  var takerFee: String?

  @Option(parsing: .unconditional, help: "Fee of limit orders that waited, a fraction. (default: 0.001)")
  var makerFee: String?

  @Option(parsing: .unconditional, help: "How much worse than the market market orders and stops fill, a fraction. (default: 0.0002)")
  var slippage: String?

  @Option(parsing: .unconditional, help: "Assumed distance between bid and ask, a fraction. (default: 0.0001)")
  var spread: String?

  @Option(
    help: ArgumentHelp(
      "Which extreme comes first inside a candle: low-first (the stop before the target) or high-first. (default: low-first)",
      valueName: "rule"))
  var intrabar: String?

  @Option(
    help: ArgumentHelp(
      "File of finer candles that say what happened inside each candle; may be repeated.", valueName: "file[:symbol[:interval]]"))
  var detail: [String] = []

  @Option(parsing: .unconditional, help: "Most open positions of all symbols together.")
  var maxPositions: Int?

  @Option(parsing: .unconditional, help: "Largest value of all positions, in the quote asset.")
  var maxExposure: String?

  @Option(parsing: .unconditional, help: "Largest value of the positions in one symbol, in the quote asset.")
  var maxSymbolExposure: String?

  @Option(parsing: .unconditional, help: "Largest loss since midnight UTC before trading stops (--on-breach).")
  var maxDailyLoss: String?

  @Option(parsing: .unconditional, help: "Largest fall from the highest equity before trading stops, a fraction.")
  var maxDrawdown: String?

  @Option(help: "What a breach of those two does: reducing or halted. (default: reducing)")
  var onBreach: String?
}

/// Options as the backtest wants them; everything that is wrong is found at once.
struct BacktestRequest {
  var settings: BacktestSettings
  private var problems: [Problem] = []

  /// - Parameter symbols: one bot each.
  init(_ bot: BotSettings, _ options: BacktestOptions, symbols: [Symbol]) throws(CommandFailure) {
    settings = BacktestSettings(bots: [])
    problems = BotSettingsCheck.problems(botID: "backtest", bot, complete: false)
    guard problems.isEmpty else { throw failure() }
    settings.venue = venue(options)
    settings.limits = limits(options)
    settings.from = time(options.from, "--from")
    settings.to = time(options.to, "--to")
    if let from = settings.from, let to = settings.to, from >= to {
      problems.append(Problem(option: "--to", "must be later than --from"))
    }
    for symbol in symbols { settings.bots.append(configuration(bot, symbol)) }
    check()
    guard problems.isEmpty else { throw failure() }
  }

  private func failure() -> CommandFailure {
    let count = problems.count
    return CommandFailure(
      .invalidArgument,
      "the backtest was not run, \(count == 1 ? "one thing is" : "\(count) things are") wrong:\n"
        + problems.map(\.line).joined(separator: "\n"))
  }

  private mutating func decimal(_ text: String?, _ option: String, _ fallback: FixedDecimal) -> FixedDecimal {
    guard let text else { return fallback }
    guard let value = FixedDecimal(text: text), !value.isNegative else {
      problems.append(Problem(option: option, "\"\(text.prefix(40))\" must be a decimal of 0 or more, for example 0.001"))
      return fallback
    }
    return value
  }

  private mutating func fraction(_ text: String?, _ option: String, _ fallback: FixedDecimal) -> FixedDecimal {
    let value = decimal(text, option, fallback)
    guard value < .one else {
      problems.append(Problem(option: option, "must be below 1 (0.001 is 0.1 %), not \(value)"))
      return fallback
    }
    return value
  }

  private mutating func time(_ text: String?, _ option: String) -> Timestamp? {
    guard let text else { return nil }
    if let time = DateText.timestamp(text) { return time }
    problems.append(Problem(option: option, "\"\(text.prefix(40))\" is no date: write \(DateText.forms) (UTC)"))
    return nil
  }

  private mutating func venue(_ options: BacktestOptions) -> PaperConfiguration {
    var venue = PaperConfiguration()
    venue.takerFee = fraction(options.takerFee, "--taker-fee", venue.takerFee)
    venue.makerFee = fraction(options.makerFee, "--maker-fee", venue.makerFee)
    venue.slippage = fraction(options.slippage, "--slippage", venue.slippage)
    venue.spread = fraction(options.spread, "--spread", venue.spread)
    switch options.intrabar {
    case nil, "low-first": break
    case "high-first": venue.intrabarRule = .highFirst
    case let other?: problems.append(Problem(option: "--intrabar", "must be low-first or high-first, not \(other.prefix(40))"))
    }
    return venue
  }

  private mutating func limits(_ options: BacktestOptions) -> RiskLimits {
    var limits = RiskLimits()
    limits.openPositionsMaximum = options.maxPositions ?? 0
    if limits.openPositionsMaximum < 0 { problems.append(Problem(option: "--max-positions", "must be 0 (no limit) or more")) }
    limits.totalNotionalMaximum = decimal(options.maxExposure, "--max-exposure", .zero)
    limits.symbolNotionalMaximum = decimal(options.maxSymbolExposure, "--max-symbol-exposure", .zero)
    limits.dailyLossMaximum = decimal(options.maxDailyLoss, "--max-daily-loss", .zero)
    limits.drawdownMaximum = decimal(options.maxDrawdown, "--max-drawdown", .zero)
    if limits.drawdownMaximum > .one { problems.append(Problem(option: "--max-drawdown", "must be at most 1 (0.2 is 20 %)")) }
    switch options.onBreach {
    case nil, "reducing": break
    case "halted": limits.breachState = .halted
    case let other?: problems.append(Problem(option: "--on-breach", "must be reducing or halted, not \(other.prefix(40))"))
    }
    return limits
  }

  /// The bot of one symbol. Texts were checked to be decimals; ranges are the core's to check.
  private func configuration(_ bot: BotSettings, _ symbol: Symbol) -> BotConfiguration {
    typealias Defaults = BotConfiguration.Defaults
    func decimal(_ text: String?, _ fallback: FixedDecimal) -> FixedDecimal { text.flatMap { FixedDecimal(text: $0) } ?? fallback }
    let parameters = bot.parameters.compactMap(BotSettings.parameter).map { StrategyParameters.Entry(name: $0.key, value: $0.value) }
    return BotConfiguration(
      id: BotID(symbol.text.lowercased().filter { $0 != "." }) ?? Self.botID, symbol: symbol,
      interval: bot.interval.flatMap { Interval(rawValue: $0) } ?? Defaults.interval, strategyName: bot.strategy ?? Defaults.strategyName,
      parameters: StrategyParameters(parameters), capital: decimal(bot.capital, Self.capital),
      riskPerTrade: decimal(bot.riskPerTrade, Defaults.riskPerTrade), maximumPosition: decimal(bot.maxPosition, Defaults.maximumPosition),
      stopLoss: decimal(bot.stopLoss, Defaults.stopLoss), takeProfit: decimal(bot.takeProfit, .zero),
      trailingStop: decimal(bot.trailingStop, .zero), trailingStopRanges: decimal(bot.trailingStopRanges, .zero),
      timeStopCandles: Int(bot.timeStop ?? 0), cooldownCandles: Int(bot.cooldown ?? 0),
      sizing: bot.sizing.flatMap { PositionSizing($0) } ?? Defaults.sizing, sizingRanges: decimal(bot.sizingRanges, Defaults.sizingRanges))
  }

  /// What a backtest has when nothing is said, in the quote asset.
  static let capital = FixedDecimal(10_000)
  private static let botID = BotID.placeholder

  /// The core's own rules, as `botctl create` meets them.
  private mutating func check() {
    guard let first = settings.bots.first else { return }
    var core = TradingCore(configuration: CoreConfiguration(mode: .simulated))
    var effects: [Effect] = []
    core.step(.rules(settings.bots.map { TradingRules(symbol: $0.symbol, baseAsset: "", quoteAsset: "") }), at: .zero, effects: &effects)
    for violation in core.violations(of: first) {
      let field = violation.field.hasPrefix("params.") ? "parameters[\(violation.field.dropFirst(7))]" : violation.field
      problems.append(Problem(field: "spec.\(field)", violation.message))
    }
  }
}
