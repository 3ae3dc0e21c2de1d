import Backtest
import Testing
import Time
import TradingModel

@testable import ReportPage

/// The page of a backtest: one file, nothing from outside taken as markup, legible numbers, the same bytes every time.
@Suite struct HTMLReportTests {
  private static let hostile = "</script><script>alert('x')</script><img src=x onerror=\"alert(1)\">&amp;\u{202E}\u{0}\u{2028}"

  @Test func textFromOutsideIsNeverMarkup() {
    var report = ReportSamples.report(trades: 3)
    report.title = Self.hostile
    report.strategy = Self.hostile
    report.quoteAsset = Self.hostile
    report.parameters = [.init(Self.hostile, Self.hostile)]
    report.settings = [.init(Self.hostile, Self.hostile)]
    report.notes = [Self.hostile]
    report.sections = [.init(title: Self.hostile, figures: [.init(key: "sharpe", label: Self.hostile, text: Self.hostile)])]
    report.exits = [.init(name: Self.hostile, tradeCount: 1, winCount: 1, profit: .one, averageFraction: 0.1, averageSeconds: 60)]
    report.denials = report.exits
    for index in report.trades.indices {
      report.trades[index].entryReason = Self.hostile
      report.trades[index].exitKind = Self.hostile
      report.trades[index].exitReason = Self.hostile
    }
    let page = HTMLReport.page(report)
    #expect(page.contains("alert(&#39;x&#39;)"))
    #expect(!page.contains("alert('x')</script>") && !page.contains("<img"))
    #expect(!page.unicodeScalars.contains("\u{202E}") && !page.unicodeScalars.contains("\u{0}"))
    // The page's own two script elements and no other.
    #expect(page.split(separator: "<script").count == 3)
    #expect(page.split(separator: "</script").count == 3)
    #expect(PageChecker.faults(page) == [])
  }

  @Test func textIsEscaped() {
    #expect(
      HTMLEscape.text("<a href=\"x\">'&'</a>\u{202E}\u{7}") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;\u{FFFD}\u{FFFD}")
    #expect(HTMLEscape.json("</script>\"\\\n\u{2028}&") == "\"\\u003c/script\\u003e\\\"\\\\\\n\\u2028\\u0026\"")
    let name = "<b>"
    #expect(("<p>\(name)</p>" as Markup).html == "<p>&lt;b&gt;</p>")
  }

  @Test func pageNeedsNothingElse() {
    let page = HTMLReport.page(ReportSamples.report(trades: 40))
    for word in [
      "http:", "https:", "src=", "@import", "url(", "href=\"//", "<link", "<iframe", "fetch(", "XMLHttpRequest", "innerHTML", " style=\"",
      " onclick",
    ] {
      #expect(!page.contains(word), "the page has \(word)")
    }
    #expect(page.contains("default-src &#39;none&#39;") && !page.contains("unsafe"))
  }

  @Test func policyNamesScriptAndStyle() throws {
    let empty: [UInt8] = []
    #expect(HTMLPolicy.base64(HTMLPolicy.digest(empty)) == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    #expect(HTMLPolicy.source("abc") == "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=")
    #expect(HTMLPolicy.source(String(repeating: "a", count: 1_000)) == "sha256-Qe3s5C1j6Nm/UVqbppMuHCDLyfWl0TRkWttdsblzfqM=")
    for count in 50...70 { #expect(HTMLPolicy.digest([UInt8](repeating: 1, count: count)).count == 32) }
    // What is hashed is what stands between the tags.
    let page = HTMLReport.page(ReportSamples.report(trades: 1))
    let style = try #require(page.firstMatch(of: /<style>([^<]*)<\/style>/)?.1)
    #expect(page.contains(HTMLPolicy.source(String(style))))
    #expect(page.hasSuffix("<script>\(HTMLReportScript.text)</script>\n</body>\n</html>\n"))
    #expect(page.contains(HTMLPolicy.source(HTMLReportScript.text)))
    #expect(!HTMLReportScript.text.contains("</") && !HTMLReportStyle.text.contains("<"))
  }

  @Test func sameReportGivesSameBytes() {
    let report = ReportSamples.report(trades: 300, symbols: ["BTCUSDT", "ETHUSDT"])
    #expect(HTMLReport.page(report) == HTMLReport.page(report))
  }

  @Test(arguments: [0, 1, 130, 400]) func pageIsWellFormed(trades: Int) {
    for symbols in [["BTCUSDT"], ["BTCUSDT", "ETHUSDT", "SOLUSDT", "ADAUSDT"]] {
      let page = HTMLReport.page(ReportSamples.report(trades: trades, symbols: symbols))
      #expect(PageChecker.faults(page) == [])
      #expect(PageChecker.isFreeOfNoNumbers(page))
    }
  }

  @Test func everyTradeIsPresent() {
    let report = ReportSamples.report(trades: 10_000)
    let page = HTMLReport.page(report)
    // A row of the data starts with "[" and its number.
    let numbers = page.utf8.split(separator: UInt8(ascii: "\n")).compactMap { line -> Int? in
      guard let start = line.firstIndex(of: UInt8(ascii: "[")), let end = line.firstIndex(of: UInt8(ascii: ",")), start < end else {
        return nil
      }
      return Int(String(line[line.index(after: start)..<end]) ?? "")
    }
    #expect(Set(report.trades.map(\.number)).subtracting(numbers) == [])
    #expect(page.split(separator: "<td class=\"no n\">").count == HTMLReport.plainRows + 1)
    #expect(page.contains("The first 200 of 10,000 trades"))
    #expect(page.utf8.count < 4_000_000)
  }

  @Test func emptyReportsHaveAPage() {
    var report = ReportSamples.report(trades: 0)
    #expect(HTMLReport.page(report).contains("The strategy made no trade in this period."))
    report.charts = []
    report.months = []
    report.sections = []
    report.parameters = []
    report.settings = []
    report.notes = []
    report.equity = Array(report.equity.prefix(1))
    let one = HTMLReport.page(report)
    report.equity = []
    report.symbols = []
    report.end = report.start
    let none = HTMLReport.page(report)
    for page in [one, none] {
      #expect(PageChecker.faults(page) == [])
      #expect(PageChecker.isFreeOfNoNumbers(page))
    }
    #expect(one.contains("<circle class=\"only\""))
    #expect(none.contains("There are no equity samples."))
    #expect(!none.contains("id=\"setup\"") && !none.contains("id=\"prices\""))
  }

  @Test func flatEquityIsDrawn() {
    var report = ReportSamples.report(trades: 0)
    for index in report.equity.indices {
      report.equity[index].equity = 10_000
      report.equity[index].market = 10_000
      report.equity[index].drawdown = 0
    }
    let page = HTMLReport.page(report)
    #expect(PageChecker.isFreeOfNoNumbers(page))
    #expect(page.contains("<path class=\"equity\" d=\"M"))
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300, -1e300, .leastNonzeroMagnitude, 1e18, 0])
  func numbersThatAreNoneDoNotReachThePage(value: Double) {
    var report = ReportSamples.report(trades: 60)
    for index in report.equity.indices where index % 3 == 0 {
      report.equity[index].equity = value
      report.equity[index].market = value
      report.equity[index].drawdown = value
      report.equity[index].exposure = value
    }
    for index in report.months.indices { report.months[index].fraction = value }
    for index in report.trades.indices where index % 2 == 0 { report.trades[index].fraction = value }
    report.exits = [.init(name: "exit", tradeCount: 0, winCount: 3, profit: .zero, averageFraction: value, averageSeconds: value)]
    report.sections = [.init(title: "Risk", figures: [.init(key: "sharpe", label: "Sharpe", text: "\(value)")])]
    let page = HTMLReport.page(report)
    #expect(PageChecker.isFreeOfNoNumbers(page))
    #expect(PageChecker.faults(page) == [])
  }

  @Test func extremeMomentsAndAmountsAreDrawn() {
    var report = ReportSamples.report(trades: 4)
    report.start = Timestamp(nanoseconds: .min)
    report.end = .distantFuture
    report.capital = Amount(raw: .max)
    report.finalEquity = Amount(raw: .min + 1)
    report.trades[0].openedAt = Timestamp(nanoseconds: .min)
    report.trades[0].closedAt = .distantFuture
    report.trades[1].profit = Amount(raw: .min)
    report.trades[2].entryPrice = Price(raw: .max)
    report.trades[3].quantity = Quantity(raw: .min)
    report.months = [.init(year: .max, month: 1, profit: Amount(raw: .max), fraction: 1e308, tradeCount: .max)]
    report.months.append(.init(year: .min, month: 12, profit: Amount(raw: .min), fraction: -1, tradeCount: .min))
    report.months.append(.init(year: 2_024, month: 13, profit: .zero, fraction: 0, tradeCount: 0))
    let page = HTMLReport.page(report)
    #expect(PageChecker.faults(page) == [])
    #expect(PageChecker.isFreeOfNoNumbers(page))
  }

  @Test func headlineTakesTheSummarysFigures() {
    var report = ReportSamples.report(trades: 5)
    report.sections = [
      .init(
        title: "Result",
        figures: [
          .init(key: "net_profit", label: "Net profit", text: "-1234.50"),
          .init(key: "net_profit_fraction", label: "Return", text: "-12.3 %"),
          .init(key: "sharpe", label: "Sharpe", text: "-0.42"), .init(key: "period", label: "Period", text: "2024-01-01 → 2024-02-01"),
        ])
    ]
    let page = HTMLReport.page(report)
    #expect(page.contains("\u{2212}1,234.50 USDT"))
    #expect(page.contains(">\u{2212}12.3 %</p>") && page.contains(">\u{2212}0.42</p>"))
    #expect(page.contains("2024-01-01") && !page.contains("Profit factor"))
  }
}
