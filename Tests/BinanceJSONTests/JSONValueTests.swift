import Time
import Foundation
import BinanceJSON
import Testing
import TradingModel

@Suite struct JSONValueTests {
  @Test(arguments: [
    "", " ", "{", "}", "[1,]", "{\"a\":1,}", "[,1]", "{\"a\"}", "{\"a\":}", "{a:1}", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "NaN",
    "Infinity", "tru", "nulll", "\"", "\"\u{1}\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "[1 2]", "1 1",
    "{\"a\":1,\"a\":2}", "{\"a\":1,\"\\u0061\":2}", "\u{FEFF}1", "[1]x", "'a'", "/*c*/1", "{\"a\":1 \"b\":2}",
  ])
  func refusesWhatIsNotJSON(_ text: String) { #expect(throws: FrameRefusal.self) { try JSONValue(parsing: Array(text.utf8)) } }

  @Test func depthIsBounded() throws {
    func nested(_ depth: Int) -> [UInt8] { Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8) }
    _ = try JSONValue(parsing: nested(64))
    #expect(throws: FrameRefusal.self) { try JSONValue(parsing: nested(65)) }
    #expect(throws: FrameRefusal.self) { try JSONValue(parsing: nested(1_000_000)) }
  }

  @Test func numberOfValuesIsBounded() {
    let text = "[" + Array(repeating: "0", count: 1_000).joined(separator: ",") + "]"
    #expect(throws: FrameRefusal.self) { try JSONValue(parsing: Array(text.utf8), valuesMaximum: 1_000) }
    #expect(throws: Never.self) { try JSONValue(parsing: Array(text.utf8), valuesMaximum: 1_001) }
  }

  @Test func escapesAndUnicodeAreDecoded() throws {
    let value = try JSONValue(parsing: Array(#"["\"\\\/\b\f\n\r\t","\u00e9\u6f22\ud83d\ude80","é漢🚀"]"#.utf8))
    #expect(value == .array([.string("\"\\/\u{8}\u{C}\n\r\t"), .string("é漢🚀"), .string("é漢🚀")]))
  }

  @Test func numbersKeepEveryDigit() throws {
    let value = try JSONValue(parsing: Array("[12345678901234567890.123456789,-0,9223372036854775807,9223372036854775808,1e2]".utf8))
    #expect(value.array?.first == .number("12345678901234567890.123456789"))
    #expect(value.array?.map(\.integer) == [nil, 0, .max, nil, nil])
  }

  @Test(.enabled(if: SharedFiles.havePayloads, "the exchange's example payloads are not beside this checkout"))
  func agreesWithFoundationOnEveryPayload() throws {
    let payloads = SharedFiles.payloads
    #expect(payloads.count > 100)
    for (name, bytes) in payloads {
      let ours = try JSONValue(parsing: bytes)
      let theirs = try JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
      #expect(Twin.equal(ours, theirs), "\(name)")
    }
  }

  @Test(.enabled(if: SharedFiles.havePayloads, "the exchange's example payloads are not beside this checkout"))
  func mutatedPayloadsNeverTrap() {
    var random = SeededRandom(seed: 5)
    let decoder = SampleFrames.decoder()
    var refused = 0
    for (_, payload) in SharedFiles.payloads where payload.count < 20_000 {
      for round in 0..<400 {
        var bytes = payload
        if round % 4 == 0 {
          bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
        } else {
          for _ in 0..<Int.random(in: 1...6, using: &random) where !bytes.isEmpty {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
          }
        }
        unsafe SampleFrames.withExactBytes(bytes) { buffer in
          do { _ = try unsafe JSONValue(parsing: buffer) } catch { refused += 1 }
          _ = try? unsafe decoder.decode(buffer, receivedAt: .zero)
        }
      }
    }
    #expect(refused > 1_000)
  }
}

/// A slow comparison of our tree with Foundation's.
enum Twin {
  static func equal(_ ours: JSONValue, _ theirs: Any) -> Bool {
    switch ours {
    case .null: return theirs is NSNull
    case .string(let text): return (theirs as? String) == text
    case .bool(let flag): return (theirs as? Bool) == flag
    case .number(let text): return (theirs as? NSNumber)?.doubleValue == Double(text)
    case .array(let elements):
      guard let list = theirs as? [Any], list.count == elements.count else { return false }
      return zip(elements, list).allSatisfy { equal($0, $1) }
    case .object(let members):
      guard let dictionary = theirs as? [String: Any], dictionary.count == members.count else { return false }
      return members.allSatisfy { name, value in dictionary[name].map { equal(value, $0) } ?? false }
    }
  }
}
