import BotAPI
import NIOCore
import Strategies
import StrategyMessages
import TTRPC
import TradingCore
import TradingModel

/// A strategy as its process registered it.
struct ServedSettings {
  var strategy: ServedStrategy
  /// Longest time for an answer.
  var deadline: TimeAmount
  /// Closed candles that an instance is given before the first one asked about.
  var historyCandles: Int

  private static let deadlineDefault: Int64 = 5_000
  private static let deadlines: ClosedRange<Int64> = 10...60_000
  private static let strategiesMaximum = 64

  /// What a process declares.
  ///
  /// - Throws: `INVALID_ARGUMENT` with everything that is wrong.
  static func read(_ request: V1.RegisterStrategies) throws(RPCError) -> [ServedSettings] {
    var check = RequestCheck()
    let field = "register.strategies"
    if request.strategies.isEmpty { check.wrong(field, "REQUIRED", "register at least one strategy") }
    if request.strategies.count > strategiesMaximum {
      check.wrong(field, "TOO_MANY_VALUES", "a process serves \(strategiesMaximum) strategies at most, not \(request.strategies.count)")
    }
    try check.finish()
    var list: [ServedSettings] = []
    for (index, declared) in request.strategies.enumerated() {
      let path = "\(field)[\(index)]"
      guard let strategy = declared.strategy.flatMap(ServedStrategy.init) else {
        check.wrong(
          path, "STRATEGY_MALFORMED", "the strategy is missing, or a parameter's type is none of integer, decimal, boolean and text")
        continue
      }
      for problem in strategy.problems { check.wrong(path, "STRATEGY_MALFORMED", problem) }
      if list.contains(where: { $0.strategy.name == strategy.name }) {
        check.wrong(path, "STRATEGY_MALFORMED", "\(strategy.name) is registered twice")
      }
      let deadline = declared.deadlineMs == 0 ? deadlineDefault : declared.deadlineMs
      if !deadlines.contains(deadline) {
        check.wrong(
          "\(path).deadline_ms", "OUT_OF_RANGE",
          "deadline_ms must be from \(deadlines.lowerBound) to \(deadlines.upperBound), not \(declared.deadlineMs)")
      }
      let history = declared.historyCandles == 0 ? ServedStrategy.historyMaximum : Int(declared.historyCandles)
      if history < 0 || history > ServedStrategy.historyMaximum {
        check.wrong(
          "\(path).history_candles", "OUT_OF_RANGE", "history_candles must be from 0 to \(ServedStrategy.historyMaximum), not \(history)")
      }
      list.append(ServedSettings(strategy: strategy, deadline: .milliseconds(deadline), historyCandles: history))
    }
    try check.finish()
    return list
  }
}
