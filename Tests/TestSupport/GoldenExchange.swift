public import Foundation

/// A file of `proto/vectors`: a call, and what goes over the wire for it. `proto/vectors/README.md` says what each field means.
public struct GoldenExchange: Decodable, Sendable, CustomStringConvertible {
  public struct Message: Decodable, Sendable {
    public var type: String
    public var json: JSONValue
  }

  public struct Pair: Decodable, Sendable {
    public var key: String
    public var value: String
  }

  public struct Call: Decodable, Sendable {
    public var service: String
    public var method: String
    public var kind: String
    public var stream_id: Int
    public var timeout_nano: String
    public var metadata: [Pair]
    public var requests: [Message]
  }

  public struct Daemon: Decodable, Sendable {
    public var journal: String
    public var ignoring: [String]
  }

  public struct Repetition: Decodable, Sendable {
    public var byte: String
    public var times: Int
  }

  public struct Frame: Decodable, Sendable {
    public var from: String
    public var hex: String
    public var meaning: String
    public var `repeat`: Repetition?
    public var closes: Bool?
    public var message: Message?
    public var payload: Message?

    public var isClients: Bool { from == "client" }
    /// DATA with the flags RC and ND, from the client.
    public var isHalfClose: Bool { isClients && bytes.count == 10 && bytes[8] == 3 && bytes[9] == 5 }

    /// All its bytes.
    public var bytes: [UInt8] {
      let digits = Array(hex.utf8)
      let start = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
      }
      guard let more = `repeat`, let byte = UInt8(more.byte, radix: 16) else { return start }
      return start + [UInt8](repeating: byte, count: more.times)
    }
  }

  public struct Failure: Decodable, Sendable {
    public var code: Int32
    public var message: String
    public var reason: String?
    public var field: String?
    public var violations: [JSONValue]?
    public var last_sequence: String?
  }

  public struct Outcome: Decodable, Sendable {
    public var messages: [Message]
    public var error: Failure?
    public var failure: String?
  }

  public var name: String
  public var meaning: String
  public var call: Call?
  public var daemon: Daemon?
  public var exchange: [Frame]
  public var outcome: Outcome?

  public var description: String { name }

  /// The package's root folder.
  public static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  /// Where the files are.
  public static let folder = root.appendingPathComponent("proto/vectors")

  /// All of them, ordered by name; a file that cannot be read is an error.
  public static func all() throws -> [GoldenExchange] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".json") }.sorted()
    return try names.map { try JSONDecoder().decode(GoldenExchange.self, from: Data(contentsOf: folder.appendingPathComponent($0))) }
  }
}

/// JSON as a value.
public enum JSONValue: Decodable, Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  public init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .null
    } else if let found = try? value.decode(Bool.self) {
      self = .bool(found)
    } else if let found = try? value.decode(Double.self) {
      self = .number(found)
    } else if let found = try? value.decode(String.self) {
      self = .text(found)
    } else if let found = try? value.decode([JSONValue].self) {
      self = .list(found)
    } else {
      self = .object(try value.decode([String: JSONValue].self))
    }
  }

  public init(text: String) throws { self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) }

  /// What a message leaves out: nothing, 0, no elements, an enum's first value.
  var isDefault: Bool {
    switch self {
    case .null, .bool(false), .number(0), .text(""), .text("0"), .text("unspecified"), .list([]): true
    default: false
    }
  }

  /// Where `ours`, a message as ``BotMessage/jsonText(pretty:)`` writes it, does not say what this does by proto3's rules; `nil`: nowhere.
  public func difference(from ours: JSONValue, at path: String = "", ignoring: [String] = []) -> String? {
    switch (self, ours) {
    case (.object(let golden), .object(let found)):
      let names = Dictionary(uniqueKeysWithValues: found.map { (Self.lowerCamel($0.key), $0.value) })
      for (name, value) in golden.sorted(by: { $0.key < $1.key }) where names[name] == nil {
        return "\(path).\(name) is missing, it is \(value)"
      }
      for (name, value) in found.sorted(by: { $0.key < $1.key }) where !ignoring.contains(name) {
        let place = "\(path).\(name)"
        guard let expected = golden[Self.lowerCamel(name)] else {
          if value.isDefault { continue }
          return "\(place) is \(value), not left out"
        }
        if let found = expected.difference(from: value, at: place, ignoring: ignoring) { return found }
      }
      return nil
    case (.list(let golden), .list(let found)):
      guard golden.count == found.count else { return "\(path) has \(found.count) elements, not \(golden.count)" }
      for (index, pair) in zip(golden, found).enumerated() {
        if let found = pair.0.difference(from: pair.1, at: "\(path)[\(index)]", ignoring: ignoring) { return found }
      }
      return nil
    // An enum: our text has its name without prefix, in lower case.
    case (.text(let golden), .text(let found)) where golden.lowercased().hasSuffix("_" + found): return nil
    default: return self == ours ? nil : "\(path) is \(ours), not \(self)"
    }
  }

  private static func lowerCamel(_ name: String) -> String {
    let words = name.split(separator: "_")
    return words.dropFirst().reduce(String(words.first ?? "")) { $0 + $1.prefix(1).uppercased() + $1.dropFirst() }
  }
}
