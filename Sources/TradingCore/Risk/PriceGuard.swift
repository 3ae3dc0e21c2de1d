import Time
import TradingModel
import Venue

/// What is known of a symbol's price against an exchange, and whether one more price is believed.
///
/// No price is believed alone. One that is near what another source says (the best bid and ask, or the last price that was believed) is
/// believed at once. Any other is *doubted* until a second trade, or the quote, agrees with it; the next trade that is near what was believed
/// before ends the doubt. A candle in progress can be doubted, but cannot confirm: it repeats the trade that it ends with.
///
/// Not for the paper modes: there the price is what the simulated venue's market trades at. Cost: a few comparisons a price.
struct PriceGuard: Sendable {
  /// A price is near another when it is less than one part in this many away: 1 %. A liquid market moves by less between two trades, and a
  /// move that is larger is believed with its second trade; what a single wrong price within it can cost is this little.
  static let bandDivisor: Int128 = 100
  /// A best bid and ask that did not change for this long says nothing any more: its stream may be dead. In nanoseconds; 10 s.
  static let quoteLifetime: Int64 = 10_000_000_000
  /// A doubted price that no other source speaks against for this long counts for stops, in nanoseconds; 1 s: a stop that is reached with
  /// one live source left must not wait for ever.
  static let patience: Int64 = 1_000_000_000
  /// Doubts are alerted about at most this often for a symbol, in nanoseconds; a minute.
  static let alertSpacing: Int64 = 60_000_000_000

  /// A symbol of which nothing was heard for this many ticks of 250 ms is asked about while a stop is watched on it, as often as this; twice as
  /// many where the last quote said nothing new: the market is quiet, not unheard. Ticks, because core time stands still while the exchange's
  /// clock is behind itself.
  static let silentTicks = 2
  /// The same for a symbol whose stops rest, or whose sale is on its way.
  static let restingSilentTicks = 5

  private(set) var bid: Price = .zero
  private(set) var ask: Price = .zero
  private var quotedAt: Timestamp = .zero
  /// The price in doubt; zero for none.
  private(set) var doubted: Price = .zero
  private var doubtedAt: Timestamp = .zero
  /// The trade that brought it; 0: a candle.
  private var doubtedTrade = TradeID(0)
  private var alertedAt: Timestamp?
  private var askedAt: Timestamp?
  /// Ticks since something was heard or asked.
  private var ticks = 0
  private var isQuiet = false
  /// A best bid that is far from the last price, and since when it is said; zero for none.
  private var loneBid: Price = .zero
  private var loneBidSince: Timestamp = .zero
  /// Whether a trade or a quote was ever heard. While not, candles are all there is, and count.
  private(set) var hearsMarket = false

  /// Whether two prices are near each other; false when one is not known.
  @inline(__always) static func isNear(_ price: Price, _ other: Price) -> Bool {
    let (a, b) = (price.raw, other.raw)
    return a > 0 && b > 0 && (a > b ? a - b : b - a) <= min(a, b) / bandDivisor
  }

  /// Whether the best bid and ask are known and fresh.
  func isQuoted(at now: Timestamp) -> Bool {
    bid.isPositive && now.nanoseconds(since: quotedAt) <= Self.quoteLifetime
  }

  /// Whether a price is near what is known: inside the quote or near one of its sides, or near the last believed price.
  func agrees(_ price: Price, last: Price, at now: Timestamp) -> Bool {
    if isQuoted(at: now), price >= bid && price <= ask || Self.isNear(price, bid) || Self.isNear(price, ask) { return true }
    return Self.isNear(price, last)
  }

  /// A best bid and ask. Returns the doubted price if it agrees with it.
  mutating func hear(_ quote: Quote, at now: Timestamp) -> Price? {
    guard quote.bidPrice.isPositive, quote.askPrice >= quote.bidPrice else { return nil }
    isQuiet = bid == quote.bidPrice && ask == quote.askPrice
    (bid, ask, quotedAt, ticks, hearsMarket) = (quote.bidPrice, quote.askPrice, now, 0, true)
    guard doubted.isPositive, agrees(doubted, last: .zero, at: now) else { return nil }
    return takeDoubted()
  }

  /// The best bid as a watched stop may act at it: one near the last price; one far from it when it is said for ``patience`` and no trade
  /// was believed in between, so that a market that fell while nothing was heard of it is believed, and one wrong bid is not.
  mutating func takeBid(last: Price, at now: Timestamp) -> Price? {
    guard !Self.isNear(bid, last) else {
      loneBid = .zero
      return bid
    }
    guard Self.isNear(bid, loneBid) else {
      (loneBid, loneBidSince) = (bid, now)
      return nil
    }
    return now.nanoseconds(since: loneBidSince) >= Self.patience ? bid : nil
  }

  /// A trade. Returns whether its price is believed; otherwise it is in doubt.
  mutating func hear(_ price: Price, trade: TradeID, last: Price, at now: Timestamp) -> Bool {
    (hearsMarket, ticks) = (true, 0)
    if agrees(price, last: last, at: now) || trade != doubtedTrade && Self.isNear(price, doubted) {
      (doubted, loneBid) = (.zero, .zero)
      return true
    }
    doubt(price, trade, at: now)
    return false
  }

  /// A price that a candle ends with, where trades are silent. Returns whether it is believed; otherwise it is in doubt.
  mutating func hear(candle price: Price, last: Price, at now: Timestamp) -> Bool {
    guard hearsMarket, !agrees(price, last: last, at: now) else { return true }
    // The same candle again, or another interval's, is no second source, and does not begin the doubt anew.
    if !Self.isNear(price, doubted) { doubt(price, TradeID(0), at: now) }
    return false
  }

  /// A doubted price that nothing spoke against for long enough: no trade, and no quote since, nor a fresh one from before. For stops only.
  /// Returned once.
  mutating func takeUncontradicted(at now: Timestamp) -> Price? {
    guard doubted.isPositive, now.nanoseconds(since: doubtedAt) >= Self.patience, !isQuoted(at: now), quotedAt <= doubtedAt else {
      return nil
    }
    return takeDoubted()
  }

  /// Whether a doubt is to be told now, and that it is.
  mutating func takeAlert(at now: Timestamp) -> Bool {
    if let alertedAt, now.nanoseconds(since: alertedAt) < Self.alertSpacing { return false }
    alertedAt = now
    return true
  }

  /// Whether a quote is to be asked for because of a doubt, and that it is: at most once in ``patience``, where no fresh one is known.
  mutating func takeQuestion(at now: Timestamp) -> Bool {
    guard !isQuoted(at: now) else { return false }
    if let askedAt, now.nanoseconds(since: askedAt) < Self.patience { return false }
    askedAt = now
    return true
  }

  /// A tick: whether a quote is to be asked for because nothing was heard, and that it is. The answer counts as heard.
  ///
  /// - Parameters:
  ///   - isWatched: a stop is watched here.
  ///   - mayAsk: there is room for a question at this tick; otherwise it is due at the next one.
  mutating func takeSilence(isWatched: Bool, mayAsk: Bool) -> Bool {
    ticks += 1
    let patience = isWatched ? (isQuiet ? 2 : 1) * Self.silentTicks : Self.restingSilentTicks
    guard mayAsk, ticks >= patience else { return false }
    ticks = 0
    return true
  }

  /// What is known, for people: "the best bid and ask are 59990 and 60000, the last price is 59995".
  func words(last: Price, at now: Timestamp) -> String {
    let quote = isQuoted(at: now) ? "the best bid and ask are \(bid) and \(ask)" : "no best bid and ask is known"
    return "\(quote), the last price is \(last.isPositive ? "\(last)" : "not known")"
  }

  private mutating func doubt(_ price: Price, _ trade: TradeID, at now: Timestamp) {
    (doubted, doubtedTrade, doubtedAt) = (price, trade, now)
  }

  private mutating func takeDoubted() -> Price {
    let price = doubted
    doubted = .zero
    return price
  }
}
