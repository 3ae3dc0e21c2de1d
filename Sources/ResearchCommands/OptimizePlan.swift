import Backtest
import BotAPI
import ControlCommands
import ParameterSearch
import Strategies
import TradingCore
import TradingModel

/// A search as the command line asks for it: checked, with its candles read.
struct OptimizePlan {
  var search: Search
  var objective: SearchObjective
  /// The bot's options as given, with the interval that is traded.
  var bot: BotSettings
  /// What the reader repaired.
  var notes: [String]

  /// Finds everything that is wrong with the options before it reads a file.
  init(_ run: OptimizeRun, _ progress: ProgressLine) throws(CommandFailure) {
    var problems: [Problem] = []
    let objective = run.search.check(&problems)
    let space = Self.space(run, &problems)
    guard let objective, let space, let time = run.search.time, problems.isEmpty else { throw Self.failure(problems) }
    self.objective = objective
    var bot = run.settings
    let named = try run.candleOptions.candles.map { text throws(CommandFailure) in try CandleSource(text) }
    let isGiven = bot.interval != nil
    if !isGiven { bot.interval = named.first?.interval?.rawValue ?? BotSettings.intervalDefault }
    let symbols = named.compactMap(\.symbol)
    if let only = bot.symbol?.uppercased(), !symbols.contains(where: { $0.text == only }), !named.isEmpty {
      throw CommandFailure(.invalidArgument, "--symbol \(only): no file of --candles holds it")
    }
    _ = try Self.settings(bot, run.options, Array(symbols.prefix(1)), space)
    let loaded = try LoadedCandles(run.candleOptions, detail: run.options.detail, progress)
    if !isGiven, let first = loaded.markets.first { bot.interval = first.interval.rawValue }
    let wanted = loaded.markets.map(\.symbol).filter { symbol in bot.symbol.map { $0.uppercased() == symbol.text } ?? true }
    let settings = try Self.settings(bot, run.options, wanted, space)
    self.bot = bot
    notes = loaded.notes
    do throws(BacktestError) {
      search = try Search(settings, markets: loaded.markets, space: space, method: run.search.method, time: time)
    } catch {
      throw Self.failure([Self.problem(error)])
    }
  }

  private static func space(_ run: OptimizeRun, _ problems: inout [Problem]) -> SearchSpace? {
    let name = run.settings.strategy ?? BotConfiguration.Defaults.strategyName
    guard let strategy = StrategyCatalogue.descriptor(named: name) else {
      let sentence = StrategyCatalogue.violations(name: name, parameters: [:]).first?.message ?? "there is no such strategy"
      problems.append(Problem(field: "spec.strategy", sentence))
      return nil
    }
    var ranges: [ParameterRange] = []
    for text in run.search.ranges {
      do throws(BacktestError) {
        ranges.append(try ParameterRange(text, strategy: strategy))
      } catch {
        problems.append(problem(error))
      }
    }
    let fixed = run.settings.parameters.compactMap(BotSettings.parameter).map(\.key)
    for range in ranges {
      let option = range.target == .strategy ? "--param \(range.name)" : Problem.option(forField: "spec.\(range.name)")
      let isFixed =
        range.target == .strategy
        ? fixed.contains(range.name) : run.settings.tradeOptions.contains { $0.option == option && $0.value != nil }
      if isFixed { problems.append(Problem(option: option, "is given as a value and as a --range; leave one out")) }
    }
    guard problems.isEmpty else { return nil }
    do throws(BacktestError) {
      let space = try SearchSpace(ranges)
      _ = try space.indices(run.search.method)
      return space
    } catch {
      problems.append(problem(error))
      return nil
    }
  }

  /// The backtest's own checks, with a combination that the strategy takes in place of the ranges: what is wrong is then not the ranges'.
  private static func settings(
    _ bot: BotSettings, _ options: BacktestOptions, _ symbols: [Symbol], _ space: SearchSpace
  ) throws(CommandFailure) -> BacktestSettings {
    let names = space.ranges.filter { $0.target == .strategy }.map(\.name)
    let fixed = bot.parameters.compactMap(BotSettings.parameter).map { StrategyParameters.Entry(name: $0.key, value: $0.value) }
    func values(_ index: Int) -> [StrategyParameters.Entry] { space.parameters(at: index).filter { names.contains($0.name) } }
    let strategy = bot.strategy ?? BotConfiguration.Defaults.strategyName
    let index = (0..<min(space.size, 10_000)).first { index in
      StrategyCatalogue.violations(name: strategy, parameters: StrategyParameters(fixed + values(index))).isEmpty
    }
    var filled = bot
    filled.parameters += values(index ?? 0).map { "\($0.name)=\($0.value)" }
    var settings = try BacktestRequest(filled, options, symbols: symbols).settings
    for place in settings.bots.indices { settings.bots[place].parameters.entries.removeAll { names.contains($0.name) } }
    return settings
  }

  static func problem(_ error: BacktestError) -> Problem {
    let options = ["range": "--range", "random": "--random", "split": "--split", "walk_forward": "--walk-forward"]
    return options[error.field].map { Problem(option: $0, error.message) } ?? Problem(field: error.field, error.message)
  }

  static func failure(_ problems: [Problem]) -> CommandFailure {
    let head = problems.count == 1 ? "one thing is wrong" : "\(problems.count) things are wrong"
    return CommandFailure(.invalidArgument, "the search was not run, \(head):\n" + problems.map(\.line).joined(separator: "\n"))
  }
}
