import BotAPI
import DynamicMessages
import Presentation
import Testing

@Suite struct JSONTests {
  private static func read(_ json: String, _ typeName: String) throws -> DynamicMessage {
    let schema = typeName.hasPrefix("kinds.") ? try Kinds.schema() : try Botd.schema()
    return try schema.message(typeName, from: try #require(JSONTree(Array(json.utf8)), "\(json)"))
  }

  private static func refusal(_ json: String, _ typeName: String) throws -> String {
    do {
      _ = try read(json, typeName)
      return "read"
    } catch let error as DynamicMessageError {
      return error.description
    }
  }

  // MARK: What is read

  @Test(arguments: [
    (#"{"bot_id":"a","spec":{"time_stop_candles":5}}"#, #"{"botId":"a","spec":{"timeStopCandles":5}}"#),
    (#"{"spec":{"time_stop_candles":5}}"#, #"{"spec":{"time_stop_candles":"5"}}"#),
    (#"{"spec":{"time_stop_candles":50}}"#, #"{"spec":{"time_stop_candles":5.0e1}}"#),
    (#"{"spec":{"time_stop_candles":5}}"#, #"{"spec":{"time_stop_candles":50e-1}}"#),
    ("{}", #"{"bot_id":null,"spec":null,"start":null}"#),
    (#"{"spec":{"parameters":[{"key":"a","value":"1"}]}}"#, #"{"spec":{"parameters":[{"value":"1","key":"a"}]}}"#),
  ])
  func spellingsMeanTheSame(_ plain: String, _ other: String) throws {
    let typeName = "botd.v1.CreateBotRequest"
    #expect(try Self.read(plain, typeName) == Self.read(other, typeName))
  }

  @Test func theGeneratedCodeReadsWhatWasWritten() throws {
    let json = #"""
      {"requestId":"r-1","bot_id":"語","spec":{"symbol":"BTCUSDT","capital":"1000.5","parameters":[{"key":"period","value":"14"}],
      "sizing":"risk","compound":true,"autoStart":false},"validateOnly":true}
      """#
    let bytes = try Botd.schema().encode(Self.read(json, "botd.v1.CreateBotRequest"))
    let expected = V1.CreateBotRequest(
      requestID: "r-1", botID: "語",
      spec: V1.BotSpec(
        symbol: "BTCUSDT", strategy: "", parameters: [V1.KeyValue(key: "period", value: "14")], capital: "1000.5", sizing: "risk",
        compound: true),
      validateOnly: true)
    #expect(try V1.CreateBotRequest.decode(bytes) == expected)
  }

  /// By name, by number, and by the name that botctl prints.
  @Test(arguments: [#""TRADING_STATE_HALTED""#, "3", "3.0", #""halted""#]) func enumsAreReadByNameOrNumber(_ text: String) throws {
    let bytes = try Botd.schema().encode(Self.read(#"{"tradingState":\#(text)}"#, "botd.v1.SetTradingStateRequest"))
    #expect(try V1.SetTradingStateRequest.decode(bytes).tradingState == .halted)
  }

  @Test(
    arguments: [
      (#""AP8QAQ==""#, [0, 255, 16, 1]), (#""AP8QAQ""#, [0, 255, 16, 1]), (#""-_-_""#, [251, 255, 191]), (#""+/+/""#, [251, 255, 191]),
      (#""""#, []),
    ] as [(String, [UInt8])])
  func bytesAreBase64(_ text: String, _ bytes: [UInt8]) throws {
    let encoded = try Botd.schema().encode(Self.read(#"{"payload":\#(text)}"#, "botd.v1.PingRequest"))
    #expect(try V1.PingRequest.decode(encoded).payload == bytes)
  }

  @Test(.enabled(if: Protoc.path != nil, Comment(rawValue: Protoc.missing)))
  func everyKindIsReadAndWritten() throws {
    let json =
      #"{"d":"NaN","f":"-Infinity","i32":-2147483648,"i64":"-9223372036854775808","u32":4294967295,"u64":"18446744073709551615","#
      + #""s32":-1,"s64":"-2","x32":3,"x64":"4","sx32":-5,"sx64":"-6","b":true}"#
    let schema = try Kinds.schema()
    #expect(try schema.jsonText(Self.read(json, "kinds.Numbers")) == json)
    #expect(try schema.jsonText(schema.decode("kinds.Numbers", schema.encode(Self.read(json, "kinds.Numbers")))) == json)

    let maps = #"{"by_name":{"é":{"i64":9007199254740993}},"by_number":{"-7":"x","8":""},"byTruth":{"true":"COLOUR_MINUS","false":1}}"#
    let text = try schema.jsonText(Self.read(maps, "kinds.Maps"))
    #expect(text.hasPrefix(#"{"by_name":{"é":{"d":0.0,"f":0.0,"i32":0,"i64":"9007199254740993","#))
    #expect(text.hasSuffix(#""by_number":{"-7":"x","8":""},"by_truth":{"true":"COLOUR_MINUS","false":"COLOUR_DARK_RED"}}"#))
    #expect(try schema.jsonText(DynamicMessage(typeName: "kinds.Maps")) == #"{"by_name":{},"by_number":{},"by_truth":{}}"#)

    let choice = #"{"number":0,"maybe":0,"other_name":"","inner":{"deep_text":"a","mood":"MOOD_GOOD"}}"#
    #expect(try schema.jsonText(Self.read(choice, "kinds.Choice")) == choice)
    #expect(try schema.jsonText(Self.read(#"{"odd":"x"}"#, "kinds.Choice")) == #"{"other_name":"x","inner":null}"#)
    // The inner enum's short name follows its own name.
    #expect(try Self.read(#"{"inner":{"mood":"good"}}"#, "kinds.Choice") == Self.read(#"{"inner":{"mood":1}}"#, "kinds.Choice"))
    // An enum value that the schema does not have stays a number.
    #expect(try schema.jsonText(Self.read(#"{"colours":[7,"dark_red"]}"#, "kinds.Lists")).contains(#""colours":[7,"COLOUR_DARK_RED"]"#))
  }

  // MARK: What is refused

  @Test(arguments: [
    ("[]", "must be an object, a botd.v1.CreateBotRequest, not an array"),
    (#"{"spec":[]}"#, "spec: must be an object, a botd.v1.BotSpec, not an array"),
    (#"{"bot_id":5}"#, #"bot_id: must be a text; write it in quotes: "5""#),
    (#"{"spec":{"capital":1000.50}}"#, #"spec.capital: must be a text; write it in quotes: "1000.50""#),
    (#"{"start":"true"}"#, #"start: must be true or false, not "true""#),
    (#"{"start":1}"#, "start: must be true or false, not 1"),
    (#"{"botId":"a","bot_id":"b"}"#, "bot_id: is given twice"),
    (#"{"start":true,"start":true}"#, "start: is given twice"),
    (#"{"bot_id":null,"botId":null}"#, "botId: is given twice"),
    (#"{"spec":{"time_stop_candles":1.5}}"#, "spec.time_stop_candles: must be a whole number of 64 bits, not 1.5"),
    (#"{"spec":{"time_stop_candles":9223372036854775808}}"#, "spec.time_stop_candles: 9223372036854775808 is out of the range of int64"),
    (#"{"spec":{"time_stop_candles":"0x5"}}"#, #"spec.time_stop_candles: must be a whole number, not "0x5""#),
    (#"{"spec":{"time_stop_candles":" 5"}}"#, #"spec.time_stop_candles: must be a whole number, not " 5""#),
    (#"{"spec":{"time_stop_candles":1e99999999999}}"#, "spec.time_stop_candles: must be a whole number of 64 bits, not 1e99999999999"),
    (#"{"spec":{"time_stop_candles":1e999999999}}"#, "spec.time_stop_candles: must be a whole number of 64 bits, not 1e999999999"),
    (#"{"spec":{"parameters":{}}}"#, "spec.parameters: must be an array, not an object"),
    (#"{"spec":{"parameters":[{"key":"a"},{"key":1}]}}"#, #"spec.parameters[1].key: must be a text; write it in quotes: "1""#),
    (#"{"spec":{"parameters":[null]}}"#, "spec.parameters[0]: must be an object, a botd.v1.KeyValue, not null"),
    (
      #"{"spec":{"parameters":[{"name":"a"}]}}"#,
      "spec.parameters[0].name: there is no such field in botd.v1.KeyValue; its fields are key, value"
    ),
  ])
  func whatDoesNotFitIsNamedByItsPath(_ json: String, _ message: String) throws {
    #expect(try Self.refusal(json, "botd.v1.CreateBotRequest") == message)
  }

  @Test func anUnknownEnumNameListsTheKnownOnes() throws {
    let message = try Self.refusal(#"{"trading_state":"HALT"}"#, "botd.v1.SetTradingStateRequest")
    #expect(
      message.hasPrefix(
        #"trading_state: "HALT" is no botd.v1.TradingState; its values are TRADING_STATE_UNSPECIFIED, TRADING_STATE_ACTIVE"#))
    #expect(
      try Self.refusal(#"{"trading_state":1.5}"#, "botd.v1.SetTradingStateRequest").hasPrefix(
        "trading_state: 1.5 is no botd.v1.TradingState"))
    #expect(
      try Self.refusal(#"{"heartbeat_ms":2147483648}"#, "botd.v1.WatchHealthRequest")
        == "heartbeat_ms: 2147483648 is out of the range of int32")
    #expect(try Self.refusal(#"{"a":1}"#, "botd.v1.GetConfigRequest") == "a: there is no such field: botd.v1.GetConfigRequest has none")
  }

  @Test(arguments: ["A", "AP8QAQ=", "AP8Q AQ", "====", "é", "AB==C", "AR"])
  func whatIsNoBase64IsRefused(_ text: String) throws {
    #expect(try Self.refusal(#"{"payload":"\#(text)"}"#, "botd.v1.PingRequest") == "payload: must be bytes in base64, not \"\(text)\"")
  }

  @Test(
    .enabled(if: Protoc.path != nil, Comment(rawValue: Protoc.missing)),
    arguments: [
      (#"{"text":"a","number":1}"#, "Choice", "number: cannot be given beside text: both are the picked"),
      (#"{"text":null,"number":1}"#, "Choice", "read"),
      (#"{"maybe":1,"number":1}"#, "Choice", "read"),
      (#"{"d":1e999}"#, "Numbers", "d: 1e999 is out of the range of double"),
      (#"{"f":1e39}"#, "Numbers", "f: 1e39 is out of the range of float"),
      (#"{"f":"nan"}"#, "Numbers", #"f: must be a number, not "nan""#),
      (#"{"u32":-1}"#, "Numbers", "u32: -1 is out of the range of uint32"),
      (#"{"u64":"18446744073709551616"}"#, "Numbers", #"u64: "18446744073709551616" is out of the range of uint64"#),
      (#"{"i64":"-9223372036854775809"}"#, "Numbers", #"i64: "-9223372036854775809" is out of the range of int64"#),
      (#"{"by_number":{"x":""}}"#, "Maps", "by_number[x]: is no int64, which the keys of this map are"),
      (#"{"by_number":{"1":"","1.0":""}}"#, "Maps", "by_number[1.0]: is given twice"),
      (#"{"by_truth":{"yes":0}}"#, "Maps", "by_truth[yes]: is no bool, which the keys of this map are"),
      (#"{"by_name":{"a":null}}"#, "Maps", "by_name[a]: must be an object, a kinds.Numbers, not null"),
      (#"{"by_name":[]}"#, "Maps", "by_name: must be an object, not an array"),
    ])
  func boundsOfEveryKind(_ json: String, _ type: String, _ message: String) throws {
    #expect(try Self.refusal(json, "kinds.\(type)") == message)
  }

  // MARK: Any

  @Test func detailsOfErrorsAreAny() throws {
    let schema = try Botd.schema()
    func text(_ typeURL: String, _ bytes: [UInt8]) -> String {
      var json = JSONText()
      schema.writeAny(typeURL: typeURL, bytes: bytes, to: &json)
      return json.text
    }
    let info = V1.ErrorInfo(reason: "BOT_NOT_FOUND", field: "bot_id", message: "no such bot")
    #expect(
      text(V1.ErrorInfo.typeURL, try info.encode())
        == #"{"@type":"type.googleapis.com/botd.v1.ErrorInfo","reason":"BOT_NOT_FOUND","field":"bot_id","message":"no such bot","violations":[],"last_sequence":"0"}"#
    )
    #expect(text("x.y/other.Thing", [0, 255]) == #"{"@type":"x.y/other.Thing","value":"AP8="}"#)
    // Bytes that are none of the type.
    #expect(text(V1.ErrorInfo.typeURL, [0x0A, 9]) == #"{"@type":"type.googleapis.com/botd.v1.ErrorInfo","value":"Cgk="}"#)
  }
}
