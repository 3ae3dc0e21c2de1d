public import TradingModel

/// What a fault strikes.
public enum FaultTarget: String, CaseIterable, Hashable, Sendable {
  /// A call of the REST or WebSocket API.
  case request
  /// A message of the user data stream.
  case userEvent
  /// A message of a market stream.
  case marketEvent
  /// A socket.
  case connection
}

/// Which requests, events or sockets a fault strikes. What is `nil` is not asked for; all that is asked for must fit.
public struct FaultSelector: Hashable, Sendable {
  /// A request's name (`POST /api/v3/order`, `order.place`) or group (``FaultSubject/groups``), an event's name (`executionReport`,
  /// `kline`), or a socket's kind (`rest`, `stream`, `webSocketAPI`).
  public var name: String?
  public var symbol: String?
  /// `BUY` or `SELL`.
  public var side: String?
  /// In the exchange's spelling: `MARKET`, `STOP_LOSS_LIMIT`, …
  public var orderType: String?
  public var clientOrderIDPrefix: String?
  /// An execution report's execution type: `NEW`, `TRADE`, …
  public var execution: String?
  /// A kline's interval.
  public var interval: String?
  /// Klines only: whether the candle is complete.
  public var isClosed: Bool?
  /// The account's number, from 0.
  public var account: Int?
  /// The connection's number, as the truth names it.
  public var connection: Int64?

  public init() {}

  public func matches(_ subject: FaultSubject) -> Bool {
    if let name, name != "all", name != subject.name, !subject.groups.contains(name) { return false }
    if let symbol, symbol != subject.symbol { return false }
    if let side, side != subject.side { return false }
    if let orderType, orderType != subject.orderType { return false }
    if let clientOrderIDPrefix, subject.clientOrderID?.hasPrefix(clientOrderIDPrefix) != true { return false }
    if let execution, execution != subject.execution { return false }
    if let interval, interval != subject.interval { return false }
    if let isClosed, isClosed != subject.isClosed { return false }
    if let account, account != subject.account { return false }
    if let connection, connection != subject.connection { return false }
    return true
  }
}

/// One request, event or socket, as far as faults choose by it.
public struct FaultSubject: Hashable, Sendable {
  public var target: FaultTarget
  public var name: String
  /// Requests: `place` (orders and lists), `cancel`, `replace`, `amend`, `test`, `query` (signed, changes nothing), `subscribe` (of user
  /// events), `market` (needs no key), `upgrade` (a WebSocket is asked for).
  public var groups: [String] = []
  public var symbol: String?
  public var side: String?
  public var orderType: String?
  public var clientOrderID: String?
  public var execution: String?
  public var interval: String?
  public var isClosed: Bool?
  public var account: Int?
  public var connection: Int64?

  public init(_ target: FaultTarget, _ name: String) {
    self.target = target
    self.name = name
  }
}

/// What happens to what was struck.
public enum FaultAction: Hashable, Sendable {
  /// Requests: no byte of an answer, then the connection ends.
  case swallow(executes: Bool, resets: Bool)
  /// Requests: milliseconds of real time before the request is executed, and between that and its answer.
  case delay(before: Int64, after: Int64)
  /// Requests: this answer instead of the true one.
  case answer(FaultAnswer)
  /// Requests: so many bytes of the answer, then the connection ends.
  case cut(bytes: Int, resets: Bool)
  /// Market orders: the book holds only so much, or this part of the order's quantity; the rest expires.
  case partial(quantity: Quantity?, fraction: FixedDecimal?)
  /// Queries of orders and trades: answered as of so many milliseconds of real time ago.
  case lag(milliseconds: Int64)
  /// Queries of orders and trades: without the newest rows, and without those of these numbers.
  case omit(newest: Int, ids: [Int64])

  /// Events: never sent.
  case lose
  /// Events: sent twice.
  case double
  /// Events: sent so many milliseconds of real time later.
  case postpone(milliseconds: Int64)
  /// Events: sent after the next one, or after so many milliseconds of real time if none comes before.
  case reorder(milliseconds: Int64)
  /// Events: this text instead, or half of the true one.
  case garble(text: String?)
  /// Klines, trades and best prices: every price times this.
  case price(factor: FixedDecimal)

  /// WebSockets: texts are neither sent nor obeyed; pings and pongs go on.
  case silent
  /// What is sent in that direction gets lost; the connection stays.
  case oneWay(lost: DeadDirection)
  /// Nothing goes in either direction; the connection stays.
  case blackHole
  /// WebSocket API: the subscriptions end, each with `eventStreamTerminated`.
  case terminate
  /// WebSockets: `serverShutdown`, then the connection is closed.
  case shutdown
  /// WebSockets: the subscriptions are gone, and nothing says so.
  case unsubscribe
  /// The connection ends without a word.
  case drop(resets: Bool)

  public enum DeadDirection: String, CaseIterable, Hashable, Sendable {
    /// What clients send does not arrive.
    case toServer
    /// What the server sends does not arrive.
    case toClient
  }
}

/// An answer that a fault gives.
public struct FaultAnswer: Hashable, Sendable {
  public struct Header: Hashable, Sendable {
    public var name: String
    public var value: String
    public init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// HTTP status, 100 to 999.
  public var status: Int
  public var code: Int
  public var message: String
  /// Instead of the JSON with code and message; `nil`: that.
  public var body: String?
  public var headers: [Header]
  /// Whether the request is executed before it is answered like this.
  public var executes: Bool

  public init(status: Int, code: Int = 0, message: String = "", body: String? = nil, headers: [Header] = [], executes: Bool = false) {
    self.status = status
    self.code = code
    self.message = message
    self.body = body
    self.headers = headers
    self.executes = executes
  }
}

/// One fault that was asked for.
public struct Fault: Hashable, Sendable {
  public var target: FaultTarget
  public var selector: FaultSelector
  public var action: FaultAction
  /// How often it strikes at most; `nil`: without end.
  public var count: Int64?
  /// So many that fit are let pass first.
  public var after: Int64
  /// Of those that fit, which part is struck: 0 to 1.
  public var probability: FixedDecimal
  /// Of the choice by ``probability``; `nil`: from the plan's seed and the fault's number.
  public var seed: UInt64?

  public init(
    _ target: FaultTarget, _ action: FaultAction, selector: FaultSelector = FaultSelector(), count: Int64? = 1, after: Int64 = 0,
    probability: FixedDecimal = .one, seed: UInt64? = nil
  ) {
    self.target = target
    self.action = action
    self.selector = selector
    self.count = count
    self.after = after
    self.probability = probability
    self.seed = seed
  }
}
