import Backtest
import BotAPI
import ControlCommands
import Presentation
import TradingCore
import TradingModel

/// Shows a report on the terminal, or as JSON.
struct BacktestOutput {
  private let output: Output

  init(_ output: Output) { self.output = output }

  func show(_ report: BacktestReport, fills: [FillRecord]?) {
    switch output.format {
    case .json: output.line(ReportJSON.text(report, fills: fills))
    case .table, .csv: tables(report)
    }
  }

  private func tables(_ report: BacktestReport) {
    output.line(report.title, .bold)
    if let ended = report.ended { output.line(ended.sentence, .warning) }
    var lines: [CardLine] = []
    if !report.parameters.isEmpty {
      lines.append(CardLine("parameters", report.parameters.map { "\($0.name)=\($0.value)" }.joined(separator: " ")))
    }
    for setting in report.settings { lines.append(CardLine(setting.name, setting.value)) }
    for section in report.sections {
      lines.append(.heading(section.title))
      for figure in section.figures { lines.append(CardLine("  \(figure.label)", Cell(figure.text, style(figure)))) }
    }
    output.card(lines)
    groups("Why trades ended", "EXIT", report.exits)
    if report.bySymbol.count > 1 { groups("By symbol", "SYMBOL", report.bySymbol) }
    if !report.denials.isEmpty {
      output.line("")
      output.line("Signals denied", .bold)
      output.card(report.denials.map { CardLine("  \($0.name)", "\($0.tradeCount)") })
    }
    months(report)
    beside(report)
    output.line("")
    for note in report.notes { output.line("· \(note)", .dim) }
  }

  private func style(_ figure: BacktestReport.Figure) -> Style {
    switch figure.key {
    case "net_profit", "net_profit_fraction", "excess_return", "cagr", "expectancy", "realized_pnl":
      figure.number.hasPrefix("-") ? .bad : .good
    default: .plain
    }
  }

  private func groups(_ title: String, _ name: String, _ groups: [BacktestReport.Group]) {
    guard !groups.isEmpty else { return }
    output.line("")
    output.line(title, .bold)
    output.rowsOnly(groups.map { GroupRow(group: $0) })
  }

  private func beside(_ report: BacktestReport) {
    guard let other = report.beside else { return }
    output.line("")
    output.line("Beside \(other.title) (\(other.source), \(TimeText.minute(other.start)) to \(TimeText.minute(other.end)))", .bold)
    output.rowsOnly(report.comparison.map { ComparedRow(compared: $0) })
    guard !report.changedSettings.isEmpty else { return }
    output.line("")
    output.line("Settings that differ", .bold)
    output.rowsOnly(report.changedSettings.map { ChangedRow(changed: $0) })
  }

  private func months(_ report: BacktestReport) {
    guard report.months.count > 1 else { return }
    output.line("")
    output.line("By month", .bold)
    output.rowsOnly(report.months.map { MonthRow(month: $0) })
  }
}

private struct GroupRow: TableRow {
  var group: BacktestReport.Group

  static var columns: [TableColumn<Self>] {
    [
      TableColumn("NAME") { Cell($0.group.name, .accent) },
      TableColumn("TRADES", .right) { Cell("\($0.group.tradeCount)") },
      TableColumn("WIN RATE", .right) {
        Cell($0.group.tradeCount == 0 ? "" : RatioText.percent($0.group.winCount, of: $0.group.tradeCount))
      },
      TableColumn("PROFIT", .right) { DecimalText.signed($0.group.profit.description) },
      TableColumn("AVERAGE", .right) { RatioText.signedPercent($0.group.averageFraction) },
      TableColumn("DURATION", .right) { Cell(TimeText.length(seconds: $0.group.averageSeconds)) },
    ]
  }
}

private struct ComparedRow: TableRow {
  var compared: BacktestReport.Compared

  static var columns: [TableColumn<Self>] {
    [
      TableColumn("FIGURE") { Cell($0.compared.label, .accent) }, TableColumn("THIS", .right) { Cell($0.compared.text) },
      TableColumn("BESIDE", .right) { Cell($0.compared.besideText) },
      TableColumn("DIFFERENCE", .right) { Cell($0.compared.differenceText) },
    ]
  }
}

private struct ChangedRow: TableRow {
  var changed: BacktestReport.Changed

  static var columns: [TableColumn<Self>] {
    [
      TableColumn("SETTING") { Cell($0.changed.name, .accent) }, TableColumn("THIS") { Cell($0.changed.value) },
      TableColumn("BESIDE") { Cell($0.changed.besideValue) },
    ]
  }
}

private struct MonthRow: TableRow {
  var month: BacktestReport.Month
  static var columns: [TableColumn<Self>] {
    [
      TableColumn("MONTH") { Cell("\($0.month.year)-\($0.month.month < 10 ? "0" : "")\($0.month.month)") },
      TableColumn("TRADES", .right) { Cell("\($0.month.tradeCount)") },
      TableColumn("PROFIT", .right) { DecimalText.signed($0.month.profit.description) },
      TableColumn("RETURN", .right) { RatioText.signedPercent($0.month.fraction) },
    ]
  }
}
