import ArgumentParser
import ControlCommands
import ParameterSearch
import TradingModel

/// How a search searches.
struct OptimizeOptions: ParsableArguments {
  @Option(
    name: .customLong("range"),
    help: ArgumentHelp(
      "Values to try for a parameter of the strategy or a setting of the bot (stop_loss, take_profit, trailing_stop, trailing_stop_atr, risk_per_trade, max_position_fraction, time_stop_candles, cooldown_candles, sizing_atr, entry_offset, entry_lifetime): from:to, from:to:step or a,b,c; may be repeated.",
      valueName: "name=values"), completion: .strategyParameters)
  var ranges: [String] = []

  @Option(parsing: .unconditional, help: ArgumentHelp("Tries this many combinations chosen at random; without it all.", valueName: "count"))
  var random: Int?

  @Option(parsing: .unconditional, help: "Seed of --random: the same one chooses the same combinations.")
  var seed: UInt64 = 1

  @Option(
    help:
      "What is best: net_profit, net_profit_fraction, sharpe, sortino, calmar, profit_factor, expectancy, win_rate or max_drawdown_fraction (least). Sharpe and Sortino ratios need seven whole days in sample, Calmar ratios seven days."
  )
  var objective = "sharpe"

  @Option(parsing: .unconditional, help: "Combinations with fewer closed trades in sample rank last.")
  var minTrades = 10

  @Option(
    parsing: .unconditional, help: "Fraction of the time that combinations are chosen on (in sample); the rest checks them. 0: no check.")
  var split = "0.7"

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "This many windows one after the other: each chooses on its own in-sample part and trades the best on what follows.",
      valueName: "windows"))
  var walkForward: Int?

  @Option(parsing: .unconditional, help: "Trials at the same time. (default: one a core)")
  var jobs: Int?

  @Option(parsing: .unconditional, help: "Combinations to show.")
  var top = 10

  @Option(
    help: ArgumentHelp("Keeps every finished trial in this file; the same search goes on where it was stopped.", valueName: "file.jsonl"),
    completion: .anyFile)
  var results: String?

  /// What is wrong with numbers and names, and the objective.
  func check(_ problems: inout [Problem]) -> SearchObjective? {
    let found = SearchObjective(rawValue: objective)
    if found == nil {
      let names = SearchObjective.allCases.map(\.rawValue).joined(separator: ", ")
      problems.append(Problem(option: "--objective", "\"\(objective.prefix(40))\" is none of \(names)"))
    }
    if minTrades < 0 { problems.append(Problem(option: "--min-trades", "must be 0 or more, not \(minTrades)")) }
    if top < 1 { problems.append(Problem(option: "--top", "must be 1 or more, not \(top)")) }
    if let jobs, jobs < 1 { problems.append(Problem(option: "--jobs", "must be 1 or more, not \(jobs)")) }
    if time == nil {
      problems.append(Problem(option: "--split", "\"\(split.prefix(40))\" must be a decimal from 0 to below 1, for example 0.7"))
    }
    if ranges.isEmpty { problems.append(Problem(option: "--range", "is missing, for example --range period=10:30:5")) }
    return found
  }

  var method: SearchMethod { random.map { .random(count: $0, seed: seed) } ?? .grid }

  /// `nil` when the split is no number; its bounds are the search's to check.
  var time: SearchTime? {
    guard let split = FixedDecimal(text: split) else { return nil }
    return walkForward.map { .walkForward(windows: $0, split: split) } ?? .split(split)
  }
}
