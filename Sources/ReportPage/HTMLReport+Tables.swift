import Backtest
import TradingModel

extension HTMLReport {
  /// Trades grouped by a reason or a symbol.
  func groupTable(_ title: String, _ head: String, _ groups: [BacktestReport.Group], isReason: Bool = true) -> Markup {
    guard !groups.isEmpty else { return .empty }
    let rows = groups.map { group in
      let won = group.tradeCount > 0 ? NumberText.percent(Double(group.winCount) / Double(group.tradeCount), digits: 2) : NumberText.missing
      return """
        <tr><th scope="row">\(isReason ? Self.reasonName(group.name) : group.name)</th><td>\(grouped(group.tradeCount))</td><td>\(won)</td>\
        <td class="\(Self.tone(group.profit))">\(money(group.profit, isSigned: true))</td>\
        <td class="\(Self.tone(group.averageFraction))">\(NumberText.percent(group.averageFraction, digits: 2, isSigned: true))</td>\
        <td>\(PageTime.duration(seconds: group.averageSeconds))</td></tr>

        """ as Markup
    }
    return """
      <h3>\(title)</h3>
      <div class="box"><table class="numbers groups">
      <thead><tr><th scope="col">\(head)</th><th scope="col">Trades</th><th scope="col">Won</th><th scope="col">Profit</th>\
      <th scope="col">Average</th><th scope="col">Held</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table></div>

      """
  }

  /// Signals that became no order.
  var denialTable: Markup {
    guard !report.denials.isEmpty else { return .empty }
    let rows = report.denials.map {
      "<tr><th scope=\"row\">\(Self.reasonName($0.name))</th><td>\(grouped($0.tradeCount))</td></tr>\n" as Markup
    }
    return """
      <h3>Signals that became no order</h3>
      <div class="box"><table class="numbers">
      <thead><tr><th scope="col">Reason</th><th scope="col">Signals</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table></div>

      """
  }

  /// The summary's sections as lists of names and values.
  var figures: Markup {
    let tables = report.sections.filter { !$0.figures.isEmpty }.map { section in
      definitions(section.title, section.figures.map { ($0.label, Self.typographic($0.text)) })
    }
    return tables.isEmpty ? .empty : "<div class=\"columns\">\(tables)</div>\n"
  }

  /// Parameters, settings and notes.
  var setup: Markup {
    var tables: [Markup] = []
    if !report.parameters.isEmpty {
      tables.append(definitions("Parameters of \(report.strategy)", report.parameters.map { ($0.name, $0.value) }))
    }
    if !report.settings.isEmpty { tables.append(definitions("Settings", report.settings.map { ($0.name, $0.value) })) }
    if !report.notes.isEmpty {
      tables.append(
        "<div class=\"group\"><h3>Notes</h3>\n<ul class=\"notes\">\(report.notes.map { "<li>\($0)</li>\n" as Markup })</ul></div>\n")
    }
    return tables.isEmpty ? .empty : "<div class=\"columns\">\(tables)</div>\n"
  }

  /// A value whose short words, dates among them, are not broken at their hyphens.
  private static func unbroken(_ value: String) -> Markup {
    guard value.contains("-") else { return "\(value)" }
    let words = value.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    let parts = words.map { $0.contains("-") && $0.count <= 20 ? "<span class=\"whole\">\($0)</span>" : "\($0)" as Markup }
    return Markup(trusted: parts.map(\.html).joined(separator: " "))
  }

  private func definitions(_ title: String, _ pairs: [(name: String, value: String)]) -> Markup {
    """
    <div class="group"><h3>\(title)</h3>
    <dl class="pairs-list">
    \(pairs.map { "<div><dt>\($0.name)</dt><dd>\(Self.unbroken($0.value))</dd></div>\n" as Markup })</dl></div>

    """
  }
}
