public import Presentation

/// The schema's enums and messages as JSON.
extension JSONText {
  /// An enum's ``OpenEnum/name``.
  public mutating func value(_ value: some OpenEnum) { self.value(value.name) }
  /// A message as an object.
  public mutating func value(_ value: some BotMessage) { value.write(to: &self) }

  /// A key and an enum's name.
  public mutating func field(_ name: String, _ content: some OpenEnum) { key(name); value(content) }

  /// A key and a message; `null` where there is none.
  public mutating func field(_ name: String, _ content: (some BotMessage)?) {
    key(name)
    if let content { value(content) } else { null() }
  }

  /// A key and an array of messages.
  public mutating func field(_ name: String, _ content: [some BotMessage]) { array(name, content) { $0.value($1) } }

  /// A key and an array of enum names.
  public mutating func field(_ name: String, _ content: [some OpenEnum]) { array(name, content) { $0.value($1) } }
}
