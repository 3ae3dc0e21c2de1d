public import TradingModel
import Venue

/// A bot's part of an order that several bots share (``OrderIntent/shares``).
public struct OrderShare: Hashable, Sendable, Codable {
  public var botID: BotID
  /// Of its coins; in the base asset.
  public var quantity: Quantity
  /// A bot's part.
  public init(botID: BotID, quantity: Quantity) {
    self.botID = botID
    self.quantity = quantity
  }
}

/// What was booked of a shared order, for each of its shares in turn.
struct SharedFills: Hashable, Sendable, Codable {
  /// All of it.
  var sold: [Quantity]
  /// The trade that was booked last, and each share's part of it.
  var trade: TradeID?
  var parts: [Quantity]

  init(count: Int) {
    sold = [Quantity](repeating: .zero, count: count)
    parts = sold
  }

  /// Takes a share's part of a trade.
  mutating func book(_ part: Quantity, of trade: TradeID, share: Int) {
    if self.trade != trade {
      self.trade = trade
      parts = [Quantity](repeating: .zero, count: parts.count)
    }
    guard sold.indices.contains(share) else { return }
    sold[share] += part
    parts[share] += part
  }

  /// What of the trade is booked; zero for another trade than the last.
  func booked(of trade: TradeID) -> Quantity { self.trade == trade ? parts.reduce(.zero, +) : .zero }
}

/// How a trade of a shared order is divided: each bot gets its share of all that was sold so far, in whole steps; what rounding leaves goes
/// to the first bots that have room. From the shares and the booked parts alone, so that a division that was cut short (a restart from a copy
/// that ends between two of its records) goes on as it began. The sums are exact.
enum FillDivision {
  /// The parts of a quantity.
  ///
  /// - Parameters:
  ///   - shares: what each bot gave to the order.
  ///   - sold: what each bot sold of it before.
  static func parts(of quantity: Quantity, shares: [Quantity], sold: [Quantity]) -> [Quantity] {
    var parts = [Quantity](repeating: .zero, count: shares.count)
    let all = shares.reduce(.zero, +)
    guard all.isPositive, quantity.isPositive else { return parts }
    let unit = step(shares + sold + [quantity])
    let total = sold.reduce(.zero, +) + quantity
    var left = quantity
    for index in shares.indices {
      let target = floor(shares[index], total, all).roundedDown(toMultipleOf: unit)
      parts[index] = min(max(min(target, shares[index]) - sold[index], .zero), left)
      left -= parts[index]
    }
    // What rounding left: a step for each, then all that there is room for, then whatever there is.
    for most in [unit, quantity] {
      for index in shares.indices where left.isPositive {
        let more = min(max(shares[index] - sold[index] - parts[index], .zero), most, left)
        parts[index] += more
        left -= more
      }
    }
    parts[0] += left
    return parts
  }

  /// The parts of a trade: its amounts go with the quantities.
  static func parts(of fill: Fill, quantities: [Quantity]) -> [Fill] {
    var before = Quantity.zero
    return quantities.map { quantity in
      let after = before + quantity
      func part(_ amount: Amount) -> Amount {
        let isNegative = amount.isNegative
        let whole = isNegative ? .zero - amount : amount
        let part = upTo(after, whole) - upTo(before, whole)
        return isNegative ? .zero - part : part
      }
      func upTo(_ sum: Quantity, _ whole: Amount) -> Amount {
        sum.isPositive ? Position.share(of: whole, sum, fill.quantity) : .zero
      }
      defer { before = after }
      var divided = fill
      divided.quantity = quantity
      divided.quoteQuantity = part(fill.quoteQuantity)
      divided.commission = part(fill.commission)
      return divided
    }
  }

  /// The largest step of which all are multiples.
  private static func step(_ values: [Quantity]) -> Quantity {
    var step: UInt128 = 0
    for value in values {
      var (a, b) = (step, value.raw.magnitude)
      while b != 0 { (a, b) = (b, a % b) }
      step = a
    }
    return FixedDecimal(raw: Int128(clamping: max(step, 1)))
  }

  /// `share × total ÷ all`, rounded down, in full width; `share` is at most `all`.
  private static func floor(_ share: Quantity, _ total: Quantity, _ all: Quantity) -> Quantity {
    let product = share.raw.magnitude.multipliedFullWidth(by: total.raw.magnitude)
    guard product.high < all.raw.magnitude else { return share }
    return FixedDecimal(raw: Int128(clamping: all.raw.magnitude.dividingFullWidth(product).quotient))
  }
}

extension Order {
  /// Whether several bots share it.
  public var isShared: Bool { !intent.shares.isEmpty }

  /// What of a bot's coins it still covers; zero for a bot that has no share.
  func covers(_ bot: BotID) -> Quantity {
    guard let at = intent.shares.firstIndex(where: { $0.botID == bot }) else { return .zero }
    return max(intent.shares[at].quantity - (shared?.sold[at] ?? .zero), .zero)
  }

  /// Whether it covers as much as its shares: no person made it smaller.
  var coversItsShares: Bool {
    remainingQuantity == intent.shares.reduce(.zero) { $0 + $1.quantity } - (shared?.sold.reduce(.zero, +) ?? .zero)
  }

  /// A shared order's trade, as far as it is not booked yet: each share's part.
  func division(of fill: Fill) -> [(share: OrderShare, fill: Fill)] {
    guard let shared else { return [] }
    let isBegun = shared.trade == fill.tradeID
    let before = shared.sold.indices.map { isBegun ? shared.sold[$0] - shared.parts[$0] : shared.sold[$0] }
    let parts = FillDivision.parts(of: fill.quantity, shares: intent.shares.map(\.quantity), sold: before)
    let fills = FillDivision.parts(of: fill, quantities: parts)
    return intent.shares.indices.compactMap { at in
      guard parts[at].isPositive, !isBegun || shared.parts[at].isZero else { return nil }
      return (intent.shares[at], fills[at])
    }
  }
}
