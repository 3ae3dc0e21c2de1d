import Time
import TradingModel

/// The last public trades of a symbol, single and aggregated; both bounded.
struct TradeTape {
  /// Trades, and aggregates, that can be asked for.
  static let tradesMaximum = 4_000

  /// Trades that one order made at one price at one time.
  struct Aggregate {
    var id: Int64
    var price: Price
    var quantity: Quantity
    var firstID: Int64
    var lastID: Int64
    var time: Timestamp
    var isBuyerMaker: Bool
  }

  /// Youngest last; ids rise.
  private(set) var trades: [SymbolBoard.PublicTrade] = []
  /// Youngest last; ids rise.
  private(set) var aggregates: [Aggregate] = []
  /// The youngest aggregate may still grow, and has not been told to the streams.
  private var isOpen = false

  /// Whether a trade belongs to the aggregate that is still open.
  ///
  /// The documents call trades of one taker order at one price and time an aggregate. Which order took is not told here; trades of one
  /// market step that follow each other with the same price, time and side are of one order.
  func extends(_ facts: MarketTradeFacts) -> Bool {
    guard isOpen, let last = aggregates.last else { return false }
    return last.lastID + 1 == facts.id && last.price == facts.price && last.time == facts.time && last.isBuyerMaker == facts.isBuyerMaker
  }

  /// Takes a trade in.
  /// - Parameter isLive: the streams are to be told of its aggregate, by ``close()``.
  mutating func add(_ trade: SymbolBoard.PublicTrade, isLive: Bool) {
    let facts = trade.facts
    trades.append(trade)
    if trades.count >= 2 * Self.tradesMaximum { trades.removeFirst(trades.count - Self.tradesMaximum) }
    if extends(facts) {
      aggregates[aggregates.count - 1].lastID = facts.id
      aggregates[aggregates.count - 1].quantity += facts.quantity
      return
    }
    aggregates.append(
      Aggregate(
        id: aggregates.last.map { $0.id &+ 1 } ?? facts.id, price: facts.price, quantity: facts.quantity, firstID: facts.id,
        lastID: facts.id, time: facts.time, isBuyerMaker: facts.isBuyerMaker))
    if aggregates.count >= 2 * Self.tradesMaximum { aggregates.removeFirst(aggregates.count - Self.tradesMaximum) }
    isOpen = isLive
  }

  /// Ends the open aggregate and returns it.
  mutating func close() -> Aggregate? {
    guard isOpen else { return nil }
    isOpen = false
    return aggregates.last
  }

  /// Trades from an id on, the oldest first; without one the youngest.
  func trades(from id: Int64?, limit: Int) -> ArraySlice<SymbolBoard.PublicTrade> {
    guard let id else { return trades.suffix(limit) }
    return trades[Self.firstIndex(in: trades) { $0.facts.id >= id }...].prefix(limit)
  }

  /// Aggregates as the exchange answers: by id or start the oldest from there, else the youngest; all bounds inclusive.
  func aggregates(from id: Int64?, start: Timestamp?, end: Timestamp?, limit: Int) -> ArraySlice<Aggregate> {
    var low = aggregates.startIndex
    var high = aggregates.endIndex
    if let id { low = Self.firstIndex(in: aggregates) { $0.id >= id } }
    if let start { low = max(low, Self.firstIndex(in: aggregates) { $0.time >= start }) }
    if let end { high = Self.firstIndex(in: aggregates) { $0.time > end } }
    guard low < high else { return [] }
    return id != nil || start != nil ? aggregates[low..<high].prefix(limit) : aggregates[low..<high].suffix(limit)
  }

  /// Binary search: the first element for which `test` holds.
  private static func firstIndex<Element>(in elements: [Element], where test: (Element) -> Bool) -> Int {
    var low = elements.startIndex
    var high = elements.endIndex
    while low < high {
      let middle = (low + high) / 2
      if test(elements[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
