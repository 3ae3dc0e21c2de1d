import Backtest
import Presentation
import Statistics
import Time
import TradingModel

/// Drawdowns and the Sharpe ratio over time.
extension HTMLReport {
  /// The deepest falls, each with its way down and back.
  var drawdownTable: Markup {
    guard !report.drawdowns.isEmpty else { return .empty }
    let rows = report.drawdowns.enumerated().map { index, fall in
      let end = fall.recovery ?? report.end
      return """
        <tr data-from="\(String(fall.peak.drawnSeconds))" data-to="\(String(end.drawnSeconds))"><th scope="row">\(index + 1)</th>\
        <td class="loss">\(NumberText.percent(-fall.fraction, digits: 2))</td><td>\(money(fall.lost))</td>\
        <td>\(TimeText.minute(fall.peak))</td><td>\(TimeText.minute(fall.bottom))</td>\
        <td>\(fall.recovery.map(TimeText.minute) ?? "not yet")</td><td>\(length(fall.peak, fall.bottom))</td>\
        <td>\(length(fall.peak, end))</td></tr>

        """ as Markup
    }
    return """
      <div class="box" tabindex="0" role="region" aria-label="Worst drawdowns"><table class="numbers falls" id="falls">
      <thead><tr><th scope="col">#</th><th scope="col">Fall</th><th scope="col">Lost, \(report.quoteAsset)</th><th scope="col">Peak</th>\
      <th scope="col">Bottom</th><th scope="col">Recovered</th><th scope="col">Down</th><th scope="col">In all</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table></div>
      <p class="caption">Deepest first. Each fall from a peak to the recovery of that peak; no two overlap. Lost is the net profit between peak and bottom. \
      Times are UTC.</p>

      """
  }

  private func length(_ start: Timestamp, _ end: Timestamp) -> String {
    PageTime.duration(seconds: Double(end.nanoseconds(since: start)) / 1e9)
  }

  /// The Sharpe ratio of the last days, day by day.
  var rollingFigure: Markup {
    let values = report.rollingSharpe.compactMap { value in value.sharpe.map { (time: value.time.drawnSeconds, sharpe: $0) } }
    guard let last = values.last else { return .empty }
    let days = RollingSharpe.windowDays
    let lowest = values.map(\.sharpe).min() ?? 0
    let highest = values.map(\.sharpe).max() ?? 0
    let text = { (value: Double) in NumberText.decimal(value, digits: 2) }
    let figure = ChartFigure(
      name: "rolling", title: "Sharpe ratio of the last \(days) days",
      summary: "Between \(text(lowest)) and \(text(highest)), at the end \(text(last.sharpe)).",
      legend: """
        <span class="key"><i class="swatch line"></i>Last \(days) days <b>\(text(last.sharpe))</b></span>\
        <span class="key">Lowest <b>\(text(lowest))</b></span><span class="key">Highest <b>\(text(highest))</b></span>
        """,
      caption: """
        At 00:00 UTC of each day: mean ÷ standard deviation of the returns of the \(days) whole days before, × √365. \
        A window without variation has none. Of so few days it is rough: far from zero for long says more than how far.
        """,
      data: "rolling")
    return figure.markup { size in
      let isWide = size == .wide
      let axis = ValueAxis(values.map(\.sharpe) + [0], target: isWide ? 5 : 4, padding: 0.08)
      let labels = axis.ticks.map { NumberText.tick($0, step: axis.step) }
      let plot = Plot(
        left: Plot.labelRoom(labels, size: size), right: size.width - (isWide ? 12 : 6), top: 8, bottom: isWide ? 188 : 168, time: timeAxis,
        value: axis)
      let number = NumberText.coordinate
      let body: Markup = """
        \(plot.valueGrid(labels: labels))\(plot.timeLabels(size: size))\
        <path class="axis" d="M\(number(plot.left)) \(number(plot.y(0)))H\(number(plot.right))"/>\
        <path class="equity" d="\(plot.line(values.map { ($0.time, $0.sharpe) }))"/>
        """
      return (plot.bottom + 44, plot, nil, body)
    }
  }
}
