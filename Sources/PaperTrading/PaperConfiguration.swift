public import MarketModel
public import TradingModel
public import Venue

/// How the simulated venue prices and charges. Fractions: 0.001 is 0.1 %.
public struct PaperConfiguration: Hashable, Sendable {
  /// Commission of an order that fills at once (market, triggered stop, marketable limit).
  public var takerFee: FixedDecimal
  /// Commission of a limit order that waited.
  public var makerFee: FixedDecimal
  /// How much worse than the market a market order or a triggered stop fills.
  public var slippage: FixedDecimal
  /// The assumed distance between bid and ask, where no fresh quote is known.
  public var spread: FixedDecimal
  /// A quote older than this is not used.
  public var quoteLifetimeNanoseconds: Int64
  /// The walk through a candle.
  public var intrabarRule: IntrabarPath.Rule

  /// Defaults: fees 0.1 %, slippage 0.02 %, spread 0.01 %, quotes valid for five seconds, low before high.
  public init(
    takerFee: FixedDecimal = FixedDecimal(raw: 100_000), makerFee: FixedDecimal = FixedDecimal(raw: 100_000),
    slippage: FixedDecimal = FixedDecimal(raw: 20_000), spread: FixedDecimal = FixedDecimal(raw: 10_000),
    quoteLifetimeNanoseconds: Int64 = 5_000_000_000, intrabarRule: IntrabarPath.Rule = .lowFirst
  ) {
    self.takerFee = takerFee
    self.makerFee = makerFee
    self.slippage = slippage
    self.spread = spread
    self.quoteLifetimeNanoseconds = quoteLifetimeNanoseconds
    self.intrabarRule = intrabarRule
  }
}

/// An order that rests in the simulated venue, with all it takes to rebuild it after a restart.
public struct PaperOrder: Hashable, Sendable {
  public var request: OrderRequest
  public var venueOrderID: VenueOrderID
  /// The rules it was accepted under: tick for rounding, assets for commissions.
  public var rules: TradingRules
  /// A stop-limit or take-profit-limit whose trigger was reached: it rests as a limit order.
  public var isTriggered: Bool
  /// When one of the two executes, the other expires.
  public var linkedWith: ClientOrderID?

  public init(
    request: OrderRequest, venueOrderID: VenueOrderID, rules: TradingRules, isTriggered: Bool = false, linkedWith: ClientOrderID? = nil
  ) {
    self.request = request
    self.venueOrderID = venueOrderID
    self.rules = rules
    self.isTriggered = isTriggered
    self.linkedWith = linkedWith
  }

  var waitsForTrigger: Bool { request.type.isContingent && !isTriggered }

  /// Whether a traded price makes this order act: it reaches the trigger, or goes through the limit.
  func acts(at price: Price) -> Bool {
    if waitsForTrigger { return request.isReached(at: price) }
    return request.side == .buy ? price < request.price : price > request.price
  }
}

extension OrderRequest {
  /// Stop-loss buys and take-profit sells trigger when the price rises to them, the others when it falls to them.
  var triggersAbove: Bool {
    switch type {
    case .stopLoss, .stopLossLimit: side == .buy
    default: side == .sell
    }
  }

  /// Whether a traded price reaches the trigger.
  func isReached(at price: Price) -> Bool { triggersAbove ? price >= stopPrice : price <= stopPrice }
}
