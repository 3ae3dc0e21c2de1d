import BotAPI
import TTRPC
import TradingCore
import TradingModel

/// `BotService`: creating and changing.
extension BotHandlers {
  func registerSettings(on server: RPCServer) {
    server.serveMutation(V1.BotService.createBot, context) {
      (mutation: Mutation<V1.CreateBotResponse>, request: V1.CreateBotRequest) throws(RPCError) in try create(mutation, request)
    }
    server.serveMutation(V1.BotService.updateBot, context) {
      (mutation: Mutation<V1.UpdateBotResponse>, request: V1.UpdateBotRequest) throws(RPCError) in try update(mutation, request)
    }
  }

  private func create(_ mutation: Mutation<V1.CreateBotResponse>, _ request: V1.CreateBotRequest) throws(RPCError) {
    var check = RequestCheck()
    check.requestID(request.requestID)
    let id = check.botID(request.botID)
    let configuration = check.configuration(botID: id, request.spec, base: nil, context)
    try Self.finish(check)
    guard let configuration else { return }
    if request.validateOnly {
      if let id, context.board.bot(id) != nil { throw Self.botExists(id) }
      let spec = BotValues.spec(of: configuration)
      let rules = context.board.rules(for: configuration.symbol)
      let bot = V1.Bot(
        id: configuration.id.text, spec: spec, mode: V1.TradingMode(context.configuration.mode), quoteAsset: rules?.quoteAsset ?? "",
        baseAsset: rules?.baseAsset ?? "", protection: values.expectedProtection(of: configuration))
      return mutation.succeed(V1.CreateBotResponse(bot: bot, notes: notes), isRemembered: false)
    }
    mutation.require(.createBot(configuration, start: request.start)) { bots in
      answer(mutation, bots) { V1.CreateBotResponse(bot: $0, notes: notes) }
    }
  }

  /// What keeps every bot from entering now.
  private var notes: [String] {
    let view = context.board.view
    guard view.tradingState != .active else { return [] }
    let why = view.tradingStateReason.isEmpty ? "" : " (\(view.tradingStateReason))"
    return ["trading is \(view.tradingState)\(why): no bot opens a position until you let it: botctl risk activate"]
  }

  private static func botExists(_ id: BotID) -> RPCError {
    RPCError(
      code: .alreadyExists, reason: "BOT_EXISTS", field: "bot_id",
      message: "there is already a bot \(id); choose another id, or remove it first: botctl remove \(id)")
  }

  private func update(_ mutation: Mutation<V1.UpdateBotResponse>, _ request: V1.UpdateBotRequest) throws(RPCError) {
    var check = RequestCheck()
    check.requestID(request.requestID)
    let id = check.botID(request.botID)
    guard let id else { return try check.finish() }
    guard let bot = context.board.bot(id) else { throw ErrorMapping.botNotFound(id.text) }
    let configuration = check.configuration(
      botID: id, request.spec, base: bot.configuration, countsAutoStart: request.updateAutoStart,
      countsCompound: request.updateCompound, context)
    try Self.finish(check)
    guard let configuration else { return }
    mutation.require(.updateBot(configuration)) { bots in
      answer(mutation, bots) { V1.UpdateBotResponse(bot: $0) }
    }
  }

  /// Everything that is wrong, in one error. Symbols that are not loaded yet, and nothing else wrong: to be tried again.
  private static func finish(_ check: RequestCheck) throws(RPCError) {
    if !check.violations.isEmpty, check.violations.allSatisfy({ $0.reason == "RULES_NOT_LOADED" }) {
      throw RPCError(
        code: .unavailable, reason: "RULES_NOT_LOADED", field: check.violations[0].field, message: check.violations[0].message)
    }
    try check.finish()
  }

  /// Answers with the first bot a command touched, as the board has it now.
  func answer<Response>(_ mutation: Mutation<Response>, _ bots: [BotID], _ response: (V1.Bot) -> Response) {
    guard let id = bots.first, let entry = context.board.entry(id) else {
      return mutation.fail(ErrorMapping.botNotFound(bots.first?.text ?? ""))
    }
    mutation.succeed(response(values.bot(entry)))
  }
}
