import Presentation
import Testing
import TradingModel

@Suite struct MetricsTextTests {
  @Test func familiesAreBlocks() {
    var text = MetricsText()
    text.family("botd_x", .gauge, "What\nit \\ is \"now\".") { samples in
      samples.add(.number(3), ["bot": "a\"b\\c\nd"])
      samples.add(.flag(false), ["bot": "e"])
    }
    text.single("botd_y_total", .counter, "Y.", .decimal(FixedDecimal(text: "-12.50000001") ?? .zero))
    text.single("botd_z", .gauge, "Z.", nil)
    #expect(
      text.text == """
        # HELP botd_x What\\nit \\\\ is "now".
        # TYPE botd_x gauge
        botd_x{bot="a\\"b\\\\c\\nd"} 3
        botd_x{bot="e"} 0
        # HELP botd_y_total Y.
        # TYPE botd_y_total counter
        botd_y_total -12.50000001
        # HELP botd_z Z.
        # TYPE botd_z gauge

        """)
  }

  @Test func secondsHaveEveryDigit() {
    func line(_ nanoseconds: Int64) -> String {
      var text = MetricsText()
      text.single("t", .gauge, "T.", .seconds(nanoseconds))
      return String(text.text.split(separator: "\n").last ?? "")
    }
    #expect(line(1_500_000_000) == "t 1.5")
    #expect(line(1) == "t 0.000000001")
    #expect(line(-250_000_000) == "t -0.25")
    #expect(line(0) == "t 0")
    #expect(line(.min) == "t -9223372036.854775808")
  }

  @Test func histogramsAreCumulative() {
    var text = MetricsText()
    text.histogram("h_seconds", "H.", bounds: [1_000_000, 2_000_000_000], cumulative: [1, 4], count: 5, sumNanoseconds: 7_250_000_000)
    #expect(
      text.text == """
        # HELP h_seconds H.
        # TYPE h_seconds histogram
        h_seconds_bucket{le="0.001"} 1
        h_seconds_bucket{le="2"} 4
        h_seconds_bucket{le="+Inf"} 5
        h_seconds_sum 7.25
        h_seconds_count 5

        """)
  }
}
