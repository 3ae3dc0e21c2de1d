import Presentation
import Testing
import TradingModel

@Suite struct NumberTextTests {
  @Test(
    arguments: [
      ("1.00500000", 2, "1.00"), ("1.01500000", 2, "1.02"), ("-1.005", 2, "-1.00"), ("-1.015", 2, "-1.02"), ("-0.001", 2, "0.00"),
      ("0.004", 2, "0.00"), ("12", 2, "12.00"), ("0.5", 0, "0"), ("1.5", 0, "2"), ("2.5", 0, "2"), ("2.50000001", 0, "3"),
      ("99999999999999999999", 2, "99999999999999999999.00"), ("0.123456789", 2, "0.12"), ("x", 2, "x"), ("1e5", 2, "1e5"), ("1.", 2, "1."),
      (".5", 2, ".5"), ("", 2, ""), ("-", 2, "-"), ("+1", 2, "+1"), ("1.2.3", 2, "1.2.3"), ("007.50", 1, "7.5"),
      ("1234567890123456789012345678901234567890", 0, "1234567890123456789012345678901234567890"),
    ] as [(String, Int, String)])
  func decimalsAreRoundedToTheEvenDigitAndForeignTextIsLeftAlone(text: String, places: Int, expected: String) {
    #expect(DecimalText.fixed(text, places: places) == expected)
  }

  /// A twin in plain integers, over every value of three digits behind the point between -3 and 3.
  @Test func roundingAgreesWithANaiveTwin() {
    for thousandths in -3_000...3_000 {
      let value = FixedDecimal(raw: Int128(thousandths) * 100_000)
      var cents = abs(thousandths) / 10
      let rest = abs(thousandths) % 10
      if rest > 5 || (rest == 5 && cents % 2 == 1) { cents += 1 }
      let naive = (thousandths < 0 && cents > 0 ? "-" : "") + "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
      #expect(DecimalText.fixed(value, places: 2) == naive)
      #expect(DecimalText.fixed(value.description, places: 2) == naive)
      #expect(RatioText.fixed(value.statisticValue) == naive)
    }
  }

  /// 7 of 8 was 87 % in one place and 88 % in another.
  @Test func theSameFractionHasTheSameDigitsEverywhere() {
    #expect(RatioText.percent(7, of: 8, places: 0) == "88%")
    #expect(RatioText.percent(0.875, places: 0) == "88%")
    #expect(RatioText.percent(5, of: 8, places: 0) == "62%")
    for whole in 1...60 {
      for part in 0...whole {
        let ratio = Double(part) / Double(whole)
        guard let decimal = FixedDecimal(nearestTo: ratio), decimal.statisticValue == ratio else { continue }
        #expect(RatioText.percent(part, of: whole) == DecimalText.percent(decimal))
        #expect(RatioText.percent(ratio) == DecimalText.percent(decimal.description))
      }
    }
    #expect(RatioText.percent(0.00125) == "0.12%" && DecimalText.percent("0.00125") == "0.12%")
    #expect(RatioText.percent(0.00375) == "0.38%" && DecimalText.percent("0.00375") == "0.38%")
  }

  @Test func percentSignsThousandsAndZeros() {
    #expect(DecimalText.percent("0.0213") == "2.13%" && DecimalText.percent("-0.0213", isSigned: true) == "-2.13%")
    #expect(DecimalText.percent("0.1", isSigned: true) == "+10.00%" && DecimalText.percent("") == "")
    #expect(DecimalText.signedText("3.5", places: 2) == "+3.50" && DecimalText.signedText("0.001", places: 2) == "0.00")
    #expect(DecimalText.trimmed("0.00100000") == "0.001" && DecimalText.trimmed("100") == "100" && DecimalText.trimmed("-0.0") == "0")
    #expect(DecimalText.money(FixedDecimal(raw: 1_250_500_000), "USDT", isSigned: true) == "+12.50 USDT")
    let style = NumberStyle(places: 2, isSigned: true, isGrouped: true, isTypographic: true)
    #expect(DecimalText.text(FixedDecimal(1_234_567), style) == "+1,234,567.00")
    #expect(DecimalText.text(FixedDecimal(-123), style) == "\u{2212}123.00")
    #expect(DecimalText.text(FixedDecimal(raw: -499_999), style) == "0.00")
    #expect(DecimalText.text(FixedDecimal(raw: .min), NumberStyle(places: 0)) == "-1701411834604692317316873037159")
    #expect(
      DecimalText.sign("-0.00000000") == 0 && DecimalText.sign("-0.1") == -1 && DecimalText.sign("1") == 1 && DecimalText.sign("") == nil)
  }

  @Test func ratiosOfAnySizeAreTextAndWhatIsNoneIsADash() {
    #expect(
      RatioText.fixed(1e-7, places: 8) == "0.00000010" && RatioText.fixed(.leastNonzeroMagnitude) == "0.00"
        && RatioText.fixed(-1e-9) == "0.00")
    #expect(RatioText.fixed(123_456_789_012.345) == "123456789012.34" && RatioText.fixed(1e14, places: 0) == "100000000000000")
    #expect(RatioText.fixed(2.675) == "2.68" && RatioText.fixed(2.665) == "2.66")
    for value: Double? in [nil, .nan, .infinity, -.infinity, 1e15] { #expect(RatioText.fixed(value) == "-") }
    #expect(RatioText.percent(3, of: 0) == "-" && RatioText.shortest(.nan) == "" && RatioText.shortest(0.1) == "0.1")
  }
}
