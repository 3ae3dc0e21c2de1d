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
    guard let objective, let space, let time = run.search.time else {
      Self.addOthers(run, &problems)
      throw Self.failure(problems)
    }
    self.objective = objective
    let prepared = try BacktestPreparation(
      .search(space), run.candleOptions, run.settings, run.options, problems: problems, progress)
    bot = prepared.bot
    do throws(BacktestError) {
      search = try Search(prepared.settings, markets: prepared.markets, space: space, method: run.search.method, time: time)
    } catch {
      throw Self.failure([Self.problem(error)])
    }
    notes = search.detail.map(\.note) + prepared.notes
  }

  /// What is wrong with options that are not the search's own, where those alone already keep it from being prepared.
  private static func addOthers(_ run: OptimizeRun, _ problems: inout [Problem]) {
    _ = run.options.settings(&problems)
    problems += BotSettingsCheck.form(run.settings)
    // A parameter may be missing only because its range is wrong; symbols come from the files.
    let found = run.settings.researchText.judged(id: nil, base: nil) { _ in .unasked }.violations
    BacktestPreparation.add(found.filter { $0.field != "symbol" && !$0.field.hasPrefix("parameters[") }, to: &problems)
  }

  /// `nil` without ranges, and with what is wrong added to `problems`.
  private static func space(_ run: OptimizeRun, _ all: inout [Problem]) -> SearchSpace? {
    guard !run.search.ranges.isEmpty else { return nil }
    var problems: [Problem] = []
    defer { all += problems }
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

  static func problem(_ error: BacktestError) -> Problem {
    let options = ["range": "--range", "random": "--random", "split": "--split", "walk_forward": "--walk-forward"]
    return options[error.field].map { Problem(option: $0, error.message) } ?? Problem(field: error.field, error.message)
  }

  static func failure(_ problems: [Problem]) -> CommandFailure { BacktestPreparation.failure("the search was not run", problems) }
}
