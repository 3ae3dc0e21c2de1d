import ControlCommands
import ParameterSearch
import Presentation
import Strategies
import Time
import TradingModel

/// Shows a walk-forward: what each window chose, what that did afterwards, and all of it as one run.
struct WalkForwardOutput {
  private let output: Output
  private let run: OptimizeRun
  private let plan: OptimizePlan

  init(_ output: Output, _ run: OptimizeRun, _ plan: OptimizePlan) {
    self.output = output
    self.run = run
    self.plan = plan
  }

  func show(_ walk: WalkForward) {
    guard let last = walk.windows.last else { return }
    let verdict = SurvivalVerdict(walk)
    let command = BestCommand(run, plan, index: last.best.index)
    switch output.format {
    case .json: output.line(OptimizeJSON(run, plan).text(walk, verdict, command))
    case .table, .csv:
      output.line("\(plan.title), \(CountText.of(walk.windows.count, "window"))", .bold)
      output.card(plan.card)
      output.line("")
      output.rowsOnly(
        walk.windows.enumerated().map { place, window in
          WindowRow(number: place + 1, parameters: plan.text(window.best), window: window, objective: plan.objective)
        })
      if walk.windows.contains(where: { !$0.isEligible }) {
        output.line("* no combination made \(CountText.of(run.search.minTrades, "trade")) with a \(plan.objective) in sample", .dim)
      }
      output.line("")
      output.line("All windows out of sample, as one run", .bold)
      output.card(total(walk))
      output.line("")
      let value = plan.objective.text(plan.objective.value(of: walk.outOfSample))
      OptimizeOutput.show(verdict, "\(plan.objective) \(value) over all windows, efficiency \(RatioText.fixed(walk.efficiency))", output)
      OptimizeOutput.show(command, "What the last window chose, to copy:", output)
    }
  }

  private func total(_ walk: WalkForward) -> [CardLine] {
    let figures = walk.outOfSample
    return [
      CardLine("  \(plan.objective)", TrialRow.value(plan.objective, figures)),
      CardLine("  net profit", DecimalText.signed(figures.netProfit.description)),
      CardLine("  net profit %", RatioText.signedPercent(figures.netProfitFraction)),
      CardLine("  maximum drawdown %", RatioText.percent(figures.maxDrawdownFraction)),
      CardLine("  trades", "\(figures.trades)"),
      CardLine("  win rate", RatioText.percent(figures.winRate)),
      CardLine("  efficiency", "\(RatioText.fixed(walk.efficiency)) of the annual return in sample"),
    ]
  }
}

private struct WindowRow: TableRow {
  var number: Int
  var parameters: String
  var window: WalkForward.Window
  var objective: SearchObjective

  static var columns: [TableColumn<Self>] {
    [
      TableColumn("WINDOW", .right) { Cell("\($0.number)\($0.window.isEligible ? "" : "*")") },
      TableColumn("TRADES FROM") { Cell($0.window.span.outOfSample.map { TimeText.dateTime($0.from.nanoseconds) } ?? "") },
      TableColumn("PARAMETERS", flexible: true) { Cell($0.parameters, .accent) },
      TableColumn("IN SAMPLE", .right) { TrialRow.value($0.objective, $0.window.best.inSample) },
      TableColumn("OUT OF SAMPLE", .right) { TrialRow.value($0.objective, $0.window.best.outOfSample) },
      TableColumn("PROFIT", .right) { RatioText.signedPercent($0.window.best.inSample.netProfitFraction) },
      TableColumn("PROFIT OUT", .right) { RatioText.signedPercent($0.window.best.outOfSample?.netProfitFraction) },
      TableColumn("TRADES OUT", .right) { Cell($0.window.best.outOfSample.map { "\($0.trades)" } ?? "") },
      TableColumn("EFFICIENCY", .right) { Cell(RatioText.fixed($0.window.efficiency)) },
    ]
  }
}
