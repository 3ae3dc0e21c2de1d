import Time
import BotAPI
import Journal
import NIOCore
import TTRPC
import TradingCore
import TradingModel
import Venue

/// `BotService`: starting, stopping, closing, removing.
extension BotHandlers {
  func registerLife(on server: RPCServer) {
    server.serveMutation(V1.BotService.startBot, context) {
      (mutation: Mutation<V1.StartBotResponse>, request: V1.StartBotRequest) throws(RPCError) in
      let id = try botID(request.requestID, request.botID)
      mutation.require(.startBot(id)) { answer(mutation, $0) { V1.StartBotResponse(bot: $0) } }
    }
    server.serveMutation(V1.BotService.pauseBot, context) {
      (mutation: Mutation<V1.PauseBotResponse>, request: V1.PauseBotRequest) throws(RPCError) in
      let id = try botID(request.requestID, request.botID)
      mutation.require(.pauseBot(id)) { answer(mutation, $0) { V1.PauseBotResponse(bot: $0) } }
    }
    server.serveMutation(V1.BotService.resumeBot, context) {
      (mutation: Mutation<V1.ResumeBotResponse>, request: V1.ResumeBotRequest) throws(RPCError) in
      let id = try botID(request.requestID, request.botID)
      mutation.require(.resumeBot(id)) { answer(mutation, $0) { V1.ResumeBotResponse(bot: $0) } }
    }
    server.serveMutation(V1.BotService.stopBot, context) {
      (mutation: Mutation<V1.StopBotResponse>, request: V1.StopBotRequest) throws(RPCError) in try stop(mutation, request)
    }
    server.serveMutation(V1.BotService.closePosition, context) {
      (mutation: Mutation<V1.ClosePositionResponse>, request: V1.ClosePositionRequest) throws(RPCError) in try close(mutation, request)
    }
    server.serveMutation(V1.BotService.openPosition, context) {
      (mutation: Mutation<V1.OpenPositionResponse>, request: V1.OpenPositionRequest) throws(RPCError) in try open(mutation, request)
    }
    server.serveMutation(V1.BotService.reducePosition, context) {
      (mutation: Mutation<V1.ReducePositionResponse>, request: V1.ReducePositionRequest) throws(RPCError) in try reduce(mutation, request)
    }
    server.serveMutation(V1.BotService.adoptPosition, context) {
      (mutation: Mutation<V1.AdoptPositionResponse>, request: V1.AdoptPositionRequest) throws(RPCError) in try adopt(mutation, request)
    }
    server.serveMutation(V1.BotService.releasePosition, context) {
      (mutation: Mutation<V1.ReleasePositionResponse>, request: V1.ReleasePositionRequest) throws(RPCError) in
      try release(mutation, request)
    }
    server.serveMutation(V1.BotService.removeBot, context) {
      (mutation: Mutation<V1.RemoveBotResponse>, request: V1.RemoveBotRequest) throws(RPCError) in try remove(mutation, request)
    }
    server.serveMutation(V1.BotService.startAllBots, context) {
      (mutation: Mutation<V1.StartAllBotsResponse>, request: V1.StartAllBotsRequest) throws(RPCError) in
      try checkRequestID(request.requestID)
      mutation.require(.startAllBots) { _ in mutation.succeed(V1.StartAllBotsResponse(outcomes: outcomes(wanted: .running))) }
    }
    server.serveMutation(V1.BotService.stopAllBots, context) {
      (mutation: Mutation<V1.StopAllBotsResponse>, request: V1.StopAllBotsRequest) throws(RPCError) in try stopAll(mutation, request)
    }
  }

  func botID(_ requestID: String, _ text: String) throws(RPCError) -> BotID {
    var check = RequestCheck()
    check.requestID(requestID)
    let id = check.botID(text)
    try check.finish()
    guard let id else { throw ErrorMapping.botNotFound(text) }
    return id
  }

  private func checkRequestID(_ text: String) throws(RPCError) {
    var check = RequestCheck()
    check.requestID(text)
    try check.finish()
  }

  private static func isNothingToClose(_ error: CommandError) -> Bool {
    error.violations.contains { $0.reason == "NO_POSITION" }
  }

  private func stop(_ mutation: Mutation<V1.StopBotResponse>, _ request: V1.StopBotRequest) throws(RPCError) {
    let id = try botID(request.requestID, request.botID)
    let stop = { @Sendable in mutation.require(.stopBot(id)) { answer(mutation, $0) { V1.StopBotResponse(bot: $0) } } }
    guard request.closePosition else { return stop() }
    mutation.perform(.closePosition(id), step: "close") { result in
      if case .failed(let error) = result, !Self.isNothingToClose(error) { return mutation.fail(ErrorMapping.error(error)) }
      stop()
    }
  }

  private func close(_ mutation: Mutation<V1.ClosePositionResponse>, _ request: V1.ClosePositionRequest) throws(RPCError) {
    var check = RequestCheck()
    check.reason(request.reason)
    try check.finish()
    let id = try botID(request.requestID, request.botID)
    let before = context.board.sequence
    mutation.perform(.closePosition(id)) { result in
      switch result {
      case .failed(let error) where Self.isNothingToClose(error): mutation.succeed(V1.ClosePositionResponse())
      case .failed(let error): mutation.fail(ErrorMapping.error(error))
      case .done, .repeated, .planned:
        if let order = context.board.openOrders.last(where: { $0.botID == id && $0.intent.purpose == .manual }) {
          return mutation.succeed(V1.ClosePositionResponse(order: V1.Order(order)))
        }
        // It may be filled already: then the journal has it.
        let isQueued = context.reader.submit { journal in
          let order = try? Self.newestOrder(.manual, of: id, after: before, journal)
          mutation.succeed(V1.ClosePositionResponse(order: order.map { V1.Order($0) }))
        }
        if !isQueued { mutation.succeed(V1.ClosePositionResponse()) }
      }
    }
  }

  private func adopt(_ mutation: Mutation<V1.AdoptPositionResponse>, _ request: V1.AdoptPositionRequest) throws(RPCError) {
    var check = RequestCheck()
    if request.quantity.isEmpty { check.wrong("quantity", "REQUIRED", "quantity is required: how much of the base asset the bot is given") }
    let quantity = check.decimal(request.quantity, field: "quantity") ?? .zero
    let entryPrice = check.decimal(request.entryPrice, field: "entry_price") ?? .zero
    try check.finish()
    let id = try botID(request.requestID, request.botID)
    mutation.require(.adoptPosition(id, quantity: quantity, entryPrice: entryPrice)) {
      answer(mutation, $0) { V1.AdoptPositionResponse(bot: $0) }
    }
  }

  private func release(_ mutation: Mutation<V1.ReleasePositionResponse>, _ request: V1.ReleasePositionRequest) throws(RPCError) {
    var check = RequestCheck()
    let quantity = check.decimal(request.quantity, field: "quantity")
    try check.finish()
    let id = try botID(request.requestID, request.botID)
    mutation.require(.releasePosition(id, quantity: quantity)) { answer(mutation, $0) { V1.ReleasePositionResponse(bot: $0) } }
  }

  /// The newest order of a purpose of a bot since `sequence`; `nil` when there is none among its latest few orders.
  static func newestOrder(_ purpose: OrderPurpose, of id: BotID, after sequence: UInt64, _ journal: Journal) throws -> Order? {
    for entry in try journal.orderIntents(before: .max, limit: 8, botID: id) where entry.sequence > sequence {
      guard case .orderIntent(let intent) = entry.record, intent.purpose == purpose else { continue }
      return try OrderHandlers.fold(intent.request.clientOrderID, journal).order
    }
    return nil
  }

  private func stopAll(_ mutation: Mutation<V1.StopAllBotsResponse>, _ request: V1.StopAllBotsRequest) throws(RPCError) {
    try checkRequestID(request.requestID)
    let holders =
      request.closePositions ? context.board.view.bots.bots().filter { !$0.isRemoved && $0.snapshot.position.isOpen }.map(\.id) : []
    for id in holders {
      // Failures are not the call's: a position may just have closed by itself, and the outcome names the state.
      mutation.perform(.closePosition(id), step: "close/\(id)") { _ in }
    }
    mutation.require(.stopAllBots) { _ in mutation.succeed(V1.StopAllBotsResponse(outcomes: outcomes(wanted: .stopped))) }
  }

  /// What became of each bot.
  private func outcomes(wanted: BotState) -> [V1.BotOutcome] {
    context.board.view.bots.bots().lazy.filter { !$0.isRemoved }.map { entry in
      let state = entry.snapshot.state
      let error =
        state == wanted
        ? nil
        : V1.ErrorInfo(reason: "STATE_UNCHANGED", field: "bot_id", message: "bot \(entry.id) is \(state): \(entry.snapshot.stateReason)")
      return V1.BotOutcome(botID: entry.id.text, state: V1.BotState(state), error: error)
    }
  }

  // MARK: Removal

  /// How long a forced removal waits for the sale.
  private static let removalTime = TimeAmount.seconds(10)
  private static let removalPoll = TimeAmount.milliseconds(20)

  private func remove(_ mutation: Mutation<V1.RemoveBotResponse>, _ request: V1.RemoveBotRequest) throws(RPCError) {
    let id = try botID(request.requestID, request.botID)
    guard context.board.bot(id) != nil else {
      // The core knows whether this very request removed it before.
      return mutation.require(.removeBot(id)) { answer(mutation, $0) { V1.RemoveBotResponse(bot: $0) } }
    }
    let removal = { @Sendable in
      mutation.require(.removeBot(id)) { answer(mutation, $0) { V1.RemoveBotResponse(bot: $0) } }
    }
    guard request.force else { return removal() }
    mutation.require(.stopBot(id), step: "stop") { _ in
      mutation.perform(.closePosition(id), step: "close") { result in
        if case .failed(let error) = result, !Self.isNothingToClose(error) { return mutation.fail(ErrorMapping.error(error)) }
        let end = NIODeadline.now() + Self.removalTime
        context.loop.execute { whenFlat(id, until: min(end, mutation.call.deadline ?? end), mutation, removal) }
      }
    }
  }

  /// Looks again and again until the bot holds nothing and has no order open.
  private func whenFlat(
    _ id: BotID, until end: NIODeadline, _ mutation: Mutation<V1.RemoveBotResponse>, _ body: @escaping @Sendable () -> Void
  ) {
    guard let bot = context.board.bot(id) else { return body() }
    if !bot.position.isOpen, bot.openOrders.isEmpty { return body() }
    guard NIODeadline.now() < end else {
      return mutation.fail(
        RPCError(
          code: .failedPrecondition, reason: "POSITION_OPEN", field: "bot_id",
          message: "bot \(id) is stopped and sells what it holds, but the sale is not done yet; remove it again in a moment"))
    }
    context.loop.scheduleTask(in: Self.removalPoll) { whenFlat(id, until: end, mutation, body) }
  }
}
