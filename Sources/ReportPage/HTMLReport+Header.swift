import Backtest
import Presentation
import Time
import TradingModel

extension HTMLReport {
  func header(_ parts: [(id: String, title: String)]) -> Markup {
    let symbols = report.symbols.prefix(8).map(\.text).joined(separator: ", ")
    let more = report.symbols.count > 8 ? " and \(report.symbols.count - 8) more" : ""
    let seconds = Double(report.end.nanoseconds(since: report.start)) / 1_000_000_000
    return """
      <header class="head">
      <p class="kicker">\(report.isOfAccount ? "Results, \(report.source)" : "Backtest")</p>
      <h1>\(report.title)</h1>
      <dl class="facts">
      <div><dt>Period</dt><dd><time datetime="\(TimeText.rfc3339(report.start))">\(PageTime.day(report.start))</time> – \
      <time datetime="\(TimeText.rfc3339(report.end))">\(PageTime.day(report.end))</time> <span class="aside">\(PageTime.period(seconds: seconds))</span></dd></div>
      <div><dt>\(report.symbols.count == 1 ? "Symbol" : "Symbols")</dt><dd>\(symbols)\(more)</dd></div>
      <div><dt>Strategy</dt><dd>\(report.strategy)</dd></div>
      \(candles)\
      </dl>
      <p class="lead">\(lead(seconds: seconds))</p>
      \(ended)\
      <div class="tiles">\(tiles)</div>
      <nav class="toc" aria-label="Contents">\(parts.map { "<a href=\"#\($0.id)\">\($0.title)</a>\n" as Markup })</nav>
      </header>

      """
  }

  /// How many candles were traded; nothing where nobody counted them.
  private var candles: Markup {
    guard !report.isOfAccount else { return .empty }
    return """
      <div><dt>Candles</dt><dd>\(NumberText.decimal(Double(report.candleCount), digits: 0)) <span class="aside">of \(report.interval.rawValue)</span></dd></div>

      """
  }

  /// That a limit ended trading early; nothing if none did.
  private var ended: Markup {
    guard let ended = report.ended else { return .empty }
    return "<p class=\"lead\"><strong class=\"loss\">\(ended.sentence)</strong></p>\n"
  }

  private var change: Double {
    let capital = report.capital.statisticValue
    return capital > 0 ? report.finalEquity.statisticValue / capital - 1 : .nan
  }

  /// What happened, in two sentences.
  private func lead(seconds: Double) -> Markup {
    let trades =
      report.trades.isEmpty
      ? " without a trade"
      : report.trades.count == 1 ? " and one trade, fees included" : " and \(grouped(report.trades.count)) trades, fees included"
    guard !report.isOfAccount else {
      let profit = report.finalEquity - report.capital
      return """
        The bots earned <strong>\(money(profit, isSigned: true)) \(report.quoteAsset)</strong> in \(PageTime.period(seconds: seconds))\(trades); \
        they have \(money(report.capital)) \(report.quoteAsset) of capital now.
        """
    }
    var text: Markup = """
      \(money(report.capital)) \(report.quoteAsset) became <strong>\(money(report.finalEquity)) \(report.quoteAsset)</strong> \
      in \(PageTime.period(seconds: seconds))\(trades).
      """
    if let market = figure("market_change_fraction") {
      let what = report.symbols.count == 1 ? report.symbols[0].text : "equal parts of the \(report.symbols.count) symbols"
      text += " Buying \(what) at the start and holding would have returned \(Self.typographic(market.text))."
    }
    return text
  }

  func grouped(_ count: Int) -> String { NumberText.decimal(Double(count), digits: 0) }

  func figure(_ key: String) -> BacktestReport.Figure? {
    for section in report.sections {
      for figure in section.figures where figure.key == key { return figure }
    }
    return nil
  }

  // MARK: - Tiles

  private var tiles: [Markup] {
    let profit = report.finalEquity - report.capital
    let sign = profit.isPositive ? "+" : ""
    let fraction = figure("net_profit_fraction").map { Self.signed(Self.typographic($0.text), sign) }
    let amount = figure("net_profit").map { Self.signed(Self.typographic($0.text), sign) } ?? money(profit, isSigned: true)
    let unit = amount.contains(report.quoteAsset) ? "" : " \(report.quoteAsset)"
    var tiles = [
      tile(
        "Net profit", fraction ?? NumberText.percent(change, digits: 2, isSigned: true), under: amount + unit, tone: Self.tone(profit),
        isMain: true)
    ]
    func add(_ key: String, _ label: String, under: String) {
      guard let figure = figure(key) else { return }
      tiles.append(tile(label, Self.typographic(figure.text), under: under, tone: "", isMain: false))
    }
    add("max_drawdown_fraction", "Max drawdown", under: deepest.map { "on \(PageTime.day($0.time))" } ?? "")
    add("sharpe", "Sharpe", under: figure("sortino").map { "Sortino \(Self.typographic($0.text))" } ?? "")
    add("profit_factor", "Profit factor", under: "won ÷ lost")
    let won = report.exits.reduce(0) { $0 &+ $1.winCount }
    let all = report.exits.reduce(0) { $0 &+ $1.tradeCount }
    add("win_rate", "Win rate", under: all > 0 ? "\(grouped(won)) of \(grouped(all))" : "")
    add("trades", "Trades", under: meanHeld.map { "held \($0) on average" } ?? "")
    let market = report.symbols.count == 1 ? report.symbols[0].text : "\(report.symbols.count) symbols"
    add("market_change_fraction", "Buy and hold", under: market)
    return tiles
  }

  /// A number's text with its sign where it has none.
  static func signed(_ text: String, _ sign: String) -> String { text.first?.isNumber == true ? sign + text : text }

  private func tile(_ label: String, _ value: String, under: String, tone: String, isMain: Bool) -> Markup {
    """
    <div class="tile\(isMain ? " main" : "")"><p class="label">\(label)</p><p class="value \(tone)">\(value)</p><p class="under">\(under)</p></div>

    """
  }

  /// The sample of the deepest fall.
  var deepest: BacktestReport.EquitySample? {
    var deepest: BacktestReport.EquitySample?
    for sample in report.equity where sample.drawdown.isFinite && sample.drawdown > (deepest?.drawdown ?? 0) { deepest = sample }
    return deepest
  }

  private var meanHeld: String? {
    guard !report.trades.isEmpty else { return nil }
    let sum = report.trades.reduce(0.0) { $0 + held($1) }
    return PageTime.duration(seconds: sum / Double(report.trades.count))
  }

  func held(_ trade: RoundTrip) -> Double { Double(trade.closedAt.nanoseconds(since: trade.openedAt)) / 1_000_000_000 }
}
