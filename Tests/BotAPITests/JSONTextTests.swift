import BotAPI
import Foundation
import Testing

@testable import protoc_gen_botd

@Suite struct JSONTextTests {
  @Test func aMessageRendersInTheOrderOfTheSchemaWithAllItsFields() {
    let trade = V1.BotOutcome(botID: "a", state: .running)
    #expect(trade.jsonText() == #"{"bot_id":"a","state":"running","error":null}"#)
    #expect(trade.jsonText(pretty: true) == "{\n  \"bot_id\": \"a\",\n  \"state\": \"running\",\n  \"error\": null\n}")
  }

  @Test func integersOf64BitsAreStringsAndBytesBase64() {
    #expect(
      V1.PingResponse(payload: [0, 255, 16, 1], serverTimeNs: .max).jsonText()
        == #"{"payload":"AP8QAQ==","server_time_ns":"9223372036854775807"}"#)
  }

  @Test func controlCharactersAndQuotesAreEscaped() {
    let entry = V1.KeyValue(key: "a\"b\\c\u{1B}[31m\n\t\u{7F}", value: "é语")
    #expect(entry.jsonText() == #"{"key":"a\"b\\c\u001b[31m\n\t\u007f","value":"é语"}"#)
  }

  @Test func notFiniteNumbersAreNull() {
    #expect(
      V1.Stats(sharpeRatio: .nan, sortinoRatio: .infinity, calmarRatio: 1.5).jsonText().contains(
        #""sharpe_ratio":null,"sortino_ratio":null,"calmar_ratio":1.5"#))
  }

  @Test func onlyTheChosenPayloadOfAnEventIsThere() {
    let text = V1.Event(sequence: 3, payload: .risk(V1.RiskEvent(tradingState: .halted, reason: "x"))).jsonText()
    let risk = #""risk":{"trading_state":"halted","reason":"x","cause":"unspecified","limits":null,"locked":null,"unlocked":null}"#
    #expect(text == #"{"sequence":"3","previous_sequence":"0","time_ns":"0","# + risk + "}")
  }

  @Test(arguments: RoundTripTests.names) func everyMessageIsValidJSONWithTheFieldsOfTheSchema(name: String) throws {
    let type = try #require(V1.allMessages.first { $0.typeName == name })
    let short = try #require(name.split(separator: ".").last.map(String.init))
    let schema = try Schema.shared()
    let fields = schema.messages[short]?.fields.filter { $0.oneof == nil }.map(\.name) ?? []
    var wire = RandomWire(schema: schema, random: SeededRandom(seed: 11))
    for pretty in [false, true] {
      let text = try type.decode(wire.message(short)).jsonText(pretty: pretty)
      let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
      #expect(Set(fields).isSubset(of: Set(object.keys)))
    }
  }
}
