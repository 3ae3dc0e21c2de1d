public enum Side: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible, Codable {
  case buy = 1
  case sell = 2
  public var description: String { self == .buy ? "buy" : "sell" }
  public var opposite: Side { self == .buy ? .sell : .buy }
}

public enum OrderType: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible, Codable {
  case market = 1
  case limit = 2
  case limitMaker = 3
  case stopLoss = 4
  case stopLossLimit = 5
  case takeProfit = 6
  case takeProfitLimit = 7

  public var description: String {
    switch self {
    case .market: "market"
    case .limit: "limit"
    case .limitMaker: "limit_maker"
    case .stopLoss: "stop_loss"
    case .stopLossLimit: "stop_loss_limit"
    case .takeProfit: "take_profit"
    case .takeProfitLimit: "take_profit_limit"
    }
  }

  /// Whether the order waits for a trigger price before it reaches the book.
  public var isContingent: Bool {
    switch self {
    case .stopLoss, .stopLossLimit, .takeProfit, .takeProfitLimit: true
    case .market, .limit, .limitMaker: false
    }
  }

  /// Whether the order carries a limit price.
  public var hasLimitPrice: Bool {
    switch self {
    case .limit, .limitMaker, .stopLossLimit, .takeProfitLimit: true
    case .market, .stopLoss, .takeProfit: false
    }
  }
}

public enum TimeInForce: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible, Codable {
  case goodTilCanceled = 1
  case immediateOrCancel = 2
  case fillOrKill = 3
  public var description: String {
    switch self {
    case .goodTilCanceled: "gtc"
    case .immediateOrCancel: "ioc"
    case .fillOrKill: "fok"
    }
  }
}

/// An order's place in its life. `denied` is our own refusal, `rejected` the venue's.
public enum OrderStatus: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible, Codable {
  case initialized = 1
  case denied = 2
  /// Journaled and handed to the wire; the venue has not been heard yet.
  case submitted = 3
  case accepted = 4
  case partiallyFilled = 5
  case filled = 6
  case pendingCancel = 7
  case canceled = 8
  case rejected = 9
  case expired = 10
  /// The answer was lost: the venue may or may not have the order. Funds stay reserved, nothing is sent again.
  case unknown = 11
  /// The venue has it in a list and has not placed it: the entry before it is not filled as a whole. It locks nothing and protects nothing yet.
  case waiting = 12

  public var description: String {
    switch self {
    case .initialized: "initialized"
    case .denied: "denied"
    case .submitted: "submitted"
    case .accepted: "accepted"
    case .partiallyFilled: "partially_filled"
    case .filled: "filled"
    case .pendingCancel: "pending_cancel"
    case .canceled: "canceled"
    case .rejected: "rejected"
    case .expired: "expired"
    case .unknown: "unknown"
    case .waiting: "waiting"
    }
  }

  /// No further change is expected; late fills are booked all the same.
  public var isTerminal: Bool {
    switch self {
    case .denied, .filled, .canceled, .rejected, .expired: true
    case .initialized, .submitted, .accepted, .partiallyFilled, .pendingCancel, .unknown, .waiting: false
    }
  }

  /// The one table of transitions: whether an order in this state may move to `next`.
  ///
  /// Odd rows: a terminal order may still become `filled` or `partiallyFilled`-then-terminal through a late report (a fill can
  /// race a cancel); `unknown` may become anything the venue says.
  public func canBecome(_ next: OrderStatus) -> Bool {
    switch (self, next) {
    case (.initialized, .submitted), (.initialized, .denied), (.initialized, .unknown): true
    case (.submitted, .initialized), (.submitted, .denied), (.submitted, .submitted): false
    case (.submitted, _): true
    case (.unknown, .initialized), (.unknown, .denied), (.unknown, .submitted): false
    case (.unknown, _): true
    case (.accepted, .partiallyFilled), (.accepted, .filled), (.accepted, .canceled), (.accepted, .expired),
      (.accepted, .pendingCancel), (.accepted, .rejected):
      true
    case (.partiallyFilled, .partiallyFilled), (.partiallyFilled, .filled), (.partiallyFilled, .canceled), (.partiallyFilled, .expired),
      (.partiallyFilled, .pendingCancel):
      true
    case (.pendingCancel, .canceled), (.pendingCancel, .filled), (.pendingCancel, .partiallyFilled), (.pendingCancel, .expired),
      (.pendingCancel, .accepted), (.pendingCancel, .waiting):
      true
    case (.waiting, .accepted), (.waiting, .partiallyFilled), (.waiting, .filled), (.waiting, .pendingCancel), (.waiting, .canceled),
      (.waiting, .expired), (.waiting, .rejected), (.rejected, .waiting), (.expired, .waiting):
      true
    case (.canceled, .filled), (.expired, .filled), (.rejected, .filled), (.rejected, .accepted), (.expired, .accepted),
      (.rejected, .partiallyFilled), (.expired, .partiallyFilled):
      true
    default: false
    }
  }
}

/// Why an order exists.
public enum OrderPurpose: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible, Codable {
  case entry = 1
  case exit = 2
  case stopLoss = 3
  case takeProfit = 4
  case manual = 5
  case trailingStop = 6
  /// Held for as many candles as the bot allows.
  case timeStop = 7
  public var description: String {
    switch self {
    case .entry: "entry"
    case .exit: "exit"
    case .stopLoss: "stop_loss"
    case .takeProfit: "take_profit"
    case .manual: "manual"
    case .trailingStop: "trailing_stop"
    case .timeStop: "time_stop"
    }
  }
}
