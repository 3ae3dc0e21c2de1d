public import TradingModel

/// What a market stream should deliver.
public struct MarketSubscriptions: Hashable, Sendable {
  /// Candle series.
  public var series: Set<SeriesKey>
  public var trades: Set<Symbol>
  public var quotes: Set<Symbol>
  public var tickers: Set<Symbol>

  public init(series: Set<SeriesKey> = [], trades: Set<Symbol> = [], quotes: Set<Symbol> = [], tickers: Set<Symbol> = []) {
    self.series = series
    self.trades = trades
    self.quotes = quotes
    self.tickers = tickers
  }

  /// Every symbol named, sorted.
  public var symbols: [Symbol] { Set(series.map(\.symbol)).union(trades).union(quotes).union(tickers).sorted() }

  /// The exchange's stream names, sorted (FACTS §2).
  var streamNames: [String] {
    var names = series.map { Self.name($0) }
    names += trades.map { "\($0.streamText)@trade" }
    names += quotes.map { "\($0.streamText)@bookTicker" }
    names += tickers.map { "\($0.streamText)@miniTicker" }
    return names.sorted()
  }

  static func name(_ series: SeriesKey) -> String { "\(series.symbol.streamText)@kline_\(series.interval.rawValue)" }
}

/// The subscriptions of one connection and the control messages that make it so; pure state.
///
/// Names are batched, messages are paced by the caller: at most one per ``messageSpacingNanoseconds``, which stays below the five per
/// second that the exchange allows, pongs included.
struct SubscriptionPlan {
  static let messageSpacingNanoseconds: Int64 = 250_000_000
  static let namesPerMessage = 200

  struct Message: Hashable {
    var id: Int64
    var isSubscribe: Bool
    var names: [String]

    /// `{"method":…,"params":[…],"id":…}`. Names hold no character that JSON would escape.
    var text: String {
      let list = names.map { "\"\($0)\"" }.joined(separator: ",")
      return "{\"method\":\"\(isSubscribe ? "SUBSCRIBE" : "UNSUBSCRIBE")\",\"params\":[\(list)],\"id\":\(id)}"
    }
  }

  /// Wanted names, in order.
  private(set) var wanted: [String] = []
  private var wantedSet: Set<String> = []
  /// Asked for on the present connection: confirmed, or in a message that waits for its answer.
  private var asked: Set<String> = []
  private var unanswered: [Int64: Message] = [:]
  private var nextID: Int64 = 1

  /// Replaces the wish.
  mutating func want(_ names: [String]) {
    wanted = names
    wantedSet = Set(names)
  }

  /// A new connection knows nothing yet.
  mutating func connected() {
    asked.removeAll()
    unanswered.removeAll()
  }

  /// The next control message that brings the connection closer to the wish, or `nil`. Unsubscribes go first to make room.
  mutating func nextMessage() -> Message? {
    let surplus = asked.filter { !wantedSet.contains($0) }.sorted().prefix(Self.namesPerMessage)
    if !surplus.isEmpty {
      for name in surplus { asked.remove(name) }
      return issue(isSubscribe: false, Array(surplus))
    }
    var missing: [String] = []
    for name in wanted where !asked.contains(name) {
      missing.append(name)
      if missing.count == Self.namesPerMessage { break }
    }
    guard !missing.isEmpty else { return nil }
    asked.formUnion(missing)
    return issue(isSubscribe: true, missing)
  }

  private mutating func issue(isSubscribe: Bool, _ names: [String]) -> Message {
    let message = Message(id: nextID, isSubscribe: isSubscribe, names: names)
    nextID += 1
    unanswered[message.id] = message
    return message
  }

  /// An answer arrived; gives the message it answers.
  mutating func answered(_ id: Int64) -> Message? { unanswered.removeValue(forKey: id) }

  /// Names whose subscription the exchange has confirmed.
  var confirmed: [String] {
    let waiting = Set(unanswered.values.flatMap(\.names))
    return asked.filter { !waiting.contains($0) }.sorted()
  }

  /// Everything wanted is asked for and confirmed.
  var isSettled: Bool { unanswered.isEmpty && asked == wantedSet }
}
