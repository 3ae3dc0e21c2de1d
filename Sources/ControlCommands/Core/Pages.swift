import TTRPC

/// Reads paged lists.
enum Pages {
  /// Largest page asked for.
  private static let sizeMaximum = 500

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
