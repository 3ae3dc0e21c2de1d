import Time
public import TradingModel

/// The prevented matches of one application of book events, by order.
struct PreventionQueue {
  private var byOrder: [Int64: [BookPrevention]] = [:]

  init(_ preventions: [BookPrevention]) {
    for prevention in preventions {
      byOrder[prevention.takerOrderID, default: []].append(prevention)
      byOrder[prevention.makerOrderID, default: []].append(prevention)
    }
  }

  mutating func takeFirst(of order: Int64) -> BookPrevention? {
    guard let first = byOrder[order]?.first else { return nil }
    byOrder[order]?.removeFirst()
    return first
  }
}

extension SimulatedExchange {
  /// Prevented matches kept for queries, per symbol; later ones are forgotten.
  private static let preventedMaximum = 100_000

  /// Takes the engine's prevented matches over into the account's history.
  mutating func recordPreventions(market index: Int, at time: Timestamp) -> PreventionQueue {
    let new = markets[index].engine.takePreventions()
    guard !new.isEmpty else { return PreventionQueue([]) }
    for match in new {
      guard markets[index].prevented.count < Self.preventedMaximum,
        let order = markets[index].orders[match.takerOrderID] ?? markets[index].orders[match.makerOrderID]
      else { continue }
      markets[index].prevented.append(
        ExchangePreventedMatch(symbol: markets[index].rules.symbol, account: order.account, match: match, time: time))
    }
    return PreventionQueue(new)
  }

  /// Matches that self-trade prevention kept from happening, oldest first. Binance: `myPreventedMatches`.
  /// - Parameters:
  ///   - id: this one alone.
  ///   - orderID: those of this order, taker or maker.
  ///   - fromID: only this and later ones.
  public func preventedMatches(
    account: Int, symbol: Symbol, id: Int64? = nil, orderID: Int64? = nil, fromID: Int64? = nil, limit: Int
  ) throws(ExchangeError) -> [ExchangePreventedMatch] {
    let index = try market(of: symbol)
    guard id != nil || orderID != nil else { throw ExchangeError(-1128, "Combination of optional parameters invalid.") }
    let found = markets[index].prevented.lazy.filter { entry in
      let match = entry.match
      return entry.account == account && match.id == id ?? match.id && match.id >= fromID ?? 0
        && (orderID == nil || match.takerOrderID == orderID || match.makerOrderID == orderID)
    }
    return Array(found.prefix(max(limit, 0)))
  }
}
