import Backtest
import Time
import TradingModel

/// Two results side by side: curves on one axis, figures in two columns with their difference, and the settings that differ.
extension HTMLReport {
  var besideContent: Markup {
    guard let beside = report.beside else { return .empty }
    return """
      <p class="say">This: <b>\(report.title)</b> (\(sourceName(report.source)), \(PageTime.day(report.start)) – \(PageTime.day(report.end))). \
      Beside it: <b>\(beside.title)</b> (\(sourceName(beside.source)), \(PageTime.day(beside.start)) – \(PageTime.day(beside.end))).\
      \(periodNote(beside))</p>
      \(besideFigure(beside))\(comparedTable)\(changedTable)
      """
  }

  private func sourceName(_ source: String) -> String { source == "backtest" ? "backtest" : "results, \(source)" }

  private func periodNote(_ beside: ResultBeside) -> Markup {
    beside.start == report.start && beside.end == report.end ? .empty : " <b>They cover different times.</b>"
  }

  /// The other's curve. Where the two have no time in common it is moved to begin where this one begins.
  var besideCurve: [ResultBeside.Point] {
    guard let beside = report.beside, isMoved(beside) else { return report.beside?.curve ?? [] }
    let (shift, overflow) = report.start.nanoseconds.subtractingReportingOverflow(beside.start.nanoseconds)
    return beside.curve.compactMap { point in
      let (moved, isBeyond) = point.time.nanoseconds.addingReportingOverflow(shift)
      return overflow || isBeyond
        ? nil : .init(time: Timestamp(nanoseconds: moved), fraction: point.fraction, drawdown: point.drawdown)
    }
  }

  private func isMoved(_ beside: ResultBeside) -> Bool { beside.end <= report.start || report.end <= beside.start }

  private func besideFigure(_ beside: ResultBeside) -> Markup {
    let own = report.ownCurve
    let other = besideCurve
    guard let last = own.last, let otherLast = other.last else { return .empty }
    let text = { (value: Double) in NumberText.percent(value, digits: 2, isSigned: true) }
    let figure = ChartFigure(
      name: "beside", title: "Profit of both and their falls over time",
      summary: "This ended at \(text(last.fraction)) of its capital, the other at \(text(otherLast.fraction)).",
      legend: """
        <span class="key"><i class="swatch line"></i>This <b>\(text(last.fraction))</b></span>\
        <span class="key"><i class="swatch other"></i>Beside <b>\(text(otherLast.fraction))</b></span>
        """,
      caption: """
        Profit in percent of the capital at the time, and the fall below the highest value before. Times are UTC.\
        \(isMoved(beside) ? " They have no time in common: the other is moved to begin where this one begins." : "")
        """,
      data: "beside")
    let times = (own + other).map(\.time)
    let axis = TimeAxis(start: times.min() ?? report.start, end: times.max() ?? report.end)
    return figure.markup { besideDrawing([own, other], axis, $0) }
  }

  private func besideDrawing(_ curves: [[ResultBeside.Point]], _ time: TimeAxis, _ size: PlotSize) -> ChartFigure.Drawing {
    let isWide = size == .wide
    let value = ValueAxis(curves.joined().map(\.fraction) + [0], target: isWide ? 6 : 5)
    let falls = curves.map { $0.map { min(max($0.drawdown.isFinite ? $0.drawdown : 0, 0), 1_000) } }
    let fall = ValueAxis(low: -max(falls.joined().max() ?? 0, 0.01) * 1.1, high: 0, target: isWide ? 4 : 3)
    let valueLabels = value.ticks.map { NumberText.percent($0, digits: NumberText.fractionDigits(value.step * 100)) }
    let fallLabels = fall.ticks.map { NumberText.percent($0, digits: NumberText.fractionDigits(fall.step * 100)) }
    let left = Plot.labelRoom(valueLabels + fallLabels, size: size)
    let right = size.width - (isWide ? 12 : 6)
    let upper = Plot(left: left, right: right, top: 26, bottom: isWide ? 266 : 216, time: time, value: value)
    let lower = Plot(left: left, right: right, top: upper.bottom + 34, bottom: upper.bottom + 124, time: time, value: fall)
    let number = NumberText.coordinate
    let lines = zip(curves, falls).enumerated().reversed().map { index, pair in
      let times = pair.0.map(\.time.drawnSeconds)
      let style = index == 0 ? "equity" : "other"
      return """
        <path class="\(style)" d="\(upper.line(zip(times, pair.0).map { ($0, $1.fraction) }))"/>\
        <path class="\(style) thin" d="\(lower.line(zip(times, pair.1).map { ($0, -$1) }))"/>
        """ as Markup
    }
    let body: Markup = """
      <text class="panel" x="\(number(left))" y="14">Profit, % of capital</text>\
      <text class="panel" x="\(number(left))" y="\(number(lower.top - 10))">Drawdown</text>\
      \(upper.valueGrid(labels: valueLabels))\(lower.valueGrid(labels: fallLabels))\(lower.timeLabels(size: size))\
      <path class="axis" d="M\(number(left)) \(number(upper.y(0)))H\(number(right))"/>\(lines)
      """
    return (lower.bottom + 44, upper, lower, body)
  }

  private var comparedTable: Markup {
    var section = ""
    let rows = report.comparison.map { compared in
      var head = Markup.empty
      if compared.section != section {
        section = compared.section
        head = "<tr class=\"part\"><th scope=\"colgroup\" colspan=\"4\">\(section)</th></tr>\n"
      }
      let tone = compared.difference.flatMap { Self.tone(of: compared.key, $0) } ?? ""
      return head + """
        <tr><th scope="row">\(compared.label)</th><td>\(Self.typographic(compared.text))</td>\
        <td>\(Self.typographic(compared.besideText))</td>\
        <td class="\(tone)">\(Self.typographic(compared.differenceText))</td></tr>

        """
    }
    return """
      <div class="box" tabindex="0" role="region" aria-label="Figures of both"><table class="numbers compared">
      <thead><tr><th scope="col">Figure</th><th scope="col">This</th><th scope="col">Beside</th><th scope="col">Difference</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table></div>
      <p class="caption">Difference: this less the other; of percentages in points. What is not known in one of them has none.</p>

      """
  }

  /// The tone of a difference in figures that are better high, or low; `nil` for others, and for none.
  private static func tone(of key: String, _ difference: String) -> String? {
    guard difference.contains(where: { ("1"..."9").contains($0) }) else { return nil }
    let isMore = !difference.hasPrefix("-")
    let high: Set = [
      "net_profit", "net_profit_fraction", "cagr", "excess_return", "sharpe", "sortino", "calmar", "profit_factor", "expectancy",
      "win_rate",
      "system_quality", "return_on_capital", "break_even_cost",
    ]
    let low: Set = ["max_drawdown_fraction", "max_drawdown", "largest_fall", "longest_underwater_seconds", "annual_volatility"]
    if high.contains(key) { return isMore ? "gain" : "loss" }
    return low.contains(key) ? (isMore ? "loss" : "gain") : nil
  }

  private var changedTable: Markup {
    let changed = report.changedSettings
    guard !changed.isEmpty else { return "<p class=\"caption\">Parameters and settings are the same in both.</p>\n" }
    let rows = changed.map { changed in
      """
      <tr><th scope="row">\(changed.name)</th><td>\(changed.value.isEmpty ? NumberText.missing : changed.value)</td>\
      <td>\(changed.besideValue.isEmpty ? NumberText.missing : changed.besideValue)</td></tr>

      """ as Markup
    }
    return """
      <h3 class="after">Settings that differ</h3>
      <div class="box" tabindex="0" role="region" aria-label="Settings that differ"><table class="changed">
      <thead><tr><th scope="col">Setting</th><th scope="col">This</th><th scope="col">Beside</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table></div>

      """
  }
}
