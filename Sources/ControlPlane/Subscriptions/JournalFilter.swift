import BotAPI
import Time
import TradingCore
import TradingModel
import Venue

/// What a subscriber to the journal wants. Equal filters share their encoded messages.
struct JournalFilter: Hashable, Sendable {
  enum Feed: Hashable, Sendable { case trades, events }

  var feed: Feed
  var bots: Set<BotID> = []
  /// Trades only.
  var symbols: Set<Symbol> = []
  /// Events only; empty: all.
  var kinds: Set<V1.EventKind> = []
  /// Events only: when they were journaled.
  var range = TimeRange.everything
  /// Most items in one message.
  var batch: Int

  /// Records that can match.
  var recordKinds: Set<RecordKind> { feed == .trades ? [.fill] : EventValues.recordKinds(kinds) }

  /// Events that are not journaled (health) are wanted as well.
  var wantsHealth: Bool { feed == .events && range.to == .distantFuture && bots.isEmpty && (kinds.isEmpty || kinds.contains(.health)) }

  func matches(_ entry: JournalEntry) -> Bool {
    let record = entry.record
    guard range.contains(entry.time) else { return false }
    if case .fill(let fill) = record, !symbols.isEmpty, !symbols.contains(fill.fill.symbol) { return false }
    switch feed {
    case .trades: guard record.kind == .fill else { return false }
    case .events:
      guard let kind = EventValues.kind(of: record), kinds.isEmpty || kinds.contains(kind) else { return false }
    }
    guard !bots.isEmpty else { return true }
    return record.bot.map(bots.contains) ?? false
  }

  /// A message with these entries, which all match, and are all recorded or all not.
  func message(
    _ entries: [JournalEntry], previous: UInt64, isRecorded: Bool = true, intent: (ClientOrderID) -> KnownIntent?
  ) throws(MessageError) -> [UInt8] {
    var previous = previous
    switch feed {
    case .trades:
      var trades: [V1.Trade] = []
      trades.reserveCapacity(entries.count)
      for entry in entries {
        guard let trade = V1.Trade(entry, previous: previous) else { continue }
        trades.append(trade)
        previous = entry.sequence
      }
      return try V1.SubscribeTradesResponse(trades: trades, notRecorded: !isRecorded).encode()
    case .events:
      var events: [V1.Event] = []
      events.reserveCapacity(entries.count)
      for entry in entries {
        guard let event = EventValues.event(entry, previous: previous, intent: intent) else { continue }
        events.append(event)
        previous = entry.sequence
      }
      return try V1.SubscribeEventsResponse(events: events, notRecorded: !isRecorded).encode()
    }
  }

  // MARK: Markers

  func opened(_ value: V1.SubscriptionOpened) -> [UInt8] {
    encode(trades: { $0.opened = value }, events: { $0.opened = value })
  }

  func caughtUp(_ value: V1.CaughtUp) -> [UInt8] {
    encode(trades: { $0.caughtUp = value }, events: { $0.caughtUp = value })
  }

  /// - Parameter isRecorded: the sequence it names is in the journal.
  func heartbeat(_ value: V1.Heartbeat, isRecorded: Bool) -> [UInt8] {
    encode(
      trades: {
        $0.heartbeat = value
        $0.notRecorded = !isRecorded
      },
      events: {
        $0.heartbeat = value
        $0.notRecorded = !isRecorded
      })
  }

  func draining(_ value: V1.Draining) -> [UInt8] {
    encode(trades: { $0.draining = value }, events: { $0.draining = value })
  }

  private func encode(
    trades: (inout V1.SubscribeTradesResponse) -> Void, events: (inout V1.SubscribeEventsResponse) -> Void
  ) -> [UInt8] {
    switch feed {
    case .trades:
      var message = V1.SubscribeTradesResponse()
      trades(&message)
      return (try? message.encode()) ?? []
    case .events:
      var message = V1.SubscribeEventsResponse()
      events(&message)
      return (try? message.encode()) ?? []
    }
  }
}
