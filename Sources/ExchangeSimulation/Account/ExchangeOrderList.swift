public import Time
public import TradingModel

/// What a list of orders promises. Binance: rest-api.md, "Order lists".
public enum ExchangeListKind: UInt8, Hashable, Sendable, CaseIterable {
  /// One cancels the other: two legs that share their funds.
  case oneCancelsOther = 1
  /// One triggers the other: the pending order is placed when the working order has filled.
  case oneTriggersOther
  /// One triggers a pair.
  case oneTriggersPair
  /// As ``oneTriggersOther``, and the pending order sells what the working order bought.
  case onePaysOther
  /// As ``oneTriggersPair``, and the pair sells what the working order bought.
  case onePaysPair

  public var hasWorkingOrder: Bool { self != .oneCancelsOther }
  public var isPaidByWorkingOrder: Bool { self == .onePaysOther || self == .onePaysPair }
  public var hasPair: Bool { self == .oneCancelsOther || self == .oneTriggersPair || self == .onePaysPair }
  /// How many orders it has.
  public var orderCount: Int { self == .oneTriggersPair || self == .onePaysPair ? 3 : 2 }
  /// The exchange's `contingencyType`.
  public var contingencyType: String { hasWorkingOrder ? "OTO" : "OCO" }
}

/// Why a list is spoken of: the exchange's `listStatusType`.
public enum ExchangeListStatusType: String, Hashable, Sendable {
  case response = "RESPONSE"
  case execStarted = "EXEC_STARTED"
  case updated = "UPDATED"
  case allDone = "ALL_DONE"
}

/// A list of orders to place.
public struct ExchangeListRequest: Hashable, Sendable {
  public var kind: ExchangeListKind
  public var symbol: Symbol
  /// `nil`: the exchange makes one up.
  public var listClientOrderID: String?
  /// A pair as its leg above the market and its leg below; before them the working order, where the kind has one. All orders are of the
  /// list's symbol. Pending orders of a list that its working order pays have no quantity.
  public var orders: [ExchangeOrderRequest]

  public init(kind: ExchangeListKind, symbol: Symbol, listClientOrderID: String? = nil, orders: [ExchangeOrderRequest]) {
    self.kind = kind
    self.symbol = symbol
    self.listClientOrderID = listClientOrderID
    self.orders = orders
  }
}

/// A list of orders as the exchange keeps it.
public struct ExchangeOrderList: Hashable, Sendable {
  public var id: Int64
  public var kind: ExchangeListKind
  public var symbol: Symbol
  public var account: Int
  public var clientID: String
  /// In the order of the exchange's answers: the working order, then of a pair the stop leg first.
  public var orderIDs: [Int64]
  /// The orders' client order ids, at the time of the last change.
  public var clientOrderIDs: [String] = []
  public var isDone = false
  public var time: Timestamp
  public var updateTime: Timestamp
  /// Locked for the legs of a pair together, or for pending orders; in the quote asset for buys, in the base asset for sells.
  public var locked: Amount = .zero
  var lockSide: Side
  /// What to place when the working order has filled.
  var pending: [ExchangeOrderRequest] = []
  var isArmed: Bool

  /// The exchange's `listOrderStatus`.
  public var orderStatus: String { isDone ? "ALL_DONE" : "EXECUTING" }
  /// The exchange's `listStatusType`, as queries show it.
  public var statusType: ExchangeListStatusType { isDone ? .allDone : .execStarted }
  /// The order that is placed first; `nil` for a pair alone.
  public var workingID: Int64? { kind.hasWorkingOrder ? orderIDs.first : nil }
  /// The legs or pending orders.
  public var memberIDs: ArraySlice<Int64> { kind.hasWorkingOrder ? orderIDs.dropFirst() : orderIDs[...] }
}
