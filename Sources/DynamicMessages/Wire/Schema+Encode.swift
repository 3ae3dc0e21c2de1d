extension Schema {
  /// The encoding: fields by number, defaults left out, repeated numbers packed where the schema says so.
  ///
  /// - Throws: `tooDeep`; `unknownType`; `invalid` when a value is not of its field's kind.
  public func encode(_ message: DynamicMessage) throws(DynamicMessageError) -> [UInt8] {
    try encode(message, depth: Self.depthMaximum)
  }

  private func encode(_ message: DynamicMessage, depth: Int) throws(DynamicMessageError) -> [UInt8] {
    guard depth > 0 else {
      throw DynamicMessageError(.tooDeep, "messages are nested deeper than \(Self.depthMaximum) levels")
    }
    let type = try self.message(message.typeName)
    var writer = WireWriter()
    for field in type.fields.sorted(by: { $0.number < $1.number }) {
      guard let value = message[field.number] else { continue }
      if field.isRepeated {
        try write(list: value, field, &writer, depth)
      } else if field.hasPresence || !value.isDefault {
        try write(value, field, &writer, depth)
      }
    }
    return writer.bytes
  }

  private func write(list value: DynamicValue, _ field: FieldType, _ writer: inout WireWriter, _ depth: Int) throws(DynamicMessageError) {
    guard case .list(let elements) = value else { throw Self.misplaced(field) }
    guard field.isPacked else {
      for element in elements { try write(element, field, &writer, depth) }
      return
    }
    guard !elements.isEmpty else { return }
    var packed = WireWriter()
    for element in elements { try packed.number(element, field) }
    writer.delimited(field.number, packed.bytes)
  }

  private func write(_ value: DynamicValue, _ field: FieldType, _ writer: inout WireWriter, _ depth: Int) throws(DynamicMessageError) {
    switch (field.kind, value) {
    case (.message(let name), .message(let inner)):
      guard inner.typeName == name else { throw Self.misplaced(field) }
      writer.delimited(field.number, try encode(inner, depth: depth - 1))
    case (.string, .string(let text)): writer.delimited(field.number, Array(text.utf8))
    case (.bytes, .bytes(let bytes)): writer.delimited(field.number, bytes)
    default:
      writer.tag(field.number, field.kind.wireType)
      try writer.number(value, field)
    }
  }

  fileprivate static func misplaced(_ field: FieldType) -> DynamicMessageError {
    DynamicMessageError(.invalid, "the value is no \(field.kind.name)", path: field.name)
  }
}

extension WireWriter {
  /// A number without its tag.
  fileprivate mutating func number(_ value: DynamicValue, _ field: FieldType) throws(DynamicMessageError) {
    switch (field.kind, value) {
    case (.double, .double(let number)): fixed(number.bitPattern, 8)
    case (.float, .float(let number)): fixed(UInt64(number.bitPattern), 4)
    case (.fixed64, .unsigned(let number)): fixed(number, 8)
    case (.fixed32, .unsigned(let number)): fixed(number, 4)
    case (.sfixed64, .signed(let number)): fixed(UInt64(bitPattern: number), 8)
    case (.sfixed32, .signed(let number)): fixed(UInt64(bitPattern: number), 4)
    case (.uint64, .unsigned(let number)), (.uint32, .unsigned(let number)): varint(number)
    case (.int64, .signed(let number)), (.int32, .signed(let number)): varint(UInt64(bitPattern: number))
    case (.sint64, .signed(let number)), (.sint32, .signed(let number)):
      varint(UInt64(bitPattern: number << 1 ^ number >> 63))
    case (.bool, .bool(let isTrue)): varint(isTrue ? 1 : 0)
    case (.enumeration, .enumeration(let number)): varint(UInt64(bitPattern: Int64(number)))
    default: throw Schema.misplaced(field)
    }
  }
}

extension FieldKind {
  /// The wire type of one value.
  fileprivate var wireType: UInt64 {
    switch self {
    case .double, .fixed64, .sfixed64: 1
    case .float, .fixed32, .sfixed32: 5
    case .string, .bytes, .message: 2
    default: 0
    }
  }
}
