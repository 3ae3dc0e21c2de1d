/// A strategy's parameters as somebody wrote them, in order. Checked by the catalogue, not here.
public struct StrategyParameters: Hashable, Sendable, ExpressibleByDictionaryLiteral, Codable {
  public struct Entry: Hashable, Sendable, Codable {
    public var name: String
    public var value: String

    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  public var entries: [Entry]

  public init(_ entries: [Entry] = []) { self.entries = entries }

  public init(dictionaryLiteral elements: (String, String)...) {
    entries = elements.map { Entry(name: $0.0, value: $0.1) }
  }

  /// The first value given for a name.
  public subscript(name: String) -> String? { entries.first { $0.name == name }?.value }
}
