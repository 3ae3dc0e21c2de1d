import Backtest
import TradingModel

extension HTMLReport {
  /// The time axis that all charts share.
  var timeAxis: TimeAxis {
    let first = report.equity.map(\.time).min() ?? report.start
    let last = report.equity.map(\.time).max() ?? report.end
    return TimeAxis(start: min(report.start, first), end: max(report.end, last))
  }

  /// Equity samples in order of time.
  var samples: [BacktestReport.EquitySample] {
    let isOrdered = zip(report.equity, report.equity.dropFirst()).allSatisfy { $0.time <= $1.time }
    return isOrdered ? report.equity : report.equity.sorted { $0.time < $1.time }
  }

  /// Equity with the market, and below it the fall from the highest equity, over one time axis.
  var equityFigure: Markup {
    let samples = samples
    guard let last = samples.last else { return "<p class=\"empty\">There are no equity samples.</p>" }
    let equity = NumberText.decimal(last.equity, digits: moneyDigits)
    let market = NumberText.decimal(last.market, digits: moneyDigits)
    let fall = deepest.map { "\(deepestText(-$0.drawdown)) on \(PageTime.day($0.time))" } ?? "none"
    let figure = ChartFigure(
      name: "equity", title: "Equity and drawdown over time",
      summary:
        "The portfolio ended at \(equity) \(report.quoteAsset), \(report.isOfAccount ? "its capital" : "the market") at \(market). Deepest fall from a high: \(fall).",
      legend: """
        <span class="key"><i class="swatch line"></i>Strategy <b>\(equity)</b></span>\
        <span class="key"><i class="swatch market"></i>\(marketName) <b>\(market)</b></span>\
        <span class="key"><i class="swatch fall"></i>Deepest fall <b>\(fall)</b></span>
        """,
      caption: """
        In \(report.quoteAsset), open positions at market price. \(marketCaption) Times are UTC.
        """,
      data: "equity")
    return figure.markup { equityDrawing(samples, $0) }
  }

  /// What the second line of the chart is.
  var marketName: String { report.isOfAccount ? "Capital" : "Buy and hold" }

  private var marketCaption: String {
    report.isOfAccount
      ? "Capital is what was given to the bots; what is put in or taken out is neither profit nor drawdown."
      : "Buy and hold is the same capital in equal parts of the symbols, bought at the start and left alone."
  }

  private func equityDrawing(_ samples: [BacktestReport.EquitySample], _ size: PlotSize) -> ChartFigure.Drawing {
    let isWide = size == .wide
    let capital = report.capital.statisticValue
    let value = ValueAxis(samples.map(\.equity) + samples.map(\.market) + [capital], target: isWide ? 6 : 5)
    // A drawdown axis that starts at zero and shows at least a percent.
    let falls = samples.map { min(max($0.drawdown.isFinite ? $0.drawdown : 0, 0), 1_000) }
    let fall = ValueAxis(low: -max(falls.max() ?? 0, 0.01) * (isWide ? 1.3 : 1.4), high: 0, target: isWide ? 4 : 3)
    let valueLabels = value.ticks.map { NumberText.tick($0, step: value.step) }
    let fallLabels = fall.ticks.map { NumberText.percent($0, digits: NumberText.fractionDigits(fall.step * 100)) }
    let left = Plot.labelRoom(valueLabels + fallLabels, size: size)
    let right = size.width - (isWide ? 12 : 6)
    let upper = Plot(left: left, right: right, top: 26, bottom: isWide ? 296 : 226, time: timeAxis, value: value)
    let lower = Plot(
      left: left, right: right, top: upper.bottom + 34, bottom: upper.bottom + (isWide ? 130 : 120), time: upper.time, value: fall)
    let times = samples.map(\.time.drawnSeconds)
    let fallLine = lower.line(zip(times, falls).map { ($0, -$1) })
    let number = NumberText.coordinate
    var body: Markup = """
      <text class="panel" x="\(number(left))" y="14">Equity, \(report.quoteAsset)</text>\
      <text class="panel" x="\(number(left))" y="\(number(lower.top - 10))">Drawdown</text>\
      \(upper.valueGrid(labels: valueLabels))\(lower.valueGrid(labels: fallLabels))\(lower.timeLabels(size: size))\
      <path class="capital" d="M\(number(left)) \(number(upper.y(capital)))H\(number(right))"/>\
      <path class="market" d="\(upper.line(zip(times, samples).map { ($0, $1.market) }))"/>\
      <path class="equity" d="\(upper.line(zip(times, samples).map { ($0, $1.equity) }))"/>
      """
    if samples.count > 1, let first = times.first, let end = times.last {
      body += """
        <path class="fall-area" d="\(fallLine)L\(number(lower.x(end))) \(number(lower.top))L\(number(lower.x(first))) \(number(lower.top))Z"/>\
        <path class="fall" d="\(fallLine)"/>
        """
    } else if let only = samples.first, only.equity.isFinite {
      body += "<circle class=\"only\" cx=\"\(number(upper.x(only.time.drawnSeconds)))\" cy=\"\(number(upper.y(only.equity)))\" r=\"4\"/>"
    }
    body += deepestMark(lower, size)
    return (lower.bottom + 44, upper, lower, body)
  }

  /// The summary's figure, which knows every candle; the deepest sample where there is none.
  private func deepestText(_ sampled: Double) -> String {
    figure("max_drawdown_fraction").map { Self.signed(Self.typographic($0.text), "\u{2212}") } ?? NumberText.percent(sampled, digits: 2)
  }

  /// A dot at the deepest fall, its value below, where no line is.
  private func deepestMark(_ plot: Plot, _ size: PlotSize) -> Markup {
    guard let deepest else { return .empty }
    let x = plot.x(deepest.time.drawnSeconds)
    let y = plot.y(-deepest.drawdown)
    let text = deepestText(-deepest.drawdown)
    let half = Double(text.count) * size.digitWidth / 2 + 4
    let number = NumberText.coordinate
    return """
      <circle class="deepest" cx="\(number(x))" cy="\(number(y))" r="3.5"/>\
      <text class="note" x="\(number(min(max(x, plot.left + half), plot.right - half)))" y="\(number(y + 17))" text-anchor="middle">\(text)</text>
      """
  }
}
