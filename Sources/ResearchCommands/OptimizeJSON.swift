import Backtest
import BotAPI
import ControlCommands
import ParameterSearch
import Presentation
import Time
import TradingCore
import TradingModel

/// What a search found as JSON: decimals and integers of 64 bits as strings, ratios as numbers. The same search gives the same bytes.
struct OptimizeJSON {
  private let run: OptimizeRun
  private let plan: OptimizePlan

  init(_ run: OptimizeRun, _ plan: OptimizePlan) {
    self.run = run
    self.plan = plan
  }

  func text(_ ranking: SearchRanking, deflatedSharpe: Double?, _ verdict: SurvivalVerdict?, _ command: BestCommand) -> String {
    var json = JSONText(pretty: true)
    json.beginObject()
    head(&json, finished: ranking.trials.count)
    json.field("eligible", ranking.eligibleCount)
    if let deflatedSharpe { json.field("deflated_sharpe", deflatedSharpe) }
    if let span = plan.search.spans.first { periods(&json, span) }
    json.key("top")
    json.beginArray()
    for (place, trial) in ranking.trials.prefix(run.search.top).enumerated() {
      json.element()
      json.beginObject()
      json.field("rank", place + 1)
      json.field("eligible", place < ranking.eligibleCount)
      self.trial(&json, trial)
      json.endObject()
    }
    json.endArray()
    tail(&json, verdict, command)
    return json.text
  }

  func text(_ walk: WalkForward, _ verdict: SurvivalVerdict?, _ command: BestCommand) -> String {
    var json = JSONText(pretty: true)
    json.beginObject()
    head(&json, finished: plan.search.jobCount)
    json.key("windows")
    json.beginArray()
    for window in walk.windows {
      json.element()
      json.beginObject()
      periods(&json, window.span)
      json.field("eligible", window.isEligible)
      json.field("efficiency", window.efficiency)
      trial(&json, window.best)
      json.endObject()
    }
    json.endArray()
    ResultLine.figures(&json, "out_of_sample", walk.outOfSample)
    objective(&json, "objective_value", walk.outOfSample)
    json.field("efficiency", walk.efficiency)
    tail(&json, verdict, command)
    return json.text
  }

  private func head(_ json: inout JSONText, finished: Int) {
    let search = plan.search
    json.field("strategy", search.settings.bots.first?.strategyName ?? "")
    json.field("symbols", search.settings.bots.map(\.symbol.text))
    json.field("interval", plan.bot.interval ?? "")
    json.field("objective", plan.objective.rawValue)
    json.field("minimum_trades", run.search.minTrades)
    json.field("ranges", search.space.ranges.map(\.description))
    json.field("combinations", search.space.size)
    json.field("refused", search.refusedCount)
    json.field("trials", search.jobCount)
    json.field("finished", finished)
  }

  private func periods(_ json: inout JSONText, _ span: SearchSpan) {
    json.field("in_sample_start_time_ns", span.inSample.from.nanoseconds)
    json.field("in_sample_end_time_ns", span.inSample.to.nanoseconds)
    guard let outside = span.outOfSample else { return }
    json.field("out_of_sample_start_time_ns", outside.from.nanoseconds)
    json.field("out_of_sample_end_time_ns", outside.to.nanoseconds)
  }

  /// The objective's value, with the digits that the figure has.
  private func objective(_ json: inout JSONText, _ name: String, _ figures: SearchFigures?) {
    let value = figures.flatMap { plan.objective.value(of: $0) }
    switch plan.objective {
    case .netProfitFraction, .winRate, .profitFactor, .maxDrawdownFraction: ResultLine.fraction(&json, name, value)
    case .netProfit, .expectancy, .sharpe, .sortino, .calmar: json.field(name, value)
    }
  }

  private func trial(_ json: inout JSONText, _ trial: SearchTrial) {
    json.field("index", trial.index)
    ResultLine.parameters(&json, plan.search.parameters(of: trial))
    objective(&json, "objective_in_sample", trial.inSample)
    objective(&json, "objective_out_of_sample", trial.outOfSample)
    ResultLine.figures(&json, "in_sample", trial.inSample)
    ResultLine.figures(&json, "out_of_sample", trial.outOfSample)
  }

  /// Numbers that are none are null; so is the verdict where nothing was held back.
  private func tail(_ json: inout JSONText, _ verdict: SurvivalVerdict?, _ command: BestCommand) {
    json.key("survives")
    if let verdict { json.value(verdict.survives) } else { json.null() }
    json.field("warnings", verdict?.reasons ?? [])
    json.field("backtest_command", command.backtest)
    json.field("create_command", command.create)
    json.field("notes", plan.notes)
    json.endObject()
  }
}
