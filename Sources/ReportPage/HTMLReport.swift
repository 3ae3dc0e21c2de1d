public import Backtest
import TradingModel

/// A backtest's report as one page of HTML: no other file, no network, readable without script, on a phone, at night and on paper.
///
/// Pure and deterministic: the same report gives the same bytes.
public struct HTMLReport {
  let report: BacktestReport
  /// Fractional digits of money.
  let moneyDigits: Int
  /// Whether trades of several bots are listed.
  let hasSeveralBots: Bool
  /// Whether a trade's furthest prices are known.
  let hasExcursions: Bool
  /// The trades that the page holds: the last ``tradesMaximum``.
  let trades: ArraySlice<RoundTrip>
  static let tradesMaximum = 50_000

  /// The page, ready to be written to a file.
  public static func page(_ report: BacktestReport) -> String { HTMLReport(report).page.html }

  init(_ report: BacktestReport) {
    self.report = report
    moneyDigits = NumberText.moneyDigits(for: report.capital)
    trades = report.trades.suffix(Self.tradesMaximum)
    hasExcursions = report.trades.contains { $0.adverseExcursion != nil && $0.favorableExcursion != nil }
    hasSeveralBots = report.trades.contains { $0.botID != report.trades[0].botID }
  }

  private var page: Markup {
    let parts = parts
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(HTMLPolicy.text)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="referrer" content="no-referrer">
      <title>\(report.title) – \(report.source)</title>
      <style>\(Markup(trusted: HTMLReportStyle.text))</style>
      </head>
      <body>
      <a class="skip" href="#main">Skip to the report</a>
      \(header(parts.map { ($0.id, $0.title) }))<main id="main">
      \(parts.map(section))\
      </main>
      <footer>\(report.isOfAccount ? "Out of the daemon's journal." : "Simulated on historical prices.") What a strategy did in the past says nothing certain about what it will do.</footer>
      \(dataElement)<script>\(Markup(trusted: HTMLReportScript.text))</script>
      </body>
      </html>

      """
  }

  private typealias Part = (id: String, title: String, content: Markup)

  /// The page's parts that have something to show.
  private var parts: [Part] {
    let parts: [Part] = [
      ("beside", "Side by side", besideContent), ("equity", "Equity and drawdown", equityFigure),
      ("drawdowns", "Worst drawdowns", drawdownTable), ("rolling", "Sharpe ratio over time", rollingFigure),
      ("months", "Month by month", monthTable),
      ("prices", report.charts.count > 1 ? "Prices and trades" : "Price and trades", priceFigures),
      ("returns", "How trades ended", returns), ("excursions", "How far prices went while trades were open", excursions),
      ("costs", "What costs leave", costs), ("figures", "Figures", figures), ("setup", "Setup", setup), ("trades", "Trades", tradeList),
    ]
    return parts.filter { !$0.content.isEmpty }
  }

  private func section(_ part: Part) -> Markup {
    """
    <section id="\(part.id)" aria-labelledby="\(part.id)-h">
    <h2 id="\(part.id)-h">\(part.title)</h2>
    \(part.content)</section>

    """
  }

  // MARK: - Shared texts

  /// An amount of the quote asset.
  func money(_ amount: Amount, isSigned: Bool = false) -> String { NumberText.amount(amount, digits: moneyDigits, isSigned: isSigned) }

  func price(_ price: Price) -> String { NumberText.amount(price, digits: NumberText.digits(for: price.statisticValue.magnitude)) }

  /// The class that colours a number by its sign.
  static func tone(_ isPositive: Bool, _ isNegative: Bool) -> String { isPositive ? "gain" : isNegative ? "loss" : "even" }
  static func tone(_ amount: Amount) -> String { tone(amount.isPositive, amount.isNegative) }
  static func tone(_ fraction: Double) -> String { tone(fraction > 0, fraction < 0) }

  /// A reason's machine name for people: "stop_loss" → "Stop-loss".
  static func reasonName(_ name: String) -> String {
    if let kind = ExitKind(rawValue: name) { return kind.label }
    let spaced = String(name.map { $0 == "_" ? " " : $0 })
    return spaced.prefix(1).uppercased() + spaced.dropFirst()
  }

  /// A number's text as others wrote it, with a real minus sign; a dash where it is no number.
  static func typographic(_ text: String) -> String {
    if text == "-" { return NumberText.missing }
    let words = text.lowercased().split { !$0.isLetter }
    if words.contains(where: { ["nan", "inf", "infinity"].contains($0) }) { return NumberText.missing }
    var result = ""
    var before: Character = " "
    for (character, next) in zip(text, text.dropFirst() + " ") {
      let isMinus = character == "-" && (before == " " || before == "(") && (next.isNumber || next == ".")
      result.append(isMinus ? "\u{2212}" : character)
      before = character
    }
    return groupingFirst(result)
  }

  /// The same with the whole digits that it starts with grouped by thousands: "-12500.5 USDT", but not "2024-03-01".
  private static func groupingFirst(_ text: String) -> String {
    let sign = text.prefix { $0 == "\u{2212}" || $0 == "+" }
    let digits = text.dropFirst(sign.count).prefix { $0.isASCII && $0.isNumber }
    let rest = text.dropFirst(sign.count + digits.count)
    guard digits.count > 3, rest.first.map({ $0 == "." || $0.isWhitespace }) ?? true else { return text }
    var grouped = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { grouped += "," }
      grouped.append(digit)
    }
    return sign + grouped + rest
  }
}

/// The ways a trade ends.
enum ExitKind: String, CaseIterable {
  case signal = "exit"
  case stopLoss = "stop_loss"
  case takeProfit = "take_profit"
  case trailingStop = "trailing_stop"
  case timeStop = "time_stop"
  case endOfData = "end_of_data"

  var label: String {
    switch self {
    case .signal: "Exit signal"
    case .stopLoss: "Stop-loss"
    case .takeProfit: "Take-profit"
    case .trailingStop: "Trailing stop"
    case .timeStop: "Time stop"
    case .endOfData: "End of data"
    }
  }
}
