extension Schema {
  /// Reads an encoding. Fields that the type does not have are skipped.
  ///
  /// - Throws: `malformed`, `notUTF8`, `tooDeep`, `tooLarge`, `unknownType`.
  /// - Complexity: linear; recursion at most ``depthMaximum`` deep.
  public func decode(_ typeName: String, _ bytes: [UInt8]) throws(DynamicMessageError) -> DynamicMessage {
    var decoder = WireDecoder(schema: self)
    var message = DynamicMessage(typeName: typeName)
    try decoder.merge(bytes[...], into: &message, depth: Self.depthMaximum)
    return message
  }
}

/// One decoding, with what it may still take.
private struct WireDecoder {
  let schema: Schema
  private var memoryLeft = Schema.memoryMaximum

  init(schema: Schema) { self.schema = schema }

  mutating func merge(_ bytes: ArraySlice<UInt8>, into message: inout DynamicMessage, depth: Int) throws(DynamicMessageError) {
    guard depth > 0 else {
      throw DynamicMessageError(.tooDeep, "messages are nested deeper than \(Schema.depthMaximum) levels")
    }
    let type = try schema.message(message.typeName)
    var reader = WireReader(bytes)
    // Lists are joined at the end: one that lies in the message would be copied for each element.
    var lists: [Int32: [DynamicValue]] = [:]
    while let (number, content) = try reader.next() {
      guard let field = type.field(number: number) else { continue }
      if field.isRepeated {
        try append(content, field, to: &lists[number, default: []], depth: depth)
      } else if case .message(let name) = field.kind {
        var inner = DynamicMessage(typeName: name)
        if case .message(let earlier)? = message[number] { inner = earlier }
        try take(128)
        try merge(try content.bytes(), into: &inner, depth: depth - 1)
        message.set(field, .message(inner), of: type)
      } else {
        message.set(field, try single(content, field.kind), of: type)
      }
    }
    for field in type.fields {
      guard let list = lists[field.number], !list.isEmpty else { continue }
      var all = list
      if case .list(let earlier)? = message[field.number] {
        // Joining copies; a message that comes in a million pieces must not copy for ever.
        try take(32 * earlier.count)
        all = earlier + list
      }
      message.set(field, .list(all), of: type)
    }
  }

  private mutating func append(
    _ content: WireReader.Content, _ field: FieldType, to list: inout [DynamicValue], depth: Int
  ) throws(DynamicMessageError) {
    if case .message(let name) = field.kind {
      var inner = DynamicMessage(typeName: name)
      try take(128)
      try merge(try content.bytes(), into: &inner, depth: depth - 1)
      list.append(.message(inner))
    } else if field.kind.isPackable, case .delimited(let bytes) = content {
      var reader = WireReader(bytes)
      while !reader.isAtEnd {
        try take(32)
        list.append(try number(try reader.element(field.kind), field.kind))
      }
    } else {
      list.append(try single(content, field.kind))
    }
  }

  private mutating func single(_ content: WireReader.Content, _ kind: FieldKind) throws(DynamicMessageError) -> DynamicValue {
    try take(64)
    switch kind {
    case .string:
      try take(try content.bytes().count)
      return .string(try content.text())
    case .bytes:
      try take(try content.bytes().count)
      return .bytes(Array(try content.bytes()))
    default: return try number(content, kind)
    }
  }

  private func number(_ content: WireReader.Content, _ kind: FieldKind) throws(DynamicMessageError) -> DynamicValue {
    switch (kind, content) {
    case (.double, .fixed64(let bits)): .double(Double(bitPattern: bits))
    case (.fixed64, .fixed64(let bits)): .unsigned(bits)
    case (.sfixed64, .fixed64(let bits)): .signed(Int64(bitPattern: bits))
    case (.float, .fixed32(let bits)): .float(Float(bitPattern: bits))
    case (.fixed32, .fixed32(let bits)): .unsigned(UInt64(bits))
    case (.sfixed32, .fixed32(let bits)): .signed(Int64(Int32(bitPattern: bits)))
    case (.bool, .varint(let bits)): .bool(bits != 0)
    case (.int64, .varint(let bits)): .signed(Int64(bitPattern: bits))
    case (.int32, .varint(let bits)): .signed(Int64(Int32(truncatingIfNeeded: bits)))
    case (.uint64, .varint(let bits)): .unsigned(bits)
    case (.uint32, .varint(let bits)): .unsigned(UInt64(UInt32(truncatingIfNeeded: bits)))
    case (.sint64, .varint(let bits)): .signed(Self.unzigzag(bits))
    case (.sint32, .varint(let bits)): .signed(Self.unzigzag(UInt64(UInt32(truncatingIfNeeded: bits))))
    case (.enumeration, .varint(let bits)): .enumeration(Int32(truncatingIfNeeded: bits))
    default: throw WireReader.malformed
    }
  }

  private static func unzigzag(_ bits: UInt64) -> Int64 { Int64(bitPattern: bits >> 1) ^ -Int64(bitPattern: bits & 1) }

  private mutating func take(_ bytes: Int) throws(DynamicMessageError) {
    memoryLeft -= bytes
    if memoryLeft < 0 { throw DynamicMessageError(.tooLarge, "the message would take too much memory") }
  }
}

extension WireReader {
  /// The next element of a packed field.
  fileprivate mutating func element(_ kind: FieldKind) throws(DynamicMessageError) -> Content {
    switch kind {
    case .double, .fixed64, .sfixed64: .fixed64(try fixed(8))
    case .float, .fixed32, .sfixed32: .fixed32(UInt32(truncatingIfNeeded: try fixed(4)))
    default: .varint(try varint())
    }
  }
}

extension DynamicValue {
  /// What a field without presence holds when nothing was said. Minus zero is not it.
  var isDefault: Bool {
    switch self {
    case .signed(let value): value == 0
    case .unsigned(let value): value == 0
    case .double(let value): value.bitPattern == 0
    case .float(let value): value.bitPattern == 0
    case .bool(let value): !value
    case .string(let value): value.isEmpty
    case .bytes(let value): value.isEmpty
    case .enumeration(let value): value == 0
    case .list(let value): value.isEmpty
    case .message: false
    }
  }
}
