/// A value of one field, or of one element of a repeated one.
public enum DynamicValue: Sendable, Hashable {
  /// All signed integers.
  case signed(Int64)
  /// All unsigned integers.
  case unsigned(UInt64)
  case double(Double)
  case float(Float)
  case bool(Bool)
  case string(String)
  case bytes([UInt8])
  /// By its number, which need not be one of the schema.
  case enumeration(Int32)
  case message(DynamicMessage)
  /// Elements of a repeated field, or entries of a map.
  case list([DynamicValue])
}

/// A message whose type is known only while the program runs. Fields that are absent, or of no presence and at their default, are not there.
public struct DynamicMessage: Sendable, Hashable {
  /// Full name of its type.
  public let typeName: String
  private(set) var values: [Int32: DynamicValue] = [:]

  /// An empty message.
  public init(typeName: String) { self.typeName = typeName }

  /// What a field holds; nil: nothing, or its default.
  public subscript(number: Int32) -> DynamicValue? { values[number] }

  /// Puts a value in place; the default of a field without presence takes it away. Of a oneof only the last one stays.
  public mutating func set(_ field: FieldType, _ value: DynamicValue, of type: MessageType) {
    if let oneof = field.oneof {
      for other in type.fields where other.oneof == oneof && other.number != field.number { values[other.number] = nil }
    }
    values[field.number] = !field.hasPresence && value.isDefault ? nil : value
  }
}
