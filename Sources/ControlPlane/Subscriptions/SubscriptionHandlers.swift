import Time
import BotAPI
import Journal
import NIOCore
import ServiceRuntime
import Synchronization
import TTRPC
import TradingModel

/// The subscribing methods: reads the one request of each stream, checks it, and hands the stream to the hub.
struct SubscriptionHandlers: Sendable {
  let context: ControlContext
  let hub: SubscriptionHub

  func register(on server: RPCServer) {
    subscribe(server, V1.TradeService.subscribeTrades) { (stream, request: V1.SubscribeTradesRequest) throws(RPCError) in
      try trades(stream, request)
    }
    subscribe(server, V1.EventService.subscribeEvents) { (stream, request: V1.SubscribeEventsRequest) throws(RPCError) in
      try events(stream, request)
    }
    subscribe(server, V1.SystemService.watchHealth) { (stream, request: V1.WatchHealthRequest) throws(RPCError) in
      var check = RequestCheck()
      let heartbeat = heartbeat(request.heartbeatMs, &check)
      try check.finish()
      return Opening(subscription: HealthSubscription(stream: stream, heartbeat: heartbeat, context: context), first: nil)
    }
    subscribe(server, V1.MarketDataService.subscribeTickers) { (stream, request: V1.SubscribeTickersRequest) throws(RPCError) in
      try tickers(stream, request)
    }
    subscribe(server, V1.MarketDataService.subscribeCandles) { (stream, request: V1.SubscribeCandlesRequest) throws(RPCError) in
      try candles(stream, request)
    }
  }

  /// A subscription with its first message.
  private struct Opening {
    var subscription: Subscription
    var first: [UInt8]?
  }

  /// What the callbacks of one stream share; touched on the hub's loop only.
  private final class Slot: @unchecked Sendable {
    var subscription: Subscription?
    var isOver = false
  }

  private func subscribe<Request: BotMessage>(
    _ server: RPCServer, _ method: RPCMethod, _ open: @escaping @Sendable (RPCServerStream, Request) throws(RPCError) -> Opening
  ) {
    let (hub, loop) = (hub, context.loop)
    server.register(
      method,
      stream: { _, stream in
        let slot = Slot()
        stream.onMessage { bytes in
          loop.execute { Self.opened(bytes, stream, slot, hub, open) }
        }
        stream.onHalfClose {
          loop.execute {
            slot.isOver = true
            if let subscription = slot.subscription { hub.end(subscription) } else { stream.finish() }
          }
        }
        stream.onCancel { _ in
          loop.execute {
            slot.isOver = true
            if let subscription = slot.subscription { hub.remove(subscription) }
          }
        }
        stream.onWritable { loop.execute { if let subscription = slot.subscription, subscription.isOpen { subscription.writable() } } }
        stream.onDrain {
          loop.execute {
            slot.isOver = true
            if let subscription = slot.subscription { hub.drain(subscription) } else { stream.finish() }
          }
        }
      })
  }

  private static func opened<Request: BotMessage>(
    _ bytes: [UInt8], _ stream: RPCServerStream, _ slot: Slot, _ hub: SubscriptionHub,
    _ open: (RPCServerStream, Request) throws(RPCError) -> Opening
  ) {
    guard !slot.isOver else { return }
    if let subscription = slot.subscription {
      slot.isOver = true
      return hub.fail(
        subscription,
        RPCError(
          code: .invalidArgument, reason: "ALREADY_SUBSCRIBED",
          message: "a subscription takes one request; open another stream for another subscription"))
    }
    do throws(RPCError) {
      let opening = try open(stream, try Request.requested(bytes))
      slot.subscription = opening.subscription
      if let first = opening.first, !opening.subscription.send(first) { return }
      hub.add(opening.subscription)
      opening.subscription.writable()
    } catch {
      slot.isOver = true
      stream.fail(error)
    }
  }

  // MARK: Requests

  private func heartbeat(_ milliseconds: Int32, _ check: inout RequestCheck) -> TimeAmount {
    check.notNegative(Int64(milliseconds), field: "heartbeat_ms")
    guard milliseconds > 0 else { return .milliseconds(context.limits.heartbeatMillisecondsDefault) }
    return .milliseconds(max(100, Int64(milliseconds)))
  }

  private func batch(_ size: Int32, _ check: inout RequestCheck) -> Int {
    check.notNegative(Int64(size), field: "max_batch")
    return size <= 0 ? context.limits.batchMaximum : min(Int(size), context.limits.batchMaximum)
  }

  private func delay(_ milliseconds: Int32, _ check: inout RequestCheck) -> TimeAmount {
    check.notNegative(Int64(milliseconds), field: "max_delay_ms")
    return .milliseconds(min(60_000, max(0, Int64(milliseconds))))
  }

  /// Where a resumed subscription starts, and what the client is told about the journal.
  ///
  /// - Throws: `OUT_OF_RANGE` for a sequence beyond the end or of another journal.
  private func start(
    after sequence: Int64, journalID: String, liveOnly: Bool, _ check: inout RequestCheck
  ) throws(RPCError) -> (position: UInt64, opened: V1.SubscriptionOpened) {
    if liveOnly, sequence != 0 { check.wrong("after_sequence", "MUST_BE_ZERO", "after_sequence must be 0 together with live_only") }
    if sequence < 0 {
      check.wrong(
        "after_sequence", "MUST_NOT_BE_NEGATIVE",
        "after_sequence must be 0 or more, not \(sequence): 0 is everything, live_only what comes from now on")
    }
    try check.finish()
    let last = context.journal.lastSequence
    let known = context.configuration.journalID
    guard journalID.isEmpty || journalID == known else {
      throw RPCError(
        code: .outOfRange, reason: "OTHER_JOURNAL", field: "journal_id",
        message:
          "after_sequence belongs to journal \(RequestCheck.shown(journalID)), this daemon's is \(known): start again with after_sequence 0"
      )
    }
    guard let after = UInt64(exactly: sequence), after <= last else {
      throw RPCError(
        code: .outOfRange,
        info: V1.ErrorInfo(
          reason: "SEQUENCE_BEYOND_END", field: "after_sequence",
          message:
            "after_sequence \(sequence) is beyond the journal's end \(last): it was never recorded, is not of this "
            + "journal, or the journal was lost; start again with after_sequence 0",
          lastSequence: Int64(sequence: last)))
    }
    let opened = V1.SubscriptionOpened(journalID: known, firstSequence: last > 0 ? 1 : 0, lastSequence: Int64(sequence: last))
    return (liveOnly ? last : after, opened)
  }

  private func trades(_ stream: RPCServerStream, _ request: V1.SubscribeTradesRequest) throws(RPCError) -> Opening {
    var check = RequestCheck()
    let filter = JournalFilter(
      feed: .trades, bots: check.botIDs(request.botIDs), symbols: check.symbols(request.symbols), batch: batch(request.maxBatch, &check))
    return try journal(
      stream, filter, heartbeat(request.heartbeatMs, &check), delay(request.maxDelayMs, &check), after: request.afterSequence,
      journalID: request.journalID, liveOnly: request.liveOnly, &check)
  }

  private func events(_ stream: RPCServerStream, _ request: V1.SubscribeEventsRequest) throws(RPCError) -> Opening {
    var check = RequestCheck()
    for (index, kind) in request.kinds.enumerated() {
      switch kind {
      case .unspecified, .unrecognized: check.wrong("kinds[\(index)]", "EVENT_KIND_UNKNOWN", "there is no event kind \(kind.rawValue)")
      default: break
      }
    }
    let filter = JournalFilter(
      feed: .events, bots: check.botIDs(request.botIDs), kinds: Set(request.kinds),
      range: check.range(request.fromTimeNs, request.toTimeNs),
      batch: batch(request.maxBatch, &check))
    return try journal(
      stream, filter, heartbeat(request.heartbeatMs, &check), delay(request.maxDelayMs, &check), after: request.afterSequence,
      journalID: request.journalID, liveOnly: request.liveOnly, &check)
  }

  private func journal(
    _ stream: RPCServerStream, _ filter: JournalFilter, _ heartbeat: TimeAmount, _ delay: TimeAmount, after sequence: Int64,
    journalID: String, liveOnly: Bool, _ check: inout RequestCheck
  ) throws(RPCError) -> Opening {
    let (position, opened) = try start(after: sequence, journalID: journalID, liveOnly: liveOnly, &check)
    let subscription = JournalSubscription(
      stream: stream, heartbeat: heartbeat, filter: filter, delay: delay, position: position, isLiveOnly: liveOnly)
    let holder = LoopBound(subscription)
    stream.overflowError { holder.value.overflow() }
    return Opening(subscription: subscription, first: filter.opened(opened))
  }

  private func tickers(_ stream: RPCServerStream, _ request: V1.SubscribeTickersRequest) throws(RPCError) -> Opening {
    var check = RequestCheck()
    let symbols = marketSymbols(request.symbols, &check)
    check.notNegative(Int64(request.minIntervalMs), field: "min_interval_ms")
    let heartbeat = heartbeat(request.heartbeatMs, &check)
    try check.finish()
    let subscription = TickerSubscription(
      stream: stream, heartbeat: heartbeat, symbols: symbols, minimumInterval: .milliseconds(Int64(request.minIntervalMs)),
      context: context)
    let opened = V1.SubscribeTickersResponse(opened: V1.SubscriptionOpened(journalID: context.configuration.journalID))
    return Opening(subscription: subscription, first: try? opened.encode())
  }

  private func candles(_ stream: RPCServerStream, _ request: V1.SubscribeCandlesRequest) throws(RPCError) -> Opening {
    var check = RequestCheck()
    let symbols = marketSymbols(request.symbols, &check)
    let interval = check.interval(request.interval)
    check.notNegative(request.afterOpenTimeNs, field: "after_open_time_ns")
    let batch = batch(request.maxBatch, &check)
    let heartbeat = heartbeat(request.heartbeatMs, &check)
    try check.finish()
    guard let interval else {
      throw RPCError(code: .invalidArgument, reason: "REQUIRED", field: "interval", message: "interval is missing")
    }
    let subscription = CandleSubscription(
      stream: stream, heartbeat: heartbeat, symbols: symbols, interval: interval,
      after: request.afterOpenTimeNs == 0 ? nil : Timestamp(nanoseconds: request.afterOpenTimeNs), includesOpen: request.includeOpen,
      batch: batch, context: context)
    let opened = V1.SubscribeCandlesResponse(opened: V1.SubscriptionOpened(journalID: context.configuration.journalID))
    return Opening(subscription: subscription, first: try? opened.encode())
  }

  private func marketSymbols(_ texts: [String], _ check: inout RequestCheck) -> Set<Symbol> {
    if texts.isEmpty { check.wrong("symbols", "REQUIRED", "symbols is missing: name at least one") }
    let symbols = check.symbols(texts)
    guard !context.board.allRules.isEmpty else { return symbols }
    for symbol in symbols.sorted() where context.board.rules(for: symbol) == nil {
      check.wrong("symbols", "SYMBOL_UNKNOWN", context.board.reasonWithoutRules(symbol))
    }
    return symbols
  }
}
