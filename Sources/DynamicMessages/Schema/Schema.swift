/// All types and services of a `google.protobuf.FileDescriptorSet`.
public struct Schema: Sendable {
  /// Deepest nesting of messages that is read or written, and of JSON.
  public static let depthMaximum = 32
  /// About what the values of one message may take in memory, in bytes; the smallest encoding of a value is far smaller than the value.
  public static let memoryMaximum = 128 << 20

  /// In the order of the files.
  public private(set) var messages: [MessageType] = []
  /// In the order of the files.
  public private(set) var enums: [EnumType] = []
  /// In the order of the files.
  public private(set) var services: [ServiceType] = []
  private var messageIndex: [String: Int] = [:]
  private var enumIndex: [String: Int] = [:]

  /// Reads a set.
  ///
  /// - Throws: ``DynamicMessageError`` `malformed` when the bytes are none, `tooDeep` when types are nested too deeply.
  public init(fileDescriptorSet bytes: [UInt8]) throws(DynamicMessageError) {
    var reader = WireReader(bytes[...])
    while let (number, content) = try reader.next() {
      guard number == 1 else { continue }
      let file = try FileDescriptor(try content.bytes())
      messages += file.messages
      enums += file.enums
      services += file.services
    }
    for (place, message) in messages.enumerated() { messageIndex[message.name] = place }
    for (place, enumeration) in enums.enumerated() { enumIndex[enumeration.name] = place }
  }

  /// All methods, in the order of the files.
  public var methods: [MethodType] { services.flatMap(\.methods) }

  /// The type with that full name.
  ///
  /// - Throws: `unknownType`.
  public func message(_ name: String) throws(DynamicMessageError) -> MessageType {
    guard let place = messageIndex[name] else { throw DynamicMessageError(.unknownType, "the schema has no message \(name)") }
    return messages[place]
  }

  /// The type with that full name.
  ///
  /// - Throws: `unknownType`.
  public func enumeration(_ name: String) throws(DynamicMessageError) -> EnumType {
    guard let place = enumIndex[name] else { throw DynamicMessageError(.unknownType, "the schema has no enum \(name)") }
    return enums[place]
  }

  /// Whether a full name is a message's.
  public func hasMessage(_ name: String) -> Bool { messageIndex[name] != nil }

  /// The entries' type, when a field is a map.
  func mapEntry(_ field: FieldType) -> MessageType? {
    guard field.isRepeated, case .message(let name) = field.kind, let place = messageIndex[name] else { return nil }
    return messages[place].isMapEntry ? messages[place] : nil
  }

  /// The kinds of a map's keys and values as the schema writes them; nil where the field is no map.
  public func mapKinds(_ field: FieldType) -> (key: String, value: String)? {
    guard let entry = mapEntry(field), let key = entry.field(number: 1), let value = entry.field(number: 2) else { return nil }
    return (key.kind.name, value.kind.name)
  }

  /// `Bot` of `botd.v1.Bot`.
  public static func lastName(_ name: String) -> String {
    name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? name
  }
}
