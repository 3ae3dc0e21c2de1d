public import TradingModel
public import Venue

/// One of our account's fills as the exchange lists it (`myTrades`): it names the order by the venue's number only.
public struct AccountFill: Hashable, Sendable {
  public var fill: Fill
  public var side: Side
  public init(fill: Fill, side: Side) {
    self.fill = fill
    self.side = side
  }
}
