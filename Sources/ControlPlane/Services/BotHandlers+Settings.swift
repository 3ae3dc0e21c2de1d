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
    let configuration = check.configuration(botID: id, request.spec, base: nil)
    try validate(configuration, &check)
    guard let configuration, let spec = request.spec else { return }
    if request.validateOnly {
      if let id, context.board.bot(id) != nil { throw Self.botExists(id) }
      let spec = BotValues.spec(of: configuration, isRunning: false)
      return mutation.succeed(V1.CreateBotResponse(bot: V1.Bot(id: configuration.id.text, spec: spec)))
    }
    mutation.require(.createBot(configuration, start: request.start || spec.autoStart)) { bots in
      answer(mutation, bots) { V1.CreateBotResponse(bot: $0) }
    }
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
    let configuration = check.configuration(botID: id, request.spec, base: bot.configuration)
    try validate(configuration, &check)
    guard let configuration else { return }
    guard bot.state != .running else {
      throw RPCError(
        code: .failedPrecondition, reason: "BOT_RUNNING", field: "bot_id",
        message: "bot \(id) is running; stop it first: botctl stop \(id)")
    }
    mutation.require(.updateBot(configuration)) { bots in
      answer(mutation, bots) { V1.UpdateBotResponse(bot: $0) }
    }
  }

  /// Everything that is wrong, by form and by the core's rules, in one error.
  private func validate(_ configuration: BotConfiguration?, _ check: inout RequestCheck) throws(RPCError) {
    guard let configuration else { return try check.finish() }
    let isWellFormed = check.violations.isEmpty
    let found = context.check.violations(of: configuration)
    check.add(found)
    if isWellFormed, !found.isEmpty, found.allSatisfy({ $0.reason == "RULES_NOT_LOADED" }) {
      throw ErrorMapping.error(CommandError(.unavailable, found))
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
