/// What a field holds.
public enum FieldKind: Sendable, Hashable {
  case double, float
  case int32, int64, uint32, uint64, sint32, sint64, fixed32, fixed64, sfixed32, sfixed64
  case bool, string, bytes
  /// The type's full name.
  case message(String)
  /// The type's full name.
  case enumeration(String)

  /// As a `.proto` file writes it; of a type only what stands behind the last point.
  public var name: String {
    switch self {
    case .message(let type), .enumeration(let type): Schema.lastName(type)
    default: "\(self)"
    }
  }

  /// The full name of the type, for messages and enums.
  public var typeName: String? {
    switch self {
    case .message(let type), .enumeration(let type): type
    default: nil
    }
  }

  /// Values can stand one behind the other in one length-delimited field.
  var isPackable: Bool {
    switch self {
    case .string, .bytes, .message: false
    default: true
    }
  }
}

/// A field of a message.
public struct FieldType: Sendable, Hashable {
  /// As in the schema, for example `bot_id`.
  public var name = ""
  /// In lowerCamelCase, for example `botId`.
  public var jsonName = ""
  public var number: Int32 = 0
  public var kind = FieldKind.string
  public var isRepeated = false
  /// A repeated field is written packed.
  public var isPacked = false
  /// Absent and default are two things: messages, members of a oneof, proto3 `optional`.
  public var hasPresence = false
  /// The name of the oneof, and of which others at most one can be set; of a proto3 `optional` there is none.
  public var oneof: String?
  public var comment = ""
}

/// A message type.
public struct MessageType: Sendable, Hashable {
  /// Full name, for example `botd.v1.Bot`.
  public let name: String
  public let comment: String
  /// In the order of the schema.
  public let fields: [FieldType]
  /// An entry of a map: `key` and `value`.
  public let isMapEntry: Bool
  private let byNumber: [Int32: Int]
  private let byName: [String: Int]

  init(name: String, comment: String, fields: [FieldType], isMapEntry: Bool) {
    self.name = name
    self.comment = comment
    self.fields = fields
    self.isMapEntry = isMapEntry
    byNumber = Dictionary(fields.enumerated().map { ($1.number, $0) }, uniquingKeysWith: { first, _ in first })
    let names = fields.enumerated().flatMap { [($1.name, $0), ($1.jsonName, $0)] }
    byName = Dictionary(names, uniquingKeysWith: { first, _ in first })
  }

  /// The field with that number.
  public func field(number: Int32) -> FieldType? { byNumber[number].map { fields[$0] } }

  /// The field with that name, in either spelling.
  public func field(named name: String) -> FieldType? { byName[name].map { fields[$0] } }
}

/// An enum type.
public struct EnumType: Sendable, Hashable {
  /// One value of it.
  public struct Value: Sendable, Hashable {
    public let name: String
    public let number: Int32
    public let comment: String
  }

  /// Full name, for example `botd.v1.BotState`.
  public let name: String
  public let comment: String
  /// In the order of the schema; more than one may have the same number.
  public let values: [Value]

  /// The first value with that number.
  public func value(number: Int32) -> Value? { values.first { $0.number == number } }

  /// The value with that name: `BOT_STATE_RUNNING`, or in lower case without the prefix, `running`.
  public func value(named name: String) -> Value? {
    values.first { $0.name == name } ?? values.first { shortName($0) == name }
  }

  /// `BOT_STATE_RUNNING` of `BotState` is `running`.
  func shortName(_ value: Value) -> String {
    var prefix = ""
    for character in Schema.lastName(name) {
      if character.isUppercase, !prefix.isEmpty { prefix += "_" }
      prefix += character.uppercased()
    }
    prefix += "_"
    return (value.name.hasPrefix(prefix) ? String(value.name.dropFirst(prefix.count)) : value.name).lowercased()
  }
}

/// A method of a service.
public struct MethodType: Sendable, Hashable {
  /// Full name of its service.
  public let service: String
  /// The bare name, for example `ListBots`.
  public let name: String
  public let comment: String
  /// Full name of the type of the client's messages.
  public let input: String
  /// Full name of the type of the server's messages.
  public let output: String
  /// The client sends any number of messages.
  public let clientStreams: Bool
  /// The server sends any number of messages.
  public let serverStreams: Bool

  /// `botd.v1.BotService/ListBots`
  public var fullName: String { "\(service)/\(name)" }
}

/// A service.
public struct ServiceType: Sendable, Hashable {
  /// Full name, for example `botd.v1.BotService`.
  public let name: String
  public let comment: String
  public let methods: [MethodType]

  public init(name: String, comment: String, methods: [MethodType]) {
    self.name = name
    self.comment = comment
    self.methods = methods
  }
}
