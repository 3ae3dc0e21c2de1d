import Backtest
import TradingModel

extension HTMLReport {
  /// Years as rows, months as columns: the change of equity, coloured by its size.
  var monthTable: Markup {
    let months = report.months.filter { (1...12).contains($0.month) }
    guard !months.isEmpty else { return .empty }
    let years = Array(Set(months.map(\.year))).sorted()
    let largest = months.map(\.fraction).filter(\.isFinite).map(\.magnitude).max() ?? 0
    let scale = max(ValueAxis.roundStep(min(largest, 1e6)), 0.001)
    let heads = (1...12).map { "<th scope=\"col\">\(PageTime.monthName($0))</th>" as Markup }
    let rows = years.map { year in
      let inYear = months.filter { $0.year == year }
      let cells = (1...12).map { month in monthCell(month, inYear.first { $0.month == month }, scale) }
      return "<tr><th scope=\"row\">\(String(year))</th>\(cells)\(yearCell(year, inYear))</tr>\n" as Markup
    }
    let steps = (-5...5).map { "<i class=\"\(Self.heat($0))\"></i>" as Markup }
    return """
      <div class="heat-box"><table class="heat">
      <caption class="hidden">Change of equity by month, percent</caption>
      <thead><tr><th scope="col">Year</th>\(heads)<th scope="col">Total</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table></div>
      <div class="scale" aria-hidden="true"><span>\(NumberText.percent(-scale, digits: NumberText.fractionDigits(scale * 100)))</span>\
      <span class="steps">\(steps)</span><span>\(NumberText.percent(scale, digits: NumberText.fractionDigits(scale * 100), isSigned: true))</span></div>
      <p class="caption">Change of equity in percent of its value at the month’s start. Totals compound the months.</p>

      """
  }

  private func monthCell(_ number: Int, _ month: BacktestReport.Month?, _ scale: Double) -> Markup {
    let name = PageTime.monthName(number)
    guard let month else { return "<td class=\"none\" data-m=\"\(name)\"></td>" }
    let trades = month.tradeCount == 1 ? "1 trade" : "\(grouped(month.tradeCount)) trades"
    let title = "\(name) \(month.year): \(money(month.profit, isSigned: true)) \(report.quoteAsset), \(trades)"
    let level = month.fraction.isFinite ? Self.level(month.fraction, scale) : 0
    return "<td class=\"\(Self.heat(level))\" data-m=\"\(name)\" title=\"\(title)\">\(Self.heatText(month.fraction))</td>"
  }

  private func yearCell(_ year: Int, _ months: [BacktestReport.Month]) -> Markup {
    let growth = months.map(\.fraction).filter(\.isFinite).reduce(1.0) { $0 * (1 + $1) }
    let profit = months.reduce(Amount.zero) { $0 + $1.profit }
    let title = "\(year): \(money(profit, isSigned: true)) \(report.quoteAsset)"
    return "<td class=\"total \(Self.tone(growth - 1))\" data-m=\"Total\" title=\"\(title)\">\(Self.heatText(growth - 1))</td>"
  }

  /// Percent without its sign, one fractional digit below a hundred.
  private static func heatText(_ fraction: Double) -> String {
    NumberText.decimal(fraction * 100, digits: fraction.magnitude < 0.9995 ? 1 : 0, isSigned: true)
  }

  /// −5…5: how strong a cell's colour is.
  private static func level(_ fraction: Double, _ scale: Double) -> Int {
    let share = min((fraction / scale).magnitude, 1)
    let level = Int((share * 5).rounded(.up))
    return fraction < 0 ? -level : level
  }

  private static func heat(_ level: Int) -> String { level == 0 ? "z" : level > 0 ? "g\(level)" : "l\(-level)" }
}
