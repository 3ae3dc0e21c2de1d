import BotAPI

/// A message of a resumable subscription.
protocol SubscriptionBatch: BotMessage {
  associatedtype Item: BotMessage
  associatedtype Request: BotMessage

  var items: [Item] { get }
  var opened: V1.SubscriptionOpened? { get }
  var caughtUp: V1.CaughtUp? { get }
  var heartbeat: V1.Heartbeat? { get }
  var draining: V1.Draining? { get }
  /// The items are not in the daemon's journal: their sequences are no bookmark.
  var notRecorded: Bool { get }

  static func position(_ item: Item) -> (sequence: Int64, previous: Int64)
}

extension V1.SubscribeTradesResponse: SubscriptionBatch {
  typealias Request = V1.SubscribeTradesRequest

  var items: [V1.Trade] { trades }

  static func position(_ item: V1.Trade) -> (sequence: Int64, previous: Int64) {
    (item.sequence, item.previousSequence)
  }
}

extension V1.SubscribeEventsResponse: SubscriptionBatch {
  typealias Request = V1.SubscribeEventsRequest

  var items: [V1.Event] { events }

  static func position(_ item: V1.Event) -> (sequence: Int64, previous: Int64) {
    (item.sequence, item.previousSequence)
  }
}
