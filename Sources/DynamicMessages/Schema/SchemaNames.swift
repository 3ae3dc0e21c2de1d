/// Something of a schema that has a name.
public enum SchemaItem: Sendable, Hashable {
  case service(ServiceType)
  case method(MethodType)
  case message(MessageType)
  case enumeration(EnumType)

  /// The full name; of a method `botd.v1.BotService/ListBots`.
  public var name: String {
    switch self {
    case .service(let service): service.name
    case .method(let method): method.fullName
    case .message(let message): message.name
    case .enumeration(let enumeration): enumeration.name
    }
  }
}

extension Schema {
  /// What a person may mean by a name: all that have it in full, else all whose last parts are it (`BotService/ListBots`, `ListBots`,
  /// `Bot`), else the same in any case of letters. A point in front of the method reads as `/`. Entries of maps have no name of their own.
  public func items(named name: String) -> [SchemaItem] { Self.search(allItems, for: name) }

  /// The methods among ``items(named:)``; other things of that name do not count.
  public func methods(named name: String) -> [MethodType] {
    Self.search(methods.map { .method($0) }, for: name).compactMap { item in
      if case .method(let method) = item { method } else { nil }
    }
  }

  private static func search(_ items: [SchemaItem], for name: String) -> [SchemaItem] {
    let wanted = name.hasPrefix("/") ? String(name.dropFirst()) : name
    for isSame in comparisons {
      let found = items.filter { item in spellings(of: item).contains { isSame($0, wanted) } }
      if !found.isEmpty { return found }
    }
    return []
  }

  /// Services, their methods, messages and enums, in this order.
  public var allItems: [SchemaItem] {
    services.map { .service($0) } + methods.map { .method($0) } + messages.filter { !$0.isMapEntry }.map { .message($0) }
      + enums.map { .enumeration($0) }
  }

  private static let comparisons: [@Sendable (String, String) -> Bool] = [
    { $0 == $1 },
    { isEnd($1, of: $0) },
    { isEnd($1.lowercased(), of: $0.lowercased()) },
  ]

  /// Whether `part` is the whole of `name`, or stands at its end behind a point or slash.
  private static func isEnd(_ part: String, of name: String) -> Bool {
    guard !part.isEmpty, name.hasSuffix(part) else { return false }
    let before = name.dropLast(part.count).last
    return before == nil || before == "." || before == "/"
  }

  private static func spellings(of item: SchemaItem) -> [String] {
    guard case .method(let method) = item else { return [item.name] }
    return [method.fullName, "\(method.service).\(method.name)"]
  }

  /// Names of `items` that are nearest to a wrong one, the nearest first: they begin with it or are few letters apart; at most `count`.
  public static func names(near name: String, of items: [SchemaItem], count: Int = 3) -> [String] {
    let wanted = bareName(name).lowercased()
    guard !wanted.isEmpty, wanted.count <= 100 else { return [] }
    let ranked = items.enumerated().compactMap { place, item -> (distance: Int, place: Int, name: String)? in
      let own = bareName(item.name).lowercased()
      let distance = distance(Array(wanted.utf8), Array(own.utf8))
      guard distance <= max(2, wanted.count / 3) || own.hasPrefix(wanted) else { return nil }
      return (distance, place, item.name)
    }
    return ranked.sorted { ($0.distance, $0.place) < ($1.distance, $1.place) }.prefix(count).map(\.name)
  }

  private static func bareName(_ name: String) -> String {
    name.split { $0 == "/" || $0 == "." }.last.map(String.init) ?? ""
  }

  /// Letters to add, take away or change.
  private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, right) in b.enumerated() {
        let next = min(row[j] + 1, row[j + 1] + 1, diagonal + (left == right ? 0 : 1))
        diagonal = row[j + 1]
        row[j + 1] = next
      }
    }
    return row[b.count]
  }
}
