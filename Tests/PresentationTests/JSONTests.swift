import Presentation
import Testing
import TradingModel

@Suite struct JSONTests {
  @Test func numbersFollowTheRulesOfProto3() {
    var json = JSONText()
    json.beginObject()
    json.field("count", Int64.max)
    json.field("size", 7)
    json.field("small", Int32(-7))
    json.field("price", FixedDecimal(raw: 150_000_000))
    json.field("ratio", 0.25)
    json.field("unknown", Double?.none)
    json.field("endless", Double.infinity)
    json.field("list", [Int64(1)])
    json.endObject()
    #expect(
      json.text
        == #"{"count":"9223372036854775807","size":"7","small":-7,"price":"1.5","ratio":0.25,"unknown":null,"endless":null,"list":["1"]}"#)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    for pretty in [false, true] {
      var json = JSONText(pretty: pretty)
      json.beginObject()
      json.field("a\"b\\c\u{1B}[31m\n\t\u{7F}", "é语\u{0}")
      json.objects("rows", [1, 2]) { $0.field("n", $1) }
      json.field("none", [String]())
      json.endObject()
      let tree = try #require(JSONTree(json.bytes))
      #expect(tree["a\"b\\c\u{1B}[31m\n\t\u{7F}"]?.text == "é语\u{0}")
      #expect(tree["rows"]?.elements?.map { $0["n"]?.int64 } == [1, 2] && tree["none"]?.elements == [])
      var again = JSONText()
      tree.write(to: &again)
      #expect(JSONTree(again.bytes) == tree)
    }
  }

  @Test func numbersKeepTheirSpellingAndWhatIsNoJSONIsRefused() {
    #expect(JSONTree(Array("1.50e3".utf8)) == .number("1.50e3"))
    #expect(JSONTree(Array("1.50".utf8))?.ratio == 1.5 && JSONTree(Array("null".utf8))?.ratio == nil)
    #expect(
      JSONTree(Array("7".utf8))?.int64 == 7 && JSONTree(Array("\"7\"".utf8))?.int64 == 7 && JSONTree(Array("\"7\"".utf8))?.integer == nil)
    for text in ["", "{", "[1,]", "01", "nul", "\"", "{\"a\" 1}", "1 2", String(repeating: "[", count: 40)] {
      #expect(JSONTree(Array(text.utf8)) == nil, "\(text)")
    }
  }
}
