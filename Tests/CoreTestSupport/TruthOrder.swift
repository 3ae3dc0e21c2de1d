public import Time
public import TradingModel
public import Venue

/// An order as the exchange under test has it.
public struct TruthOrder: Sendable {
  /// Under the name that it was sent with; its quantity is what it is for now.
  public var request: OrderRequest
  public var venueID: VenueOrderID
  public var status: OrderStatus
  public var executed: Quantity
  public var quote: Amount
  public var acceptedAt: Timestamp
  /// The highest trade since it was placed, for a stop that the exchange moves; zero: none yet.
  public var peak: Price = .zero
  /// Why it expired; empty: it did not, or nobody said.
  public var reason: String

  public init(
    request: OrderRequest, venueID: VenueOrderID, status: OrderStatus, executed: Quantity = .zero, quote: Amount = .zero,
    acceptedAt: Timestamp, reason: String = ""
  ) {
    self.request = request
    self.venueID = venueID
    self.status = status
    self.executed = executed
    self.quote = quote
    self.acceptedAt = acceptedAt
    self.reason = reason
  }

  /// Where a stop acts; `nil`: it has seen no trade yet.
  public var trigger: Price? {
    guard request.trailingDelta > 0 else { return request.stopPrice }
    return peak.isPositive ? peak - peak * FixedDecimal(raw: Int128(request.trailingDelta) * 10_000) : nil
  }
}

/// A trade that the exchange under test made for the account.
public struct TruthTrade: Hashable, Sendable {
  public var fill: Fill
  public var side: Side
  /// The name that its order was sent with.
  public var clientOrderID: ClientOrderID

  public init(fill: Fill, side: Side, clientOrderID: ClientOrderID) {
    self.fill = fill
    self.side = side
    self.clientOrderID = clientOrderID
  }
}
