import Backtest
import BotAPI
import ControlCommands
import ParameterSearch
import Strategies
import TradingCore
import TradingModel

/// A run over candle files as the command line asks for it: the one preparation of `backtest` and `optimize`.
///
/// Everything that is wrong is found at once: with the options before any file is read, then with all files, then with both together.
struct BacktestPreparation {
  var settings: BacktestSettings
  var markets: [BacktestMarket]
  /// The bot's options as given, with the interval that is traded.
  var bot: BotSettings
  /// What the reader repaired, and which rules are used.
  var notes: [String]

  /// What is prepared, as failures call it.
  enum Purpose {
    case backtest
    /// Some parameters are not given but searched.
    case search(SearchSpace)

    var failureHead: String {
      switch self {
      case .backtest: "the backtest was not run"
      case .search: "the search was not run"
      }
    }
  }

  /// - Parameters:
  ///   - problems: those that were found already; they are reported together with others.
  ///   - served: strategies that are not built in.
  init(
    _ purpose: Purpose, _ candles: CandleOptions, _ given: BotSettings, _ options: BacktestOptions, problems: [Problem] = [],
    served: [ServedStrategy] = [], _ progress: ProgressLine
  ) throws(CommandFailure) {
    var problems = problems
    settings = options.settings(&problems)
    let known = Self.collect(&problems) { () throws(CommandFailure) in try KnownSymbols(candles) }
    var sources: [CandleSource] = []
    for (index, text) in (candles.candles + options.detail).enumerated() {
      var wrong: [Problem] = []
      let source = Self.collect(&wrong) { () throws(CommandFailure) in try CandleSource(text, known ?? KnownSymbols()) }
      // What a name does not tell, the file that could not be read might.
      if known != nil { problems += wrong }
      if let source, index < candles.candles.count { sources.append(source) }
    }
    if candles.candles.isEmpty {
      problems.append(
        Problem(
          option: "--candles",
          "is missing: name a market of the data directory, for example --candles BTCUSDT:5m, or a file: --candles btcusdt-5m-2024.csv (or BTC.csv:BTCUSDT:5m)"
        ))
    }
    let named = sources.compactMap(\.symbol)
    let only = given.symbol.map { SymbolOption.text($0) }
    if let only, !sources.isEmpty, !named.contains(where: { $0.text == only }) {
      problems.append(Problem(option: "--symbol", "no file of --candles holds \(only.prefix(40))"))
    }
    bot = given
    if given.interval == nil { bot.interval = sources.first?.interval?.rawValue ?? BotSettings.intervalDefault }
    let text = Self.text(bot, purpose, symbol: named.first, &problems)
    func declared(_ name: String) -> ServedStrategy? { served.first { $0.name == name } }
    Self.add(text.judged(id: nil, base: nil, served: declared) { _ in .unasked }.violations, to: &problems)
    guard problems.isEmpty, let known else { throw Self.failure(purpose, problems) }

    let range = CandleRange(
      from: settings.from, to: settings.to, interval: given.interval.flatMap { Interval(rawValue: $0) } ?? sources.first?.interval)
    let loaded = LoadedCandles(candles, known, detail: options.detail, range: range, &problems, progress)
    guard problems.isEmpty else { throw Self.failure(purpose, problems) }
    markets = loaded.markets
    notes = loaded.notes
    if given.interval == nil, let first = markets.first { bot.interval = first.interval.rawValue }
    let wanted = markets.filter { market in only.map { $0 == market.symbol.text } ?? true }
    let final = Self.text(bot, purpose, symbol: wanted.first?.symbol, &problems)
    let base = final.configuration(id: nil, base: nil, served: declared).configuration
    settings.bots = base.copies(on: wanted.map(\.symbol))
    if case .search(let space) = purpose {
      let names = space.ranges.filter { $0.target == .strategy }.map(\.name)
      for place in settings.bots.indices { settings.bots[place].parameters.entries.removeAll { names.contains($0.name) } }
    } else {
      for (bot, market) in zip(settings.bots, wanted) { Self.add(bot.violations(.listed(market.rules, price: .zero)), to: &problems) }
    }
    guard problems.isEmpty else { throw Self.failure(purpose, problems) }
  }

  /// The bot's options for the reader of settings, with what a run has when nothing is said. Of a search, parameters that the strategy takes
  /// stand in the places of the ranges: what is wrong is then not the ranges'.
  private static func text(_ bot: BotSettings, _ purpose: Purpose, symbol: Symbol?, _ problems: inout [Problem]) -> BotSettingsText {
    for problem in BotSettingsCheck.form(bot) where !problems.contains(problem) { problems.append(problem) }
    var text = bot.researchText
    text.symbol = symbol?.text ?? Symbol.placeholder.text
    guard case .search(let space) = purpose else { return text }
    let names = space.ranges.filter { $0.target == .strategy }.map(\.name)
    func values(_ index: Int) -> [StrategyParameters.Entry] { space.parameters(at: index).filter { names.contains($0.name) } }
    let fixed = text.parameters
    let strategy = text.strategy
    let index = (0..<min(space.size, 10_000)).first { index in
      StrategyCatalogue.violations(name: strategy, parameters: StrategyParameters(fixed + values(index))).isEmpty
    }
    text.parameters += values(index ?? 0)
    return text
  }

  /// Adds what is wrong with a bot's settings, one sentence for each field of which nothing is said yet.
  static func add(_ violations: [CommandError.Violation], to problems: inout [Problem]) {
    for problem in violations.map({ Problem(field: "spec.\($0.field)", $0.message) })
    where !problems.contains(where: { $0.field == problem.field }) {
      problems.append(problem)
    }
  }

  /// The value, or `nil` with what is wrong added to `problems`.
  static func collect<Value>(_ problems: inout [Problem], _ body: () throws(CommandFailure) -> Value) -> Value? {
    do throws(CommandFailure) {
      return try body()
    } catch {
      problems.append(Problem(option: "", error.message))
      return nil
    }
  }

  static func failure(_ purpose: Purpose, _ problems: [Problem]) -> CommandFailure { failure(purpose.failureHead, problems) }

  static func failure(_ head: String, _ problems: [Problem]) -> CommandFailure {
    let count = problems.count == 1 ? "one thing is wrong" : "\(problems.count) things are wrong"
    return CommandFailure(.invalidArgument, "\(head), \(count):\n" + problems.map(\.line).joined(separator: "\n"))
  }

  /// What a run has when nothing is said, in the quote asset.
  static let capital = "10000"
}

extension BotSettings {
  /// The options for the reader of settings, with the capital and the strategy that a run has when nothing is said.
  var researchText: BotSettingsText {
    var text = text
    if strategy == nil { text.strategy = BotConfiguration.Defaults.strategyName }
    if capital == nil { text.capital = BacktestPreparation.capital }
    return text
  }
}
