import Testing
import TradingModel

struct TradingRulesTests {
  private func decimal(_ text: String) throws -> FixedDecimal { try #require(FixedDecimal(text: text)) }

  /// BTCUSDT's filters as the exchange publishes them.
  private func rules() throws -> TradingRules {
    TradingRules(
      symbol: try #require(Symbol("BTCUSDT")), baseAsset: "BTC", quoteAsset: "USDT", priceMinimum: try decimal("0.01"),
      priceMaximum: try decimal("1000000"), tickSize: try decimal("0.01"), quantityMinimum: try decimal("0.00001"),
      quantityMaximum: try decimal("9000"), stepSize: try decimal("0.00001"), marketQuantityMaximum: try decimal("120"),
      notionalMinimum: try decimal("5"), notionalMaximum: try decimal("9000000"))
  }

  @Test(
    arguments: [
      ("0.001", "60000", false, nil), ("0.001", "60000.01", false, nil), ("0.001", "60000", true, nil),
      ("0", "60000", false, "LOT_SIZE"), ("-1", "60000", false, "LOT_SIZE"), ("0.000001", "60000", false, "LOT_SIZE"),
      ("0.000015", "60000", false, "LOT_SIZE"), ("9000.00001", "1", false, "LOT_SIZE"), ("9000", "1", false, nil),
      ("121", "60000", true, "MARKET_LOT_SIZE"), ("120", "60000", true, nil), ("0.001", "60000.001", false, "PRICE_FILTER"),
      ("0.001", "0", false, "PRICE_FILTER"), ("0.001", "-1", false, "PRICE_FILTER"), ("0.001", "1000000.01", false, "PRICE_FILTER"),
      ("0.00008", "60000", false, "NOTIONAL"), ("0.00008", "60000", true, "NOTIONAL"), ("0.00009", "60000", false, nil),
      ("151", "60000", false, "NOTIONAL"), ("150", "60000", false, nil), ("0.001", "60000.001", true, nil),
    ] as [(String, String, Bool, String?)])
  func theFirstBrokenFilterIsNamed(quantity: String, price: String, isMarket: Bool, filter: String?) throws {
    let violation = try rules().violation(quantity: try decimal(quantity), price: try decimal(price), isMarket: isMarket)
    #expect(violation?.filter == filter)
    if let violation { #expect(!violation.message.isEmpty) }
  }

  @Test func aRuleOfZeroIsOff() throws {
    let open = TradingRules(symbol: try #require(Symbol("AB")), baseAsset: "A", quoteAsset: "B")
    #expect(open.violation(quantity: try decimal("0.00000001"), price: try decimal("0.00000001"), isMarket: false) == nil)
    #expect(open.violation(quantity: try decimal("100000000000000000"), price: .one, isMarket: true) == nil)
  }

  @Test func marketOrdersAreBoundedByNotionalOnlyWhereTheRuleSaysSo() throws {
    var rules = try rules()
    rules.notionalMinimumAppliesToMarket = false
    #expect(rules.violation(quantity: try decimal("0.00008"), price: try decimal("60000"), isMarket: true) == nil)
    #expect(rules.violation(quantity: try decimal("0.00008"), price: try decimal("60000"), isMarket: false)?.filter == "NOTIONAL")
    rules.marketQuantityMaximum = .zero
    #expect(rules.violation(quantity: try decimal("151"), price: try decimal("60000"), isMarket: true) == nil)
    rules.notionalMaximumAppliesToMarket = true
    #expect(rules.violation(quantity: try decimal("151"), price: try decimal("60000"), isMarket: true)?.filter == "NOTIONAL")
  }

  @Test(arguments: [
    ("0.123456", false, "0.12345"), ("0.000009", false, "0"), ("10000", false, "9000"), ("10000", true, "120"), ("-5", false, "0"),
    ("0", true, "0"), ("0.00001", true, "0.00001"),
  ])
  func quantitiesAreRoundedDownToWhatAnOrderMayCarry(quantity: String, isMarket: Bool, expected: String) throws {
    #expect(try rules().quantityRoundedDown(try decimal(quantity), isMarket: isMarket).description == expected)
  }

  @Test func roundedQuantitiesPassTheirOwnFilters() throws {
    var random = SeededRandom(seed: 37)
    var rules = try rules()
    rules.stepSize = try decimal("0.001")
    rules.marketStepSize = try decimal("0.01")
    rules.quantityMinimum = try decimal("0.001")
    for _ in 0..<2_000 {
      let quantity = FixedDecimal(raw: Int128(random.next() >> UInt64.random(in: 20...60, using: &random)))
      for isMarket in [true, false] {
        let rounded = rules.quantityRoundedDown(quantity, isMarket: isMarket)
        #expect(rounded <= quantity)
        let filter = rules.violation(quantity: rounded, price: try decimal("10"), isMarket: isMarket)?.filter
        #expect(rounded.isZero || filter == nil || filter == "NOTIONAL")
      }
    }
  }
}
