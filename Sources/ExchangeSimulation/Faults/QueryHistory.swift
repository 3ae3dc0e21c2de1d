public import Time
public import TradingModel

/// What queries would have said a while ago: the changes of orders since someone began to ask for it. Bounded in number; times are given
/// by the caller, on any one clock.
public struct QueryHistory: Sendable {
  /// Changes kept; older ones count as having always been.
  public static let changesMaximum = 100_000

  private struct Key: Hashable {
    var symbol: Symbol
    var orderID: Int64
  }

  private struct Version {
    var time: Timestamp
    var order: ExchangeOrder
    var tradeID: Int64?
  }

  /// What an order was at some time.
  public enum State: Hashable, Sendable {
    /// It did not change since: what is true now was true then.
    case unchanged
    case order(ExchangeOrder)
    case absent
  }

  public private(set) var isRecording = false
  /// Orders that were open when the recording began.
  private var before: [Key: ExchangeOrder] = [:]
  private var versions: [Version] = []
  private var byOrder: [Key: [Version]] = [:]

  public init() {}

  /// Begins to record.
  /// - Parameter open: every order that is open now.
  public mutating func begin(open: [ExchangeOrder]) {
    guard !isRecording else { return }
    isRecording = true
    for order in open { before[Key(symbol: order.symbol, orderID: order.orderID)] = order }
  }

  public mutating func end() { self = QueryHistory() }

  /// Takes in what the exchange said at `time`.
  public mutating func record(_ events: [ExchangeEvent], at time: Timestamp) {
    guard isRecording else { return }
    for event in events {
      guard case .execution(let execution) = event else { continue }
      let version = Version(time: time, order: execution.order, tradeID: execution.fill?.tradeID)
      versions.append(version)
      byOrder[Key(symbol: execution.order.symbol, orderID: execution.order.orderID), default: []].append(version)
    }
    guard versions.count > Self.changesMaximum else { return }
    let dropped = versions.prefix(versions.count / 2)
    for version in dropped {
      let key = Key(symbol: version.order.symbol, orderID: version.order.orderID)
      before[key] = version.order
      byOrder[key]?.removeFirst()
      if byOrder[key]?.isEmpty == true {
        byOrder[key] = nil
        before[key] = nil
      }
    }
    versions.removeFirst(dropped.count)
  }

  /// An order as it was at `time`.
  public func state(symbol: Symbol, orderID: Int64, at time: Timestamp) -> State {
    let key = Key(symbol: symbol, orderID: orderID)
    guard let changes = byOrder[key] else { return .unchanged }
    if let last = changes.last(where: { $0.time <= time }) { return .order(last.order) }
    return before[key].map(State.order) ?? .absent
  }

  /// Trades of an account that were made after `time`.
  public func trades(after time: Timestamp, symbol: Symbol, account: Int) -> Set<Int64> {
    var ids: Set<Int64> = []
    for version in versions.reversed() {
      guard version.time > time else { break }
      if let id = version.tradeID, version.order.symbol == symbol, version.order.account == account { ids.insert(id) }
    }
    return ids
  }

  /// An account's orders that changed after `time` and were open then, in the order of symbols and numbers.
  public func opened(at time: Timestamp, account: Int) -> [ExchangeOrder] {
    var found: [Key: ExchangeOrder] = [:]
    for version in versions.reversed() {
      guard version.time > time else { break }
      let order = version.order
      let key = Key(symbol: order.symbol, orderID: order.orderID)
      guard order.account == account, found[key] == nil else { continue }
      if case .order(let known) = state(symbol: order.symbol, orderID: order.orderID, at: time), known.status.isOpen { found[key] = known }
    }
    return found.values.sorted { ($0.symbol.text, $0.orderID) < ($1.symbol.text, $1.orderID) }
  }
}
