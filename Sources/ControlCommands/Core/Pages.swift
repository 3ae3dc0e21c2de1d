import TTRPC

/// Reads paged lists.
enum Pages {
  /// Largest page asked for.
  private static let sizeMaximum = 500

  /// The value of `--limit`.
  static func limit(_ given: WholeNumber) throws(CommandFailure) -> Int {
    Int(clamping: try given.value(of: "--limit", in: 1...1_000_000_000))
  }

  /// The value of `--from`: a sequence.
  static func start(_ given: WholeNumber?) throws(CommandFailure) -> Int64? {
    guard let given else { return nil }
    return try given.value(of: "--from", in: 0 ... .max)
  }

  /// Items of all pages, `limit` at most.
  static func read<Item>(
    limit: Int? = nil, _ fetch: (Int32, String) async throws(RPCError) -> ([Item], String)
  ) async throws(RPCError) -> [Item] {
    var items: [Item] = []
    var token = ""
    repeat {
      let wanted = min(Self.sizeMaximum, (limit ?? Int.max) - items.count)
      let (page, next) = try await fetch(Int32(wanted), token)
      items += page
      // A daemon that repeats its token would go round for ever.
      if next == token { break }
      token = next
    } while !token.isEmpty && items.count < (limit ?? Int.max)
    if let limit, items.count > limit { items.removeLast(items.count - limit) }
    return items
  }
}
