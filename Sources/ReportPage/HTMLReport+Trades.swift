import Backtest
import TradingModel

extension HTMLReport {
  /// Rows that the page holds without script; the script lists all.
  static let plainRows = 200

  /// The columns of the trade list: class, heading, whether numbers.
  static let tradeColumns: [(style: String, title: String, isNumber: Bool)] = [
    ("no", "#", true), ("sy", "Symbol", false), ("bo", "Bot", false), ("op", "Opened", false), ("cl", "Closed", false),
    ("he", "Held", true),
    ("en", "Entry", true), ("ex", "Exit", true), ("qu", "Quantity", true), ("fe", "Fees", true), ("pr", "Profit", true),
    ("re", "Return", true), ("ma", "MAE", true), ("mf", "MFE", true), ("wi", "Why in", false), ("wo", "Why out", false),
  ]

  var tradeList: Markup {
    guard !report.trades.isEmpty else { return "<p class=\"empty\">The strategy made no trade in this period.</p>\n" }
    let heads = Self.tradeColumns.map { column in
      isHidden(column.style)
        ? Markup.empty : "<th scope=\"col\" class=\"\(column.style)\(column.isNumber ? " n" : "")\">\(column.title)</th>"
    }
    let shown = min(trades.count, Self.plainRows)
    let count = report.trades.count == 1 ? "The one trade" : "All \(grouped(report.trades.count)) trades"
    let part =
      "The first \(grouped(shown)) of \(grouped(trades.count)) trades; the page holds the others as data, which a browser with script lists"
    let excursions = hasExcursions ? " MAE and MFE: the furthest price against and for the trade, of its entry." : ""
    let rest =
      trades.count < report.trades.count ? " Only the last \(grouped(trades.count)) of \(grouped(report.trades.count)) are here." : ""
    return """
      <p class="caption" id="trade-count">\(shown < trades.count ? part : count). Times are UTC, amounts in \(report.quoteAsset), fees of both sides.\(excursions)\(rest)</p>
      <div class="controls" id="trade-controls" hidden>
      <label>Find <input type="search" id="trade-find" autocomplete="off" spellcheck="false"></label>
      <label>Result <select id="trade-result"><option value="">all</option><option value="+">profits</option><option value="-">losses</option></select></label>
      <label>Why out <select id="trade-kind"><option value="">all</option></select></label>
      <label class="sort">Order <select id="trade-sort"></select></label>
      </div>
      <div class="box" tabindex="0" role="region" aria-label="Trades"><table class="trades" id="trade-table">
      <caption class="hidden">Trades</caption>
      <thead><tr>\(heads)</tr></thead>
      <tbody>
      \(trades.prefix(shown).map(tradeRow))</tbody>
      </table></div>
      <nav class="pager" id="trade-pager" aria-label="Pages of trades" hidden><button type="button">Earlier</button><span></span><button type="button">Later</button></nav>

      """
  }

  /// Whether a column says the same in every row.
  func isHidden(_ style: String) -> Bool {
    switch style {
    case "bo": !hasSeveralBots
    case "ma", "mf": !hasExcursions
    default: false
    }
  }

  private func tradeRow(_ trade: RoundTrip) -> Markup {
    let tone = Self.tone(trade.profit)
    let cells = zip(Self.tradeColumns, tradeTexts(trade)).map { column, text in
      if isHidden(column.style) { return Markup.empty }
      let toned = column.style == "pr" || column.style == "re" ? " \(tone)" : ""
      let kind: Markup = column.style == "wo" ? "<b>\(Self.reasonName(trade.exitKind))</b>" : .empty
      return "<td class=\"\(column.style)\(column.isNumber ? " n" : "")\(toned)\">\(kind)\(text)</td>"
    }
    return "<tr>\(cells)</tr>\n"
  }

  /// A trade's cells as texts, in the order of the columns; what the last says beyond the kind of exit.
  func tradeTexts(_ trade: RoundTrip) -> [String] {
    [
      String(trade.number), trade.symbol.text, trade.botID.text, PageTime.minute(trade.openedAt),
      PageTime.minute(trade.closedAt) + (trade.isClosed ? "" : " (open)"),
      PageTime.duration(seconds: held(trade)), price(trade.entryPrice), price(trade.exitPrice), trade.quantity.description,
      money(trade.fees), money(trade.profit, isSigned: true), NumberText.percent(trade.fraction, digits: 2, isSigned: true),
      excursion(trade.adverseExcursion), excursion(trade.favorableExcursion), trade.entryReason, exitDetail(trade),
    ]
  }

  private func excursion(_ fraction: Double?) -> String { NumberText.percent(fraction ?? .nan, digits: 2) }

  /// The reason without the kind that it may start with: "stop_loss: stop 0.02 below" → "stop 0.02 below".
  func exitDetail(_ trade: RoundTrip) -> String {
    let prefix = trade.exitKind + ": "
    if trade.exitReason == trade.exitKind { return "" }
    return trade.exitReason.hasPrefix(prefix) ? String(trade.exitReason.dropFirst(prefix.count)) : trade.exitReason
  }
}
