extension Schema {
  /// A message in which everything is there to be filled in: inner messages, one element of each list of messages, the first member of each
  /// oneof. What nests in itself is left out, and everything deeper than five levels.
  ///
  /// - Throws: `unknownType`.
  public func example(_ typeName: String) throws(DynamicMessageError) -> DynamicMessage { try example(typeName, above: []) }

  private func example(_ typeName: String, above: [String]) throws(DynamicMessageError) -> DynamicMessage {
    let type = try message(typeName)
    var message = DynamicMessage(typeName: typeName)
    var oneofs: Set<String> = []
    for field in type.fields {
      if let oneof = field.oneof, !oneofs.insert(oneof).inserted { continue }
      guard case .message(let name) = field.kind else {
        if field.hasPresence, let value = field.kind.defaultValue { message.set(field, value, of: type) }
        continue
      }
      guard name != typeName, !above.contains(name), above.count < 5, hasMessage(name) else { continue }
      let inner = DynamicValue.message(try example(name, above: above + [typeName]))
      message.set(field, field.isRepeated ? .list([inner]) : inner, of: type)
    }
    return message
  }
}
