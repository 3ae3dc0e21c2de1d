import Time
import Testing
import TradingModel

struct IdentifierTests {
  @Test(arguments: ["BTCUSDT", "A", "1000SATSUSDT", "BTC-USD", "币安人生USDT", "这是测试币456", "BTÇUSDT", "１２３４５６", "ไทยนี้USDT"])
  func symbolsAreUpperCase(text: String) {
    #expect(Symbol(text)?.text == text)
    #expect(Symbol(text)?.length == text.utf8.count)
    let small = String(decoding: text.utf8.map { (65...90).contains($0) ? $0 + 32 : $0 }, as: UTF8.self)
    #expect(Symbol(small)?.text == text)
    #expect(Symbol(text)?.streamText == small)
  }

  @Test(arguments: [
    "", " ", "BTC USDT", "BTC/USDT", "BTC\n", "BTCUSDT\0", "BTC\u{301}", "\u{301}币", "币安 人生USDT", "币安\u{200B}人生USDT",
    "币安\u{202E}人生USDT", "币安人生USDT\u{A0}", "币“安”USDT", "币/安USDT", "币@安", "币，安", "币🐸USDT", "\u{FFFD}USDT", "\u{E000}USDT",
    String(repeating: "A", count: 33), String(repeating: "币", count: 11),
  ])
  func otherSymbolsAreRefused(text: String) { #expect(Symbol(text) == nil, "\(text)") }

  @Test func aSymbolNeverHoldsAnythingOutsideItsGrammar() {
    for scalar in (0...0x2FFFF).compactMap(Unicode.Scalar.init) {
      let text = String(Character(scalar))
      guard let symbol = Symbol(text) else { continue }
      if scalar.isASCII {
        #expect(
          symbol.text.utf8.allSatisfy { "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8.contains($0) },
          "U+\(String(scalar.value, radix: 16))")
      } else {
        // Raised or composed by Unicode's rules, a name would be another one than the exchange's.
        #expect(Array(symbol.text.utf8) == Array(text.utf8), "U+\(String(scalar.value, radix: 16))")
        #expect(!scalar.properties.isWhitespace && !scalar.properties.isDefaultIgnorableCodePoint, "U+\(String(scalar.value, radix: 16))")
      }
    }
  }

  @Test func longNamesOfOtherScriptsAreToldApartAndOrderedByTheirBytes() throws {
    let texts = ["币安人生币安人生币USD", "币安人生币安人生币USE", "币安人生币安人生USDT", "币安人生USDT", "BTCUSDT", "这是测试币456USDT", "我踏马来了USDT"]
    let symbols = try texts.map { try #require(Symbol($0)) }
    #expect(Set(symbols).count == texts.count)
    #expect(Set(symbols.map(\.fingerprint)).count == texts.count)
    #expect(symbols.sorted().map(\.text) == texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
    #expect(symbols[3].hasPrefix("币安人生") && symbols[3].hasSuffix("USDT") && !symbols[3].hasSuffix("安人生USD"))
    #expect(symbols[0].hasSuffix("生币USD") && !symbols[0].hasSuffix("生币USE"))
  }

  @Test func botsAreNamedAfterSymbols() {
    #expect(BotID(namedAfter: "BTCUSDT")?.text == "btcusdt")
    #expect(BotID(namedAfter: "BTC.X-Y_Z")?.text == "btcx-y_z")
    let names = ["币安人生USDT", "龙虾USDT", "这是测试币456", "币安"].compactMap { BotID(namedAfter: $0)?.text }
    #expect(Set(names).count == 4 && names[0].hasPrefix("usdt-") && names[2].hasPrefix("456-") && names[3].utf8.count == 4, "\(names)")
    #expect(BotID(namedAfter: String(repeating: "X", count: 40))?.text == String(repeating: "x", count: 32))
    #expect(BotID(namedAfter: "…") != nil && BotID(namedAfter: "") == nil)
  }

  @Test(arguments: ["btc_rsi", "a", "0-9_z", String(repeating: "a", count: 32)])
  func botIDsAreShortLowerCaseNames(text: String) { #expect(BotID(text)?.text == text) }

  @Test(arguments: ["", "BTC", "a b", "a/b", "..", "ä", String(repeating: "a", count: 33)])
  func otherBotIDsAreRefused(text: String) { #expect(BotID(text) == nil) }

  @Test(arguments: ["x", "aZ09-_", String(repeating: "A", count: 36)])
  func clientOrderIDsMatchTheExchangesGrammar(text: String) { #expect(ClientOrderID(text)?.text == text) }

  @Test(arguments: ["", "a.b", "a:b", "a b", "é", String(repeating: "A", count: 37)])
  func otherClientOrderIDsAreRefused(text: String) { #expect(ClientOrderID(text) == nil) }

  @Test func candlesMustBeConsistent() {
    let one = FixedDecimal.one
    let two = FixedDecimal(2)
    let good = Candle(openTime: .zero, open: one, high: two, low: one, close: two, volume: .zero)
    #expect(good.isConsistent)
    var bad = good
    bad.low = .zero
    #expect(!bad.isConsistent)
    bad = good
    bad.high = one
    #expect(!bad.isConsistent)
    bad = good
    bad.low = two
    #expect(!bad.isConsistent)
    bad = good
    bad.volume = -one
    #expect(!bad.isConsistent)
    bad = good
    bad.tradeCount = -1
    #expect(!bad.isConsistent)
  }
}
