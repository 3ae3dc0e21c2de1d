import BotAPI
import Foundation
import ProtobufC
import Testing

@Suite struct RoundTripTests {
  static let names = V1.allMessages.map { $0.typeName }

  private func decodeAndEncode(_ type: any BotMessage.Type, _ bytes: [UInt8]) throws -> [UInt8] {
    try type.decode(bytes).encode()
  }

  @Test(arguments: names) func everyMessageSurvivesDecodingAndEncodingByteForByte(name: String) throws {
    let type = try #require(V1.allMessages.first { $0.typeName == name })
    let short = try #require(name.split(separator: ".").last.map(String.init))
    for seed in 0..<60 {
      var wire = RandomWire(schema: try Schema.shared(), random: SeededRandom(seed: UInt64(seed)))
      let bytes = wire.message(short)
      let again = try decodeAndEncode(type, bytes)
      #expect(again == bytes, "\(name), seed \(seed)")
    }
  }

  @Test func valuesAreWhatTheyWereAfterTheWire() throws {
    let trade = V1.Trade(
      sequence: 42, previousSequence: 41, symbol: "BTCUSDT", tradeID: "9007199254740993", clientOrderID: "b-1-7", botID: "rsi-btc",
      side: .sell, price: "67012.50", quantity: "0.00100000", commission: "0.0670125", commissionAsset: "USDT", realizedPnL: "-1.25",
      isMaker: true, timeNs: 1_700_000_000_123_456_789, purpose: .stopLoss, reason: "stop loss 66000.00 touched — sold")
    let event = V1.Event(sequence: 42, timeNs: 5, payload: .trade(trade))
    let response = V1.SubscribeEventsResponse(events: [event, V1.Event(payload: .alert(V1.Alert(severity: .critical)))])
    #expect(try V1.SubscribeEventsResponse.decode(response.encode()) == response)
  }

  @Test func anEmptyMessageTakesNoBytes() throws {
    #expect(try V1.Bot().encode() == [])
    #expect(try V1.Bot.decode([]) == V1.Bot())
    #expect(try V1.CreateBotRequest(spec: V1.BotSpec()).encode() == [0x1A, 0x00])
    #expect(try V1.CreateBotRequest.decode([0x1A, 0x00]).spec == V1.BotSpec())
  }

  @Test func unknownFieldsAreSkippedAndUnknownEnumValuesKept() throws {
    let bot = try V1.Bot.decode([0x0A, 0x01, 0x61, 0x18, 0x63] + RandomWire.blob(900, [1, 2, 3]))
    #expect(bot.id == "a")
    #expect(bot.state == .unrecognized(99))
    #expect(try bot.encode() == [0x0A, 0x01, 0x61, 0x18, 0x63])
  }

  @Test func theLastOfTwoOneofFieldsWins() throws {
    let both = try V1.Event(payload: .alert(V1.Alert(reason: "A"))).encode() + V1.Event(payload: .risk(V1.RiskEvent(reason: "B"))).encode()
    #expect(try V1.Event.decode(both).payload == .risk(V1.RiskEvent(reason: "B")))
  }

  @Test func aNULInAStringIsReplacedNotCut() throws {
    let bot = V1.Bot(id: "a\0b")
    #expect(try V1.Bot.decode(bot.encode()).id == "a\u{FFFD}b")
  }

  @Test(
    .enabled(if: Tools.find("protoc") != nil, "protoc is not installed (apt-get install protobuf-compiler)"),
    arguments: [
      "Bot", "Stats", "Event", "SubscribeTradesResponse", "CreateBotRequest", "ListBotsRequest", "TradingRules", "PingRequest",
      "GetHealthResponse", "RunBacktestResponse", "ErrorInfo",
    ])
  func protocReadsAndWritesTheSameBytes(name: String) throws {
    let protoc = try #require(Tools.find("protoc"))
    let type = try #require(V1.allMessages.first { $0.typeName == "botd.v1.\(name)" })
    let files = ["bot", "event", "trade", "marketdata", "system", "backtest", "risk", "strategy"].map { "botd/v1/\($0).proto" }
    let folder = "-I\(Tools.root.appendingPathComponent("proto").path)"
    for seed in 100..<103 {
      var wire = RandomWire(schema: try Schema.shared(), random: SeededRandom(seed: UInt64(seed)))
      let ours = try decodeAndEncode(type, wire.message(name))
      let text = try Tools.run(protoc, [folder, "--decode=botd.v1.\(name)"] + files, input: ours)
      let theirs = try Tools.run(protoc, [folder, "--encode=botd.v1.\(name)", "--deterministic_output"] + files, input: text)
      #expect(theirs == ours, "seed \(seed)")
    }
  }
}
