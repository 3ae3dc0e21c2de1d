import Time
import BotAPI
import Journal
import NIOCore
import ServiceRuntime
import Synchronization
import TTRPC
import TradingCore
import TradingModel

/// All subscriptions of the daemon, on one event loop: nothing of them is shared, so nothing of them is locked.
///
/// Commits wake the hub at most once until it has looked; live entries are encoded once for all subscribers that stand at the same place
/// with the same filter. Memory per subscriber is bounded by what a stream may have waiting, since nothing is sent to a reader that
/// takes nothing, and a live reader that lags too far is ended.
final class SubscriptionHub: @unchecked Sendable {
  // Loop only.
  private var subscriptions: [ObjectIdentifier: Subscription] = [:]
  private var intents = IntentMemory()
  private var isFetchingIntents = false
  private var ticker: RepeatedTask?
  /// As the last tick saw it.
  private var tradingState = TradingState.active

  let context: ControlContext
  var loop: any EventLoop { context.loop }
  static let tick = TimeAmount.milliseconds(50)

  init(context: ControlContext) { self.context = context }

  /// Starts to listen to commits and to health.
  func start() {
    context.tail.setWake { [weak self, loop] in
      let hub = self
      loop.execute { hub?.pump() }
    }
    context.health.watch { [weak self, loop] component in
      let hub = self
      loop.execute { hub?.healthChanged(component) }
    }
  }

  // MARK: Life of a subscription

  /// Takes a subscription over. Loop only.
  func add(_ subscription: Subscription) {
    subscriptions[ObjectIdentifier(subscription)] = subscription
    if ticker == nil {
      tradingState = context.board.tradingState
      ticker = loop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { [weak self] _ in self?.tickAll() }
    }
    guard let subscription = subscription as? JournalSubscription else { return }
    if subscription.filter.feed == .events, intents.position == 0 { intents.skip(context.tail) }
    subscription.onWritable = { [weak self] in self?.proceed($0) }
    readNextPage(subscription)
  }

  /// Forgets a subscription. Loop only.
  func remove(_ subscription: Subscription) {
    subscription.isOpen = false
    subscriptions[ObjectIdentifier(subscription)] = nil
    if subscriptions.isEmpty {
      ticker?.cancel()
      ticker = nil
    }
  }

  func end(_ subscription: Subscription) {
    subscription.finish()
    remove(subscription)
  }

  func fail(_ subscription: Subscription, _ error: RPCError) {
    subscription.fail(error)
    remove(subscription)
  }

  func drain(_ subscription: Subscription) {
    if subscription.isOpen { subscription.send(subscription.drainingMessage()) }
    end(subscription)
  }

  /// Open subscriptions. Loop only.
  var count: Int { subscriptions.count }

  private func tickAll() {
    let now = NIODeadline.now()
    let state = context.board.tradingState
    if state != tradingState {
      tradingState = state
      for case let subscription as HealthSubscription in subscriptions.values { subscription.changed() }
    }
    for subscription in Array(subscriptions.values) where subscription.isOpen { subscription.tick(now) }
  }

  // MARK: History

  private func readNextPage(_ subscription: JournalSubscription) {
    guard subscription.isOpen, subscription.phase != .reading else { return }
    subscription.phase = .reading
    let (filter, position, lastSent) = (subscription.filter, subscription.position, subscription.lastSent)
    let holder = LoopBound(subscription)
    let isQueued = context.reader.submit { [weak self, loop] journal in
      let result = Result { try HistoryPage.read(journal, filter, position: position, lastSent: lastSent) }
      let hub = self
      loop.execute { hub?.received(result, holder.value) }
    }
    guard !isQueued else { return }
    fail(
      subscription,
      RPCError(
        code: .resourceExhausted,
        info: V1.ErrorInfo(
          reason: "TOO_MANY_READS", message: "too many calls wait for the journal; subscribe again in a moment",
          lastSequence: Int64(sequence: subscription.lastRecorded))))
  }

  private func received(_ result: Result<HistoryPage, any Error>, _ subscription: JournalSubscription) {
    guard subscription.isOpen else { return }
    switch result {
    case .failure(let error): fail(subscription, JournalReader.status(of: error))
    case .success(let page):
      subscription.phase = .waitingToRead
      for message in page.messages {
        guard subscription.send(message.bytes) else { return remove(subscription) }
        subscription.sent(message.lastSequence, isRecorded: true)
      }
      subscription.position = page.position
      // The journal has failed and ends here, and the tail begins later: what lies between is nowhere.
      if page.isEnd, let lost = context.tail.lostEnd, page.position >= context.journal.lastSequence {
        subscription.position = max(page.position, lost)
      }
      if page.isEnd, context.tail.slice(after: subscription.position, limit: 1).isComplete {
        goLive(subscription, after: page.position)
      } else {
        proceed(subscription)
      }
    }
  }

  /// - Parameter history: the sequence up to which the journal was read.
  private func goLive(_ subscription: JournalSubscription, after history: UInt64) {
    if !subscription.isCaughtUp {
      subscription.isCaughtUp = true
      if subscription.isLiveOnly, let last = context.tail.lastUnrecorded { subscription.position = max(subscription.position, last) }
      let marker = V1.CaughtUp(sequence: Int64(sequence: history), serverTimeNs: WallClock.now().nanoseconds)
      guard subscription.send(subscription.filter.caughtUp(marker)) else { return remove(subscription) }
    }
    subscription.phase = .live
    pump(only: subscription)
  }

  /// The reader can take more, or just got something.
  private func proceed(_ subscription: JournalSubscription) {
    guard subscription.isOpen else { return }
    switch subscription.phase {
    case .reading: break
    case .live: pump(only: subscription)
    case .waitingToRead: if subscription.stream.isWritable { readNextPage(subscription) }
    }
  }

  // MARK: Live

  /// Something was committed.
  private func pump() {
    context.tail.rearm()
    pump(only: nil)
  }

  private func pump(only one: JournalSubscription?) {
    let waiting: [JournalSubscription]
    if let one {
      waiting = [one]
    } else {
      waiting = subscriptions.values.compactMap { $0 as? JournalSubscription }.filter { $0.phase == .live && $0.isOpen }
    }
    let needsIntents = waiting.contains { $0.filter.feed == .events }
    if needsIntents { intents.follow(context.tail) } else if one == nil, !hasEventSubscription { intents.skip(context.tail) }
    let end = context.tail.last
    var fanout = Fanout(tail: context.tail, intents: intents)
    for subscription in waiting where subscription.position < end {
      guard one == nil || subscription.phase == .live else { continue }
      if subscription.delay > .nanoseconds(0), one == nil {
        delay(subscription)
      } else if !subscription.isDelayed {
        advance(subscription, to: end, &fanout)
      }
    }
    if !fanout.missing.isEmpty { fetch(fanout.missing) }
  }

  private var hasEventSubscription: Bool {
    subscriptions.values.contains { ($0 as? JournalSubscription)?.filter.feed == .events }
  }

  private func delay(_ subscription: JournalSubscription) {
    guard !subscription.isDelayed else { return }
    subscription.isDelayed = true
    let holder = LoopBound(subscription)
    loop.scheduleTask(in: subscription.delay) { [weak self] in
      holder.value.isDelayed = false
      self?.proceed(holder.value)
    }
  }

  private func advance(_ subscription: JournalSubscription, to end: UInt64, _ fanout: inout Fanout) {
    while subscription.position < end, subscription.isOpen {
      guard subscription.stream.isWritable else {
        let lag = end - subscription.position
        if lag > UInt64(context.limits.subscriptionLagMaximum) { fail(subscription, subscription.overflow()) }
        return
      }
      switch fanout.step(subscription.filter, position: subscription.position, lastSent: subscription.lastSent) {
      case .missingIntents: return
      case .gone:
        subscription.phase = .waitingToRead
        return readNextPage(subscription)
      case .failed:
        return fail(subscription, RPCError(code: .internalError, reason: "INTERNAL", message: "an entry could not be encoded"))
      case .message(let bytes, let position, let lastSent, let isRecorded):
        if let bytes {
          guard subscription.send(bytes) else { return remove(subscription) }
          subscription.sent(lastSent, isRecorded: isRecorded)
        }
        subscription.position = position
      }
    }
  }

  /// Reads the intents of older orders, then goes on.
  private func fetch(_ missing: Set<ClientOrderID>) {
    guard !isFetchingIntents else { return }
    isFetchingIntents = true
    let isQueued = context.reader.submit { [weak self, loop] journal in
      // An order placed outside has no intent: its events go out with what they hold.
      let found = missing.map { id in (id, Result { try HistoryPage.intent(of: id, journal) }) }
      let hub = self
      loop.execute { hub?.fetched(found) }
    }
    if !isQueued {
      isFetchingIntents = false
      loop.scheduleTask(in: Self.tick) { [weak self] in self?.pump(only: nil) }
    }
  }

  private func fetched(_ found: [(ClientOrderID, Result<KnownIntent?, any Error>)]) {
    isFetchingIntents = false
    var hasFailed = false
    for (id, result) in found {
      switch result {
      case .success(let intent?): intents.add(intent)
      case .success(nil): intents.addUnknown(id)
      case .failure: hasFailed = true
      }
    }
    // What could not be read is asked for again, a little later.
    guard hasFailed else { return pump(only: nil) }
    loop.scheduleTask(in: Self.tick) { [weak self] in self?.pump(only: nil) }
  }

  // MARK: Health

  private func healthChanged(_ component: HealthRegistry.Component) {
    var message: [UInt8]?
    for subscription in Array(subscriptions.values) where subscription.isOpen {
      if let subscription = subscription as? HealthSubscription {
        subscription.changed()
      } else if let subscription = subscription as? JournalSubscription, subscription.isCaughtUp, subscription.filter.wantsHealth,
        subscription.stream.isWritable
      {
        let bytes = message ?? Self.healthEvent(component)
        message = bytes
        subscription.send(bytes)
      }
    }
  }

  private static func healthEvent(_ component: HealthRegistry.Component) -> [UInt8] {
    let event = V1.Event(timeNs: component.since.nanoseconds, payload: .health(HealthValues.component(component)))
    return (try? V1.SubscribeEventsResponse(events: [event]).encode()) ?? []
  }
}

/// Carries a value of the hub's loop through another thread and back; it is touched on the loop only.
struct LoopBound<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
