import Testing
import TradingModel

struct FixedDecimalArithmeticTests {
  private let greatest = Int128.max
  /// The negative end that results saturate at: symmetric, so that negation never leaves the range.
  private let smallest = Int128.min + 1

  /// Values of every magnitude the parser accepts, both signs.
  private func value(_ random: inout SeededRandom) -> FixedDecimal {
    let bits = Int.random(in: 0...86, using: &random)
    let raw = Int128(truncatingIfNeeded: random.next()) << 22 ^ Int128(random.next() & 0xFFFF_FFFF)
    let magnitude = raw.magnitude & ((UInt128(1) << UInt128(bits)) - 1)
    return FixedDecimal(raw: Int128(magnitude) * (Bool.random(using: &random) ? 1 : -1))
  }

  @Test func sumsAndDifferencesEqualSchoolArithmetic() {
    var random = SeededRandom(seed: 11)
    for _ in 0..<2_000 {
      let (a, b) = (value(&random), value(&random))
      #expect(NaiveDecimal(a + b) == NaiveDecimal(a) + NaiveDecimal(b))
      #expect(NaiveDecimal(a - b) == NaiveDecimal(a) + NaiveDecimal(-b))
    }
  }

  @Test(arguments: [FixedDecimal.Rounding.towardZero, .awayFromZero, .nearest, .nearestEven])
  func productsEqualSchoolArithmeticIn128Bits(rounding: FixedDecimal.Rounding) {
    var random = SeededRandom(seed: 13)
    var wide = 0
    for _ in 0..<1_500 {
      let (a, b) = (value(&random), value(&random))
      let exact = NaiveDecimal.ratio(NaiveDecimal(a), NaiveDecimal(b), over: NaiveDecimal(.one), rounding)
      let product = a.multiplied(by: b, rounding: rounding)
      if NaiveDecimal.compare(exact.digits, NaiveDecimal(FixedDecimal(raw: greatest)).digits) > 0 {
        #expect(product.raw == ((a.raw < 0) == (b.raw < 0) ? greatest : smallest), "\(a) × \(b) saturates")
      } else {
        #expect(NaiveDecimal(product) == exact, "\(a) × \(b)")
      }
      if a.raw.magnitude > UInt128(UInt64.max) || b.raw.magnitude > UInt128(UInt64.max) { wide += 1 }
    }
    #expect(wide > 100)
  }

  @Test(arguments: [FixedDecimal.Rounding.towardZero, .awayFromZero, .nearest, .nearestEven])
  func quotientsEqualLongDivision(rounding: FixedDecimal.Rounding) {
    var random = SeededRandom(seed: 17)
    for _ in 0..<1_500 {
      let (a, b) = (value(&random), value(&random))
      guard !b.isZero else { continue }
      let exact = NaiveDecimal.ratio(NaiveDecimal(a), NaiveDecimal(.one), over: NaiveDecimal(b), rounding)
      #expect(NaiveDecimal(a.divided(by: b, rounding: rounding)) == exact, "\(a) ÷ \(b)")
    }
  }

  @Test(arguments: [
    ("0.00000001", "0.5", "0", "0.00000001", "0.00000001"), ("0.00000001", "0.4", "0", "0.00000001", "0"),
    ("-0.00000001", "0.5", "0", "-0.00000001", "-0.00000001"), ("-0.00000001", "0.4", "0", "-0.00000001", "0"),
    ("2", "3", "6", "6", "6"), ("0.00000003", "0.5", "0.00000001", "0.00000002", "0.00000002"),
    ("61837.63", "0.001", "61.83763", "61.83763", "61.83763"), ("1.23456789", "1.23456789", "1.52415787", "1.52415788", "1.52415788"),
    ("99999999999", "99999999999", "9999999999800000000001", "9999999999800000000001", "9999999999800000000001"),
  ])
  func productsAreCutAsTheRoundingSays(a: String, b: String, down: String, up: String, nearest: String) throws {
    let (a, b) = (try #require(FixedDecimal(text: a)), try #require(FixedDecimal(text: b)))
    #expect(a.multiplied(by: b, rounding: .towardZero).description == down)
    #expect(a.multiplied(by: b, rounding: .awayFromZero).description == up)
    #expect(a.multiplied(by: b, rounding: .nearest).description == nearest)
    #expect((a * b).description == down)
  }

  @Test func quotientsAreCutAsTheRoundingSays() {
    let (two, three) = (FixedDecimal(2), FixedDecimal(3))
    #expect((two / three).description == "0.66666666")
    #expect(two.divided(by: three, rounding: .awayFromZero).description == "0.66666667")
    #expect(two.divided(by: three, rounding: .nearest).description == "0.66666667")
    #expect((-FixedDecimal.one).divided(by: three, rounding: .nearest).description == "-0.33333333")
    #expect(FixedDecimal.one.divided(by: -three, rounding: .awayFromZero).description == "-0.33333334")
  }

  @Test(arguments: [
    ("0.00000001", "0"), ("0.00000003", "0.00000002"), ("-0.00000001", "0"), ("-0.00000005", "-0.00000002"), ("0.00000007", "0.00000004"),
  ])
  func tiesGoToTheEvenDigit(value: String, half: String) throws {
    let value = try #require(FixedDecimal(text: value))
    #expect(value.divided(by: FixedDecimal(2), rounding: .nearestEven).description == half)
  }

  @Test(arguments: [
    ("2.345", 2, "2.34"), ("2.355", 2, "2.36"), ("2.34500001", 2, "2.35"), ("-2.345", 2, "-2.34"), ("0.5", 0, "0"), ("1.5", 0, "2"),
    ("123456789012345678", 2, "123456789012345678"), ("1.23456789", 8, "1.23456789"), ("0.00000001", 7, "0"),
  ])
  func amountsAreShownRoundedHalfToEven(value: String, digits: Int, shown: String) throws {
    #expect(try #require(FixedDecimal(text: value)).rounded(toFractionDigits: digits).description == shown)
  }

  @Test func outsideTheRangeResultsSaturateInsteadOfTrapping() {
    let most = FixedDecimal(raw: .max)
    let least = FixedDecimal(raw: .min)
    #expect(most + .one == most)
    #expect((least + -.one).raw == smallest)
    #expect((least - .one).raw == smallest)
    #expect(most - -.one == most)
    #expect(-least == most)
    #expect(least.magnitude == most)
    #expect(most * most == most)
    #expect((most * least).raw == smallest)
    #expect((most * -most).raw == smallest)
    #expect(most.divided(by: FixedDecimal(raw: 1), rounding: .nearest) == most)
    #expect((least / FixedDecimal(raw: 1)).raw == smallest)
    #expect(least / least == .one)
    #expect(most.multiplied(by: .one, rounding: .awayFromZero) == most)
    // The largest quotient that 128 bits hold, with a remainder to round up.
    let large = FixedDecimal(raw: 136112950171199054594734477606453358900)
    #expect(large.divided(by: FixedDecimal(raw: 40000001), rounding: .awayFromZero) == most)
    var sum = most
    sum += most
    sum -= least
    #expect(sum == most)
  }

  @Test func divisionByZeroAnswersZero() {
    #expect((FixedDecimal.one / .zero).isZero)
    #expect(FixedDecimal.zero.divided(by: .zero, rounding: .awayFromZero).isZero)
  }

  @Test(arguments: [
    ("1.2345", "0.01", "1.23", "1.24"), ("1.23", "0.01", "1.23", "1.23"), ("-1.2345", "0.01", "-1.23", "-1.24"),
    ("0.009", "0.01", "0", "0.01"),
    ("7", "2.5", "5", "7.5"), ("7", "0", "7", "7"), ("7", "-1", "7", "7"), ("0.1", "0.00000001", "0.1", "0.1"),
  ])
  func stepsRoundInMagnitude(value: String, step: String, down: String, up: String) throws {
    let (value, step) = (try #require(FixedDecimal(text: value)), try #require(FixedDecimal(text: step)))
    #expect(value.roundedDown(toMultipleOf: step).description == down)
    #expect(value.roundedUp(toMultipleOf: step).description == up)
    #expect(value.isMultiple(of: step) == (down == value.description))
  }

  @Test func statisticsComeBackToTheNearestUnit() {
    #expect(FixedDecimal(text: "96440.01")?.statisticValue == 96_440.01)
    #expect(FixedDecimal(nearestTo: 96_440.01)?.description == "96440.01")
    #expect(FixedDecimal(nearestTo: -0.1)?.description == "-0.1")
    for refused in [Double.nan, .infinity, -.infinity, 1e18, -1e18, 1e300] { #expect(FixedDecimal(nearestTo: refused) == nil) }
    #expect(FixedDecimal(nearestTo: 9.9e17) != nil)
  }

  @Test func tiesOfStatisticsGoToTheEvenDigit() {
    // 1/512 = 0.001953125 and 3/512 = 0.005859375 are exact.
    for (value, text) in [(1.0 / 512, "0.00195312"), (3.0 / 512, "0.00585938"), (-1.0 / 512, "-0.00195312"), (-3.0 / 512, "-0.00585938")] {
      #expect(FixedDecimal(nearestTo: value)?.description == text)
    }
    // No tie, though its product with 10⁸ is one after rounding: above, and below.
    #expect(FixedDecimal(nearestTo: (1.0 / 512).nextUp)?.description == "0.00195313")
    #expect(FixedDecimal(nearestTo: (3.0 / 512).nextDown)?.description == "0.00585937")
  }

  @Test func statisticsEqualTheNearestDoubleOfTheText() throws {
    var random = SeededRandom(seed: 19)
    for _ in 0..<5_000 {
      // Up to 2⁵³ units, where both the unit count and 10⁸ are exact: one rounding, as in reading the text.
      let raw = Int128(random.next() >> UInt64.random(in: 11...60, using: &random))
      let decimal = FixedDecimal(raw: raw)
      #expect(decimal.statisticValue == Double(decimal.description))
    }
    #expect(FixedDecimal(raw: .max).statisticValue == Double(Int128.max) / 1e8)
    #expect(FixedDecimal(raw: .min).statisticValue == Double(Int128.min) / 1e8)
  }

  @Test func orderIsNumeric() throws {
    let values = try ["-10", "-2.5", "-0.00000001", "0", "0.00000001", "2.5", "10"].map { try #require(FixedDecimal(text: $0)) }
    #expect(values.shuffled().sorted() == values)
  }
}
