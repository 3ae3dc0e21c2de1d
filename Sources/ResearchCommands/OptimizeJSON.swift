import Backtest
import BotAPI
import ControlCommands
import ParameterSearch
import Time
import TradingCore
import TradingModel

/// What a search found as JSON: decimals as strings, times in milliseconds, ratios as numbers. The same search gives the same bytes.
struct OptimizeJSON {
  private let run: OptimizeRun
  private let plan: OptimizePlan

  init(_ run: OptimizeRun, _ plan: OptimizePlan) {
    self.run = run
    self.plan = plan
  }

  func text(_ ranking: SearchRanking, _ verdict: SurvivalVerdict?, _ command: BestCommand) -> String {
    var json = JSONText(pretty: true)
    json.beginObject()
    head(&json, finished: ranking.trials.count)
    json.field("eligible", ranking.eligibleCount)
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
      json.field("efficiency", window.efficiency ?? .nan)
      trial(&json, window.best)
      json.endObject()
    }
    json.endArray()
    ResultLine.figures(&json, "out_of_sample", walk.outOfSample)
    json.field("objective_value", plan.objective.value(of: walk.outOfSample) ?? .nan)
    json.field("efficiency", walk.efficiency ?? .nan)
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
    json.field("in_sample_start_ms", span.inSample.from.milliseconds)
    json.field("in_sample_end_ms", span.inSample.to.milliseconds)
    guard let outside = span.outOfSample else { return }
    json.field("out_of_sample_start_ms", outside.from.milliseconds)
    json.field("out_of_sample_end_ms", outside.to.milliseconds)
  }

  private func trial(_ json: inout JSONText, _ trial: SearchTrial) {
    json.field("index", trial.index)
    ResultLine.parameters(&json, plan.search.parameters(of: trial))
    json.field("objective_in_sample", plan.objective.value(of: trial.inSample) ?? .nan)
    json.field("objective_out_of_sample", trial.outOfSample.flatMap { plan.objective.value(of: $0) } ?? .nan)
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
