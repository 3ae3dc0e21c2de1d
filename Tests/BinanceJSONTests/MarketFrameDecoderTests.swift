import Time
import Foundation
@testable import BinanceJSON
import Testing
import TradingModel
import Venue

@Suite struct MarketFrameDecoderTests {
  func decimal(_ text: String) -> FixedDecimal { FixedDecimal(text: text) ?? .zero }
  func symbol(_ text: String) throws -> Symbol { try #require(Symbol(text)) }

  @Test func tradeCarriesEveryField() throws {
    let expected = MarketTrade(
      symbol: try symbol("BTCUSDT"), id: TradeID(3_735_683_259), price: decimal("61837.63"), quantity: decimal("0.02"),
      time: Timestamp(milliseconds: 1_723_161_255_342), isBuyerMaker: true)
    #expect(SampleFrames.decode(SampleFrames.combinedTrade.utf8) == .event(.trade(expected)))
  }

  @Test func rawTradeWithShortDecimalsIsRead() throws {
    let expected = MarketTrade(
      symbol: try symbol("BNBBTC"), id: TradeID(12_345), price: decimal("0.001"), quantity: decimal("100"),
      time: Timestamp(milliseconds: 1_672_515_782_136), isBuyerMaker: true)
    #expect(SampleFrames.decode(SampleFrames.trade.utf8) == .event(.trade(expected)))
  }

  @Test func quoteIsStampedWithTheTimeOfReceipt() throws {
    let expected = Quote(
      symbol: try symbol("BTCUSDT"), bidPrice: decimal("61837.63"), bidQuantity: decimal("3.78826"), askPrice: decimal("61837.64"),
      askQuantity: decimal("1.54698"), time: SampleFrames.receivedAt)
    #expect(SampleFrames.decode(SampleFrames.combinedQuote.utf8) == .event(.quote(expected)))
  }

  @Test func closedCandleCarriesEveryField() throws {
    let candle = Candle(
      openTime: Timestamp(milliseconds: 1_723_161_000_000), open: decimal("61837.63"), high: decimal("61845"), low: decimal("61830"),
      close: decimal("61840.01"), volume: decimal("12.345"), quoteVolume: decimal("763400.12345678"), tradeCount: 201)
    let expected = CandleUpdate(
      symbol: try symbol("BTCUSDT"), interval: .fiveMinutes, candle: candle, isClosed: true,
      eventTime: Timestamp(milliseconds: 1_723_161_255_343))
    #expect(SampleFrames.decode(SampleFrames.consistentCandle.utf8) == .event(.candle(expected)))
  }

  @Test func candleWhoseOpenLiesOutsideItsRangeIsRefused() {
    // The documents' own example: open 0.0010 below low 0.0015.
    #expect(SampleFrames.decode(SampleFrames.candle.utf8) == .refused(.badField))
  }

  @Test func tickerCarriesEveryField() throws {
    let expected = Ticker(
      symbol: try symbol("BNBBTC"), last: decimal("0.0025"), open: decimal("0.001"), high: decimal("0.0025"), low: decimal("0.001"),
      volume: decimal("10000"), quoteVolume: decimal("18"), time: Timestamp(milliseconds: 1_672_515_782_136))
    #expect(SampleFrames.decode(SampleFrames.ticker.utf8) == .event(.ticker(expected)))
  }

  @Test(arguments: ["币安人生USDT", #"\u5e01\u5b89\u4eba\u751fUSDT"#, "币安人生币安人生USDT"])
  func symbolsOfOtherScriptsAreRead(spelled: String) throws {
    let symbol = try symbol(spelled.hasPrefix("\\") ? "币安人生USDT" : spelled)
    for (frame, name) in [
      (SampleFrames.combinedTrade, "BTCUSDT"), (SampleFrames.combinedQuote, "BTCUSDT"), (SampleFrames.consistentCandle, "BTCUSDT"),
      (SampleFrames.ticker, "BNBBTC"),
    ] {
      let text = frame.replacingOccurrences(of: "\"\(name)\"", with: "\"\(spelled)\"")
      guard case .event(let event) = SampleFrames.decode(text.utf8, [symbol]) else {
        Issue.record("\(text) was not read")
        continue
      }
      let found =
        switch event {
        case .candle(let update): update.symbol
        case .trade(let trade): trade.symbol
        case .quote(let quote): quote.symbol
        case .ticker(let ticker): ticker.symbol
        }
      #expect(found == symbol)
    }
  }

  @Test func symbolThatNobodySubscribedIsIgnored() {
    let frame = SampleFrames.combinedTrade.replacingOccurrences(of: "\"BTCUSDT\"", with: "\"DOGEUSDT\"")
    #expect(SampleFrames.decode(frame.utf8) == .other(.ignored))
  }

  @Test func symbolOfDigitsAndLettersIsASymbol() throws {
    let frame = SampleFrames.trade.replacingOccurrences(of: "BNBBTC", with: "1000SATSUSDT")
    guard case .event(.trade(let trade)) = SampleFrames.decode(frame.utf8) else {
      Issue.record("not a trade")
      return
    }
    #expect(trade.symbol == (try symbol("1000SATSUSDT")))
  }

  @Test(arguments: [
    "{\"e\":\"serverShutdown\",\"E\":1770123456789}",
    "{\"stream\":\"!serverShutdown\",\"data\":{\"e\":\"serverShutdown\",\"E\":1770123456789}}",
  ])
  func shutdownIsAnnounced(_ frame: String) { #expect(SampleFrames.decode(frame.utf8) == .other(.serverShutdown)) }

  @Test func controlRepliesNameTheirRequest() throws {
    let decoder = SampleFrames.decoder()
    func reply(_ text: String) throws -> ControlReply? {
      try unsafe SampleFrames.withExactBytes(text.utf8) { bytes in
        try unsafe decoder.decode(bytes, receivedAt: .zero) == .control ? decoder.controlReply : nil
      }
    }
    #expect(try reply(#"{"result":null,"id":1}"#) == ControlReply(id: 1))
    #expect(try reply(#"{ "id" : 7, "result" : ["btcusdt@trade"] }"#) == ControlReply(id: 7))
    #expect(try reply(#"{"code":3,"msg":"Invalid JSON"}"#) == ControlReply(id: nil, error: APIError(code: 3, message: "Invalid JSON")))
    #expect(
      try reply(#"{"error":{"code":2,"msg":"x"},"id":4}"#) == ControlReply(id: 4, error: APIError(code: 2, message: "x")))
  }

  @Test func fieldsMayComeInAnyOrderWithAnyWhiteSpaceAndEscapes() throws {
    var random = SeededRandom(seed: 7)
    for frame in SampleFrames.all {
      let expected = SampleFrames.decode(frame.utf8)
      guard case .event = expected else {
        Issue.record("sample is no event: \(frame)")
        continue
      }
      let value = try JSONValue(parsing: Array(frame.utf8))
      for _ in 0..<200 {
        let text = Scrambled.text(value, using: &random)
        #expect(SampleFrames.decode(text.utf8) == expected, "\(text)")
      }
    }
  }

  @Test func fastAndGeneralReaderAgreeOnMutations() {
    var random = SeededRandom(seed: 11)
    let decoder = SampleFrames.decoder()
    let alphabet = Array("\"{}[],:.0123456789eEtrufalsn-+\\ \u{0}xkM".utf8)
    var events = 0
    for round in 0..<60_000 {
      var bytes = Array(SampleFrames.all[round % SampleFrames.all.count].utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let index = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes[index] = alphabet.randomElement(using: &random) ?? 0
        case 1: bytes.remove(at: index)
        default: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: index)
        }
      }
      unsafe SampleFrames.withExactBytes(bytes) { buffer in
        let fast = unsafe SampleFrames.outcome(buffer, decoder) { bytes, decoder throws(FrameRefusal) in
          try unsafe decoder.decode(bytes, receivedAt: SampleFrames.receivedAt)
        }
        let general = unsafe SampleFrames.outcome(buffer, decoder) { bytes, decoder throws(FrameRefusal) in
          try unsafe decoder.decodeAnyOrder(bytes, receivedAt: SampleFrames.receivedAt)
        }
        if case .event = fast { events += 1 }
        if fast != general { Issue.record("\(fast) / \(general): \(String(decoding: bytes, as: UTF8.self))") }
      }
    }
    #expect(events > 1_000, "mutations that stay valid must occur, or the comparison proves little")
  }

  @Test func everyTruncationIsRefused() {
    for frame in SampleFrames.all {
      let bytes = Array(frame.utf8)
      for count in 0..<bytes.count { #expect(SampleFrames.decode(bytes[..<count]) == .refused(.malformed)) }
    }
  }

  @Test(arguments: [
    ("\"p\":\"61837.63000000\"", "\"p\":\"NaN\"", FrameRefusal.Code.badField), ("\"p\":\"61837.63000000\"", "\"p\":\"\"", .badField),
    ("\"p\":\"61837.63000000\"", "\"p\":\"1e400\"", .badField), ("\"p\":\"61837.63000000\"", "\"p\":\"0x10\"", .badField),
    ("\"p\":\"61837.63000000\"", "\"p\":\"1,5\"", .badField), ("\"p\":\"61837.63000000\"", "\"p\":\"-1.5\"", .badField),
    ("\"p\":\"61837.63000000\"", "\"p\":\"0.00000000\"", .badField), ("\"p\":\"61837.63000000\"", "\"p\":\" 1\"", .badField),
    ("\"p\":\"61837.63000000\"", "\"p\":\"1234567890123456789012345678901234567890\"", .badField),
    ("\"p\":\"61837.63000000\"", "\"p\":61837.63", .badField), ("\"p\":\"61837.63000000\"", "\"p\":null", .badField),
    ("\"p\":\"61837.63000000\",", "", .missingField), ("\"q\":\"0.02000000\"", "\"q\":\"-0.02\"", .badField),
    ("\"t\":3735683259", "\"t\":1.0", .badField), ("\"t\":3735683259", "\"t\":1e2", .badField),
    ("\"t\":3735683259", "\"t\":-1", .badField), ("\"t\":3735683259", "\"t\":99999999999999999999", .badField),
    ("\"t\":3735683259", "\"t\":01", .malformed), ("\"t\":3735683259", "\"t\":+1", .malformed),
    ("\"t\":3735683259", "\"t\":.5", .malformed),
    ("\"m\":true", "\"m\":1", .badField), ("\"m\":true", "\"m\":True", .malformed),
    ("\"M\":true}", "\"M\":true,}", .malformed), ("\"m\":true", "\"m\":true,\"m\":false", .duplicateField),
    ("\"m\":true", "\"m\":true,\"\\u006d\":false", .duplicateField), ("{\"stream\"", "\u{FEFF}{\"stream\"", .malformed),
    ("}}", "}}x", .malformed), ("}}", "}", .malformed), ("\"T\":1723161255342", "\"T\":9223372036854775807", .badField),
    ("\"M\":true", "\"M\":" + String(repeating: "[", count: 70) + String(repeating: "]", count: 70), .tooDeep),
    ("\"M\":true", "\"M\":\"\\ud800\"", .malformed), ("\"M\":true", "\"M\":\"\\x\"", .malformed),
    ("\"M\":true", "\"M\":\"a\tb\"", .malformed),
    ("\"M\":true", "'M':true", .malformed), ("\"M\":true", "\"M\":true/**/", .malformed),
  ])
  func brokenFramesAreRefused(_ old: String, _ new: String, _ code: FrameRefusal.Code) {
    let frame = SampleFrames.combinedTrade.replacingOccurrences(of: old, with: new)
    #expect(frame != SampleFrames.combinedTrade)
    #expect(SampleFrames.decode(frame.utf8) == .refused(code), "\(frame)")
  }

  @Test func unknownFieldsOfEveryKindAreSkipped() {
    let frame = SampleFrames.combinedTrade.replacingOccurrences(
      of: "\"M\":true", with: "\"M\":true,\"new\":{\"a\":[1,-2.5e3,\"x\\n\",null,{\"p\":\"1\"}]},\"Z\":[],\"z\":{\"q\":\"9\"}")
    #expect(SampleFrames.decode(frame.utf8) == SampleFrames.decode(SampleFrames.combinedTrade.utf8))
  }

  @Test func invalidUTF8InAStringIsRefused() {
    var bytes = Array(SampleFrames.combinedTrade.replacingOccurrences(of: "\"M\":true", with: "\"x\":\"#\"").utf8)
    guard let place = bytes.firstIndex(of: UInt8(ascii: "#")) else { return }
    bytes.replaceSubrange(place...place, with: [0xC0, 0xAF])
    #expect(SampleFrames.decode(bytes) == .refused(.malformed))
    bytes.replaceSubrange(place...(place + 1), with: Array("é漢🚀".utf8))
    #expect(SampleFrames.decode(bytes) == SampleFrames.decode(SampleFrames.combinedTrade.utf8))
  }

  @Test func intervalsAreReadCaseSensitively() {
    for interval in Interval.allCases {
      let frame = SampleFrames.consistentCandle.replacingOccurrences(of: "\"i\":\"5m\"", with: "\"i\":\"\(interval.rawValue)\"")
      guard case .event(.candle(let update)) = SampleFrames.decode(frame.utf8) else {
        Issue.record("no candle for \(interval)")
        continue
      }
      #expect(update.interval == interval)
    }
    let frame = SampleFrames.consistentCandle.replacingOccurrences(of: "\"i\":\"5m\"", with: "\"i\":\"5M\"")
    #expect(SampleFrames.decode(frame.utf8) == .refused(.badField))
  }

  @Test func decimalsAgreeWithTheOneParser() {
    var random = SeededRandom(seed: 3)
    for _ in 0..<20_000 {
      let whole = String(UInt64.random(in: 0...9_999_999_999_999, using: &random) >> UInt64.random(in: 0...43, using: &random))
      let digits = Int.random(in: 0...10, using: &random)
      let fraction = (0..<digits).map { _ in String(Int.random(in: 0...9, using: &random)) }.joined()
      let text = digits == 0 ? whole : "\(whole).\(fraction)"
      let frame = SampleFrames.combinedTrade.replacingOccurrences(of: "0.02000000", with: text)
      let outcome = SampleFrames.decode(frame.utf8)
      if let expected = FixedDecimal(text: text) {
        guard case .event(.trade(let trade)) = outcome else {
          Issue.record("refused \(text)")
          continue
        }
        #expect(trade.quantity == expected)
      } else {
        #expect(outcome == .refused(.badField), "\(text)")
      }
    }
  }
}

/// JSON text of a value with its members shuffled, random white space, and some letters escaped.
enum Scrambled {
  static func text(_ value: JSONValue, using random: inout SeededRandom) -> String {
    switch value {
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let text): return text
    case .string(let text): return string(text, using: &random)
    case .array(let elements):
      return "[" + elements.map { space(&random) + self.text($0, using: &random) + space(&random) }.joined(separator: ",") + "]"
    case .object(let members):
      var parts: [String] = []
      for (name, value) in members.sorted(by: { $0.key < $1.key }) {
        parts.append(
          space(&random) + string(name, using: &random) + space(&random) + ":" + space(&random) + self.text(value, using: &random)
            + space(&random))
      }
      return "{" + parts.shuffled(using: &random).joined(separator: ",") + "}"
    }
  }

  private static func space(_ random: inout SeededRandom) -> String {
    ["", "", "", " ", "\n", "\t", "\r\n", "  "].randomElement(using: &random) ?? ""
  }

  private static func string(_ text: String, using random: inout SeededRandom) -> String {
    let isPlain = Bool.random(using: &random)
    let body = text.utf16.map { unit -> String in
      if isPlain || Int.random(in: 0..<4, using: &random) != 0 { return String(UnicodeScalar(unit).map(Character.init) ?? "?") }
      let hex = String(unit, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - hex.count) + (Bool.random(using: &random) ? hex.uppercased() : hex)
    }
    return "\"" + body.joined() + "\""
  }
}
