import Testing
import TradingModel

/// The grammar of decimal text: -?d{1,18}(.d+)?, digits after the eighth zero, at most 64 bytes.
struct FixedDecimalTextTests {
  @Test(
    arguments: [
      ("0", 0), ("1", 100_000_000), ("-1", -100_000_000), ("01", 100_000_000), ("000", 0), ("-0", 0), ("-0.00", 0), ("0.00000001", 1),
      ("-0.00000001", -1), ("1.5", 150_000_000), ("00.10", 10_000_000), ("61837.63000000", 6_183_763_000_000),
      ("1.123456780000000", 112_345_678), ("123456789.12345678", 12_345_678_912_345_678), ("9999999999.99999999", 999_999_999_999_999_999),
    ] as [(String, Int128)])
  func textIsReadToTheLastDigit(text: String, raw: Int128) {
    #expect(FixedDecimal(text: text)?.raw == raw)
  }

  @Test(arguments: [
    "", " ", "-", ".", "-.", "1.", ".5", "-.5", "+1", "--1", "1-", " 1", "1 ", "1 000", "1,5", "1_000", "1'000", "0x10", "1e5", "1E5",
    "1e-5",
    "1.5e1", "NaN", "nan", "inf", "-inf", "Infinity", "1.2.3", "1..2", "0.000000001", "1.123456789", "1.0000000001", "1.5\n", "1\0",
    "\u{FEFF}1",
    "١", "１", "1５", "½", "−1", "$1", "1%", "true", "null", "1.5f", "1/2", "()", "1000000000000000000", "1234567890123456789",
    "99999999999999999999999999999999999999999", "0000000000000000001", "1:00", "/1", "1/", ":1",
  ])
  func anythingElseIsRefused(text: String) {
    #expect(FixedDecimal(text: text) == nil)
    #expect(FixedDecimal(text: text[...]) == nil)
  }

  @Test func eighteenIntegerDigitsAreTheMost() {
    #expect(FixedDecimal(text: "999999999999999999.99999999")?.raw == FixedDecimal.magnitudeLimit - 1)
    #expect(FixedDecimal(text: "-999999999999999999.99999999")?.raw == 1 - FixedDecimal.magnitudeLimit)
  }

  @Test func textOfMoreThan64BytesIsRefused() {
    #expect(FixedDecimal(text: "1." + String(repeating: "0", count: 62))?.raw == 100_000_000)
    #expect(FixedDecimal(text: "1." + String(repeating: "0", count: 63)) == nil)
    #expect(FixedDecimal(text: String(repeating: "1", count: 1_000_000)) == nil)
  }

  /// Every text of up to five characters over the alphabet that matters, against the grammar written as states.
  @Test func shortTextsMatchTheGrammar() {
    let alphabet: [UInt8] = Array("-.019e ".utf8)
    var texts: [[UInt8]] = [[]]
    for _ in 0..<5 {
      texts = [[]] + texts.flatMap { text in alphabet.map { text + [$0] } }
      for text in texts {
        let parsed = unsafe text.withUnsafeBufferPointer { unsafe FixedDecimal(utf8: $0) }
        #expect((parsed != nil) == isDecimal(text), "\(String(decoding: text, as: UTF8.self))")
      }
    }
  }

  private func isDecimal(_ text: [UInt8]) -> Bool {
    let isDigit: (UInt8) -> Bool = { (48...57).contains($0) }
    let unsigned = text.first == 45 ? text.dropFirst() : text[...]
    let parts = unsigned.split(separator: 46, maxSplits: 1, omittingEmptySubsequences: false)
    return parts.allSatisfy { !$0.isEmpty && $0.allSatisfy(isDigit) }
  }

  @Test func randomBytesNeverTrapAndWhatIsReadIsWrittenBack() {
    var random = SeededRandom(seed: 1)
    let alphabet = Array("0123456789.-+eEx,_ \u{0}".utf8)
    for _ in 0..<50_000 {
      let bytes = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        Int.random(in: 0..<6, using: &random) == 0 ? UInt8.random(in: 0...255, using: &random) : alphabet[Int(random.next() % 20)]
      }
      guard let value = unsafe bytes.withUnsafeBufferPointer({ unsafe FixedDecimal(utf8: $0) }) else { continue }
      #expect(FixedDecimal(text: value.description) == value)
    }
  }

  @Test func randomTextsReadLikeMovedDigits() {
    var random = SeededRandom(seed: 5)
    for _ in 0..<5_000 {
      let whole = (0..<Int.random(in: 1...18, using: &random)).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
      let fraction = (0..<Int.random(in: 0...8, using: &random)).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
      let text = (Bool.random(using: &random) ? "-" : "") + whole + (fraction.isEmpty ? "" : "." + fraction)
      #expect(FixedDecimal(text: text).map { NaiveDecimal($0) } == NaiveDecimal(text: text), "\(text)")
    }
  }

  @Test(
    arguments: [
      (0, "0"), (1, "0.00000001"), (-1, "-0.00000001"), (100_000_000, "1"), (-150_000_000, "-1.5"), (4_200_000_000, "42"),
      (100_000, "0.001"),
      (10_000_000_000, "100"), (123_456_789_012_345_678, "1234567890.12345678"),
      (Int128.max, "1701411834604692317316873037158.84105727"), (Int128.min, "-1701411834604692317316873037158.84105728"),
    ] as [(Int128, String)])
  func theShortestTextIsWritten(raw: Int128, text: String) {
    #expect(FixedDecimal(raw: raw).description == text)
  }

  @Test(
    arguments: [
      (100_000_000, 2, "1.00"), (150_000_000, 2, "1.50"), (123_456_789, 2, "1.23456789"), (0, 8, "0.00000000"), (-1_000_000, 2, "-0.01"),
      (100_000_000, 0, "1"), (5_000_000, 1, "0.05"), (100_000_000, 99, "1.00000000"), (100_000_000, -1, "1"),
    ] as [(Int128, Int, String)])
  func textCanShowAtLeastSomeDigits(raw: Int128, minimum: Int, text: String) {
    #expect(FixedDecimal(raw: raw).text(fractionDigitsMinimum: minimum) == text)
  }
}
