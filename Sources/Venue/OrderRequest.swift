public import Time
public import TradingModel

/// An order as it goes to a venue. Its `clientOrderID` is journaled before the first byte leaves and is never sent twice.
public struct OrderRequest: Hashable, Sendable, Codable {
  public var clientOrderID: ClientOrderID
  public var symbol: Symbol
  public var side: Side
  public var type: OrderType
  /// Only for types with a limit price.
  public var timeInForce: TimeInForce
  /// In the base asset; zero for an order by ``quoteQuantity``.
  public var quantity: Quantity
  /// The amount of quote asset that a market buy spends at most, instead of a quantity (`quoteOrderQty`); zero for all others.
  public var quoteQuantity: Amount
  /// Limit price; zero for types without one.
  public var price: Price
  /// Trigger price; zero for types without one, and for a stop with a ``trailingDelta``.
  public var stopPrice: Price
  /// A stop that the venue itself moves: it sells once the price has fallen by so many hundredths of a percent from the highest trade since it
  /// was placed. 0: it stays at its ``stopPrice``.
  public var trailingDelta = 0
  /// The other order of its pair (OCO): when one of the two executes, be it in part, the other expires; a cancel ends both.
  public var linked: ClientOrderID?
  /// The entry whose list it belongs to: the venue places it when that is filled as a whole, for what that bought (OPO, OPOCO); its own
  /// ``quantity`` is the most that can be. It ends with the entry that ends otherwise.
  public var waitsFor: ClientOrderID?

  public init(
    clientOrderID: ClientOrderID, symbol: Symbol, side: Side, type: OrderType, timeInForce: TimeInForce = .goodTilCanceled,
    quantity: Quantity, quoteQuantity: Amount = .zero, price: Price = .zero, stopPrice: Price = .zero, linked: ClientOrderID? = nil,
    waitsFor: ClientOrderID? = nil, trailingDelta: Int = 0
  ) {
    self.trailingDelta = trailingDelta
    self.quoteQuantity = quoteQuantity
    self.linked = linked
    self.waitsFor = waitsFor
    self.clientOrderID = clientOrderID
    self.symbol = symbol
    self.side = side
    self.type = type
    self.timeInForce = timeInForce
    self.quantity = quantity
    self.price = price
    self.stopPrice = stopPrice
  }

  /// Whether it names an amount to spend, and no quantity.
  public var isByAmount: Bool { quoteQuantity.isPositive }

  /// Whether it is over as soon as the venue has looked at it: it never rests in the book.
  public var isImmediate: Bool { type == .market || (type == .limit && timeInForce != .goodTilCanceled) }
}

/// One fill of one of our orders, exactly as the venue states it. Identity: (symbol, tradeID).
public struct Fill: Hashable, Sendable {
  public var symbol: Symbol
  public var tradeID: TradeID
  public var venueOrderID: VenueOrderID
  public var price: Price
  public var quantity: Quantity
  public var quoteQuantity: Amount
  public var commission: Amount
  public var commissionAsset: String
  public var isMaker: Bool
  public var time: Timestamp

  public init(
    symbol: Symbol, tradeID: TradeID, venueOrderID: VenueOrderID, price: Price, quantity: Quantity, quoteQuantity: Amount,
    commission: Amount, commissionAsset: String, isMaker: Bool, time: Timestamp
  ) {
    self.symbol = symbol
    self.tradeID = tradeID
    self.venueOrderID = venueOrderID
    self.price = price
    self.quantity = quantity
    self.quoteQuantity = quoteQuantity
    self.commission = commission
    self.commissionAsset = commissionAsset
    self.isMaker = isMaker
    self.time = time
  }
}

/// What a venue says about an order, through any channel (user stream, answer to a request, query).
public struct ExecutionReport: Hashable, Sendable {
  public enum Source: UInt8, Hashable, Sendable { case stream = 1, answer, query, simulated }

  public var clientOrderID: ClientOrderID
  public var venueOrderID: VenueOrderID
  public var symbol: Symbol
  public var side: Side
  public var type: OrderType
  public var timeInForce: TimeInForce
  /// Zero where the venue does not know it yet: an order of a list that sells what its entry will have bought.
  public var quantity: Quantity
  public var price: Price
  public var stopPrice: Price
  /// Only accepted, waiting, partiallyFilled, filled, pendingCancel, canceled, rejected, expired.
  public var status: OrderStatus
  public var executedQuantity: Quantity
  public var cumulativeQuote: Amount
  /// The fill this report announces, if it is one.
  public var fill: Fill?
  /// The venue's reject or expiry reason, empty if none.
  public var reason: String
  public var time: Timestamp
  public var source: Source

  public init(
    clientOrderID: ClientOrderID, venueOrderID: VenueOrderID, symbol: Symbol, side: Side, type: OrderType,
    timeInForce: TimeInForce = .goodTilCanceled, quantity: Quantity, price: Price = .zero, stopPrice: Price = .zero,
    status: OrderStatus, executedQuantity: Quantity, cumulativeQuote: Amount, fill: Fill? = nil, reason: String = "", time: Timestamp,
    source: Source
  ) {
    self.clientOrderID = clientOrderID
    self.venueOrderID = venueOrderID
    self.symbol = symbol
    self.side = side
    self.type = type
    self.timeInForce = timeInForce
    self.quantity = quantity
    self.price = price
    self.stopPrice = stopPrice
    self.status = status
    self.executedQuantity = executedQuantity
    self.cumulativeQuote = cumulativeQuote
    self.fill = fill
    self.reason = reason
    self.time = time
    self.source = source
  }
}

/// One asset of the account: absolute values.
public struct AssetBalance: Hashable, Sendable, Codable {
  public var asset: String
  public var free: Amount
  public var locked: Amount
  public init(asset: String, free: Amount, locked: Amount) {
    self.asset = asset
    self.free = free
    self.locked = locked
  }
}
