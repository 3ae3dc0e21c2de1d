import Testing
import Time
import TradingModel

@testable import ReportPage

/// The texts and axes that the page is made of.
@Suite struct HTMLReportPartsTests {
  @Test func numbersAreGroupedAndSigned() {
    #expect(NumberText.decimal(1_234_567.891, digits: 2) == "1,234,567.89")
    #expect(NumberText.decimal(-0.004, digits: 2, isSigned: true) == "0.00")
    #expect(NumberText.decimal(-999.995, digits: 1, isSigned: true) == "\u{2212}1,000.0")
    #expect(NumberText.decimal(.nan, digits: 2) == "–")
    #expect(NumberText.decimal(-2.5e20, digits: 2) == "\u{2212}2.50e20")
    #expect(NumberText.percent(0.0123, digits: 1, isSigned: true) == "+1.2\u{202F}%")
    #expect(NumberText.percent(.infinity, digits: 1) == "–")
    #expect(
      NumberText.json(-1.25, digits: 1) == "-1.2" && NumberText.json(.nan, digits: 1) == "null"
        && NumberText.json(-0.001, digits: 1) == "0.0")
  }

  @Test func amountsAreRoundedExactly() {
    #expect(NumberText.amount(Amount(raw: 123_456_500_000), digits: 2) == "1,234.56")
    #expect(NumberText.amount(Amount(raw: -499_999), digits: 2, isSigned: true) == "0.00")
    #expect(NumberText.amount(Amount(raw: -500_000), digits: 2, isSigned: true) == "0.00")
    #expect(NumberText.amount(Amount(raw: 1), digits: 8) == "0.00000001")
    #expect(NumberText.amount(Amount(raw: .min), digits: 0).hasPrefix("\u{2212}1,701,411,834,604,"))
  }

  @Test func ticksSayTheirStep() {
    #expect(NumberText.tick(60_000, step: 10_000) == "60,000")
    #expect(NumberText.tick(0.000_012, step: 0.000_002) == "0.000012")
    #expect(NumberText.tick(2_500_000, step: 500_000) == "2.5M")
    #expect(NumberText.tick(0, step: 5e20) == "0")
    #expect(NumberText.tick(5e20, step: 5e20) == "5.00e20")
  }

  @Test func valueAxisHasRoundTicks() {
    let axis = ValueAxis([9_231.5, 17_450], target: 6)
    #expect(axis.ticks == [10_000, 12_000, 14_000, 16_000])
    for values in [[], [0], [5], [.nan], [-1e300, 1e300], [1e24, 1e24 + 1], [1e-20, 2e-20], [60_000, 60_000.01]] as [[Double]] {
      let axis = ValueAxis(values, target: 5)
      #expect(axis.low < axis.high && axis.ticks.count < 40)
      #expect(axis.ticks.allSatisfy { $0 >= axis.low && $0 <= axis.high * (1 + 1e-9) })
    }
  }

  @Test(arguments: [
    (0, ["00:00"]), (60, ["00:00:00", "00:00:15"]), (7_200, ["00:00", "00:30", "01:00"]),
    (86_400, ["00:00", "06:00", "12:00", "18:00", "00:00"]), (4 * 86_400, ["1 Jan", "2 Jan", "3 Jan", "4 Jan", "5 Jan"]),
    (120 * 86_400, ["Jan", "Feb", "Mar", "Apr", "May"]), (1_460 * 86_400, ["1970", "1971", "1972", "1973"]),
  ]) func timeAxisFitsItsSpan(seconds: Int, labels: [String]) {
    let ticks = TimeAxis(start: .zero, end: Timestamp(milliseconds: Int64(seconds) * 1_000)).ticks(target: 5)
    #expect(Array(ticks.map(\.label).prefix(labels.count)) == labels)
    #expect(ticks.count <= 8)
  }

  @Test func timeAxisNamesTheLargerUnitOnce() {
    let start = Timestamp(milliseconds: 1_698_796_800_000)  // 2023-11-01
    let ticks = TimeAxis(start: start, end: start.advanced(byMilliseconds: 150 * 86_400_000)).ticks(target: 6)
    #expect(ticks.map(\.label) == ["Nov", "Dec", "Jan", "Feb", "Mar"])
    #expect(ticks.map(\.parent) == ["2023", "", "2024", "", ""])
    let all = TimeAxis(start: Timestamp(nanoseconds: .min), end: .distantFuture).ticks(target: 5)
    #expect(!all.isEmpty && all.count <= 8)
  }

  @Test func durationsHaveTwoUnits() {
    #expect(PageTime.duration(seconds: 45) == "45s" && PageTime.duration(seconds: 3_600) == "1h")
    #expect(PageTime.duration(seconds: 97_200) == "1d 3h" && PageTime.duration(seconds: .nan) == "–")
    #expect(PageTime.period(seconds: 366 * 86_400) == "366 days" && PageTime.period(seconds: 300) == "5 minutes")
    #expect(PageTime.minute(Timestamp(milliseconds: -1_000)) == "1969-12-31 23:59:59")
  }

  @Test func figuresAreTypographic() {
    #expect(HTMLReport.typographic("-12500.5 USDT (-3 %)") == "\u{2212}12,500.5 USDT (\u{2212}3 %)")
    #expect(HTMLReport.typographic("2024-03-01 → 2024-04-11") == "2024-03-01 → 2024-04-11")
    #expect(HTMLReport.typographic("-nan %") == "–" && HTMLReport.typographic("-") == "–" && HTMLReport.typographic("inf") == "–")
    #expect(
      HTMLReport.reasonName("stop_loss") == "Stop-loss" && HTMLReport.reasonName("min_notional") == "Min notional"
        && HTMLReport.reasonName("") == "")
  }

  @Test func bucketsKeepExtremes() {
    let candles = (0..<1_000).map { ReportSamples.candle($0, price: $0 == 500 ? 90 : 100 + $0 % 7) }
    let series = PriceSeries(candles, limit: 300)
    #expect(series.buckets.count == 250)
    #expect(series.buckets.map(\.low).min() == 90)
    #expect(series.bucket(at: -1)?.start == series.buckets.first?.start && PriceSeries([], limit: 10).bucket(at: 0) == nil)
  }
}
