import Time
import TradingModel
import Venue

/// How the venue's list of our account's trades on a symbol stands. One list at a time: what is wanted meanwhile comes with the next one.
struct TradeListing: Sendable {
  /// When the list that has not come yet was asked for.
  var askedAt: Timestamp?
  var isWantedAgain = false
  /// As of when everything is known: when the last list that came was asked for. `nil`: none came since the start.
  var verifiedAt: Timestamp?
}

/// The account's trades as the venue lists them. A list is a set: it overlaps with what is known, so that a fill which no report told of is
/// found whatever came after it; (symbol, trade id) tells what is known.
extension TradingCore {
  /// How far a list reaches back before the moment up to which everything is known, in milliseconds: the venue may answer from a database
  /// that lags (Binance: rest-api.md, "Data Sources").
  static let tradeOverlap: Int64 = 3_600_000
  /// How often a symbol's trades are listed while orders of it are open, and how often those of any symbol, in milliseconds: at most 600 of
  /// request weight a minute.
  static let listingPause: Int64 = 10_000
  static let listingSpacing: Int64 = 2_000
  /// A list that has not come after this long, in milliseconds, is asked for anew.
  private static let listingPatience: Int64 = 120_000
  /// Fills that were announced are waited for this long before the venue is asked for them, in milliseconds.
  private static let fillPatience: Int64 = 1_000

  /// Asks for the account's trades on a symbol, or for another list once the present one has come.
  mutating func listTrades(_ at: Int, _ effects: inout [Effect]) {
    if let asked = symbols[at].listing.askedAt, now.nanoseconds(since: asked) < Self.listingPatience * 1_000_000 {
      symbols[at].listing.isWantedAgain = true
      return
    }
    symbols[at].listing.askedAt = now
    symbols[at].listing.isWantedAgain = false
    effects.append(.listTrades(symbolNames[at], from: listStart(at)))
  }

  /// An hour before everything was known, or before the oldest order that is not settled, whichever is earlier. The first list since the
  /// start cannot tell when everything was known: it begins before the last fill booked, and before the oldest open order.
  private mutating func listStart(_ at: Int) -> TradeListStart {
    var since = symbols[at].listing.verifiedAt ?? symbols[at].trades.lastTime
    func include(_ time: Timestamp) { since = min(since ?? time, time) }
    for key in orders.unsettled { if let order = orders[key], order.intent.request.symbol == symbolNames[at] { include(order.createdAt) } }
    if symbols[at].listing.verifiedAt == nil {
      for index in symbols[at].bots {
        for key in bots[index]?.openOrders ?? [] { if let order = orders[key] { include(order.createdAt) } }
      }
    }
    let start = since?.advanced(byMilliseconds: -Self.tradeOverlap)
    // An id is a beginning only if it is from before: those known from later say nothing of what was missed.
    if let since, let start, let known = symbols[at].trades.beginning(since: start, upTo: since) { return .trade(known) }
    // No trade is known: what the account did before there was a bot is none of ours.
    let oldest = symbols[at].bots.compactMap { bots[$0]?.createdAt }.min() ?? now
    return .time(max(oldest, start ?? oldest))
  }

  /// Our account's trades as the venue lists them: they complete orders whose fills we missed, and show other people's orders.
  mutating func listed(_ symbol: Symbol, _ trades: [AccountTrade], _ effects: inout [Effect]) {
    let at = symbolState(for: symbol)
    let askedAt = symbols[at].listing.askedAt
    if let askedAt { symbols[at].listing.verifiedAt = askedAt }
    symbols[at].listing.askedAt = nil
    var known = Set(symbols[at].unclaimed.map(\.fill.tradeID))
    for trade in trades where !isBooked(trade.fill, at) && known.insert(trade.fill.tradeID).inserted {
      symbols[at].unclaimed.append(trade)
    }
    symbols[at].unclaimed.sort { $0.fill.tradeID < $1.fill.tradeID }
    for key in orders.unsettled where orders[key]?.intent.request.symbol == symbol {
      // A list that was asked for before says nothing of this order.
      guard let wanted = orders[key]?.tradesAskedAt, askedAt.map({ wanted <= $0 }) ?? true else { continue }
      orders[key]?.areTradesListed = true
    }
    symbols[at].areTradesListed = true
    claim(symbol: symbol, &effects)
    becomeReconciled(at, &effects)
    for index in symbols[at].bots { advance(index, &effects) }
    if symbols[at].listing.isWantedAgain { listTrades(at, &effects) }
  }

  /// While orders are open, a fill may have been lost that no report will ever tell of: the symbols are listed in turn.
  mutating func listTradesInTurn(_ effects: inout [Effect]) {
    guard now >= nextListing, !symbols.isEmpty else { return }
    nextListing = now.advanced(byMilliseconds: Self.listingSpacing)
    let doubtful = Set(orders.unsettled.compactMap { orders[$0]?.intent.request.symbol })
    for step in symbols.indices {
      let at = (listingTurn + step) % symbols.count
      guard symbols[at].listing.askedAt == nil, !symbols[at].bots.isEmpty || doubtful.contains(symbolNames[at]) else { continue }
      if let verified = symbols[at].listing.verifiedAt {
        guard now.nanoseconds(since: verified) >= Self.listingPause * 1_000_000 else { continue }
      } else if !executionIsLive {
        // The stream's coming up lists everything.
        continue
      }
      guard doubtful.contains(symbolNames[at]) || symbols[at].bots.contains(where: { bots[$0]?.openOrders.isEmpty == false }) else {
        continue
      }
      listingTurn = (at + 1) % symbols.count
      return listTrades(at, &effects)
    }
  }

  /// A report announced more than was booked: the venue is asked for the fills unless they come by themselves.
  mutating func expectFills(of key: OrderKey) {
    guard !configuration.mode.isPaper, let order = orders[key] else { return }
    if order.isAwaitingFills {
      if order.nextQuery == .distantFuture { orders[key]?.nextQuery = now.advanced(byMilliseconds: Self.fillPatience) }
    } else if !order.isUnsettled, order.nextQuery != .distantFuture {
      orders[key]?.nextQuery = .distantFuture
    }
  }
}
