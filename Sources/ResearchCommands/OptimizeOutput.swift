import Backtest
import BotAPI
import ControlCommands
import ParameterSearch
import Presentation
import Strategies
import TradingCore
import TradingModel

/// Shows what a search found: the best combinations, whether the best one holds, and the commands to use it.
struct OptimizeOutput {
  private let output: Output
  private let run: OptimizeRun
  private let plan: OptimizePlan

  init(_ output: Output, _ run: OptimizeRun, _ plan: OptimizePlan) {
    self.output = output
    self.run = run
    self.plan = plan
  }

  /// - Parameter deflatedSharpe: of the best; `nil` where it says nothing.
  func show(_ ranking: SearchRanking, deflatedSharpe: Double?) {
    guard let best = ranking.best else { return }
    let verdict = SurvivalVerdict(ranking)
    let command = BestCommand(run, plan, index: best.index)
    switch output.format {
    case .json: output.line(OptimizeJSON(run, plan).text(ranking, deflatedSharpe: deflatedSharpe, verdict, command))
    case .table, .csv:
      output.line(plan.title, .bold)
      output.card(plan.card)
      output.line("")
      output.rowsOnly(
        ranking.trials.prefix(run.search.top).enumerated().map { place, trial in
          TrialRow(
            rank: place + 1, parameters: plan.text(trial), trial: trial, objective: plan.objective,
            isEligible: place < ranking.eligibleCount)
        })
      if ranking.eligibleCount < min(run.search.top, ranking.trials.count) {
        output.line("* fewer than \(CountText.of(ranking.minimumTrades, "trade")), or no \(plan.objective)", .dim)
      }
      output.line("")
      Self.show(verdict, promise(best), output)
      if let deflatedSharpe {
        output.line(
          "Deflated Sharpe of the best: \(FigureText.percent(deflatedSharpe)) (the chance that its Sharpe ratio is more than the luck of \(CountText.of(ranking.trials.count, "combination")))"
        )
      }
      Self.show(command, "The best combination, to copy:", output)
    }
  }

  private func promise(_ best: SearchTrial) -> String {
    func text(_ figures: SearchFigures?) -> String { plan.objective.text(figures.flatMap { plan.objective.value(of: $0) }) }
    return "\(plan.objective) \(text(best.outOfSample)) out of sample, \(text(best.inSample)) in sample"
  }

  static func show(_ verdict: SurvivalVerdict?, _ promise: String, _ output: Output) {
    guard let verdict else {
      output.line("Not checked: nothing was held back (--split 0). The best of many combinations is partly luck.", .warning)
      return
    }
    guard !verdict.survives else { return output.line("The best holds on data it was not chosen by: \(promise).", .good) }
    output.line("Warning: the best does not survive the check on data it was not chosen by; expect no such profit from it:", .warning)
    for reason in verdict.reasons { output.line("  - \(reason)", .warning) }
  }

  static func show(_ command: BestCommand, _ title: String, _ output: Output) {
    output.line("")
    output.line(title, .bold)
    output.line(command.backtest)
    output.line(command.create)
  }
}

extension OptimizePlan {
  /// "rsi on BTCUSDT, 5m: 60 combinations"
  var title: String {
    let names = search.settings.bots.map(\.symbol.text)
    let shown = names.count > 3 ? names.prefix(3).joined(separator: ", ") + " and \(names.count - 3) more" : names.joined(separator: ", ")
    return
      "\(search.settings.bots.first?.strategyName ?? "") on \(shown), \(bot.interval ?? ""): \(CountText.of(search.indices.count, "combination"))"
  }

  var card: [CardLine] {
    var lines = [
      CardLine("ranges", search.space.ranges.map(\.description).joined(separator: "  ")), CardLine("objective", objective.rawValue),
    ]
    if search.indices.count + search.refusedCount < search.space.size {
      lines.append(CardLine("chosen", "\(search.indices.count + search.refusedCount) of \(search.space.size) at random"))
    }
    if search.refusedCount > 0 { lines.append(CardLine("skipped", "\(search.refusedCount) that the strategy refuses (\(search.refusal))")) }
    if !search.isWalkForward, let span = search.spans.first {
      lines.append(CardLine("in sample", span.inSample.description))
      lines.append(CardLine("out of sample", span.outOfSample?.description ?? "none"))
    }
    return lines
  }

  /// "fast=5 slow=20"
  func text(_ trial: SearchTrial) -> String { search.parameters(of: trial).map { "\($0.name)=\($0.value)" }.joined(separator: " ") }
}

/// A combination in the table of the best.
struct TrialRow: TableRow {
  var rank: Int
  var parameters: String
  var trial: SearchTrial
  var objective: SearchObjective
  var isEligible: Bool

  static func value(_ objective: SearchObjective, _ figures: SearchFigures?) -> Cell {
    guard let figures else { return Cell("") }
    let value = objective.value(of: figures)
    guard let value, let neutral = objective.neutral else { return Cell(objective.text(value)) }
    return Cell(objective.text(value), value > neutral ? .good : .bad)
  }

  static var columns: [TableColumn<Self>] {
    [
      TableColumn("RANK", .right) { Cell("\($0.rank)\($0.isEligible ? "" : "*")") },
      TableColumn("PARAMETERS", flexible: true) { Cell($0.parameters, .accent) },
      TableColumn("IN SAMPLE", .right) { value($0.objective, $0.trial.inSample) },
      TableColumn("OUT OF SAMPLE", .right) { value($0.objective, $0.trial.outOfSample) },
      TableColumn("PROFIT", .right) { RatioText.signedPercent($0.trial.inSample.netProfitFraction) },
      TableColumn("PROFIT OUT", .right) { RatioText.signedPercent($0.trial.outOfSample?.netProfitFraction) },
      TableColumn("DRAWDOWN", .right) { Cell(RatioText.percent($0.trial.inSample.maxDrawdownFraction)) },
      TableColumn("TRADES", .right) { Cell("\($0.trial.inSample.trades)") },
      TableColumn("WIN RATE", .right) { Cell(RatioText.percent($0.trial.inSample.winRate)) },
    ]
  }
}
