import Time
import Venue
import MarketData
import BotAPI
import MarketData
import TTRPC
import TradingCore
import TradingModel
import Venue

/// `BotService`: reading.
struct BotHandlers: Sendable {
  let context: ControlContext
  var values: BotValues { BotValues(context: context) }

  func register(on server: RPCServer) {
    server.serve(V1.BotService.getBot) { (_, request: V1.GetBotRequest) throws(RPCError) in try get(request) }
    server.serve(V1.BotService.listBots) { (_, request: V1.ListBotsRequest) throws(RPCError) in try list(request) }
    server.serve(V1.BotService.getBotStats) { (_, request: V1.GetBotStatsRequest) throws(RPCError) in try stats(request) }
    registerLife(on: server)
    registerSettings(on: server)
  }

  /// - Throws: `INVALID_ARGUMENT` for a malformed id, `NOT_FOUND`.
  func entry(_ text: String) throws(RPCError) -> BoardBot {
    var check = RequestCheck()
    let id = check.botID(text)
    try check.finish()
    guard let id, let entry = context.board.entry(id) else { throw ErrorMapping.botNotFound(text) }
    return entry
  }

  private func get(_ request: V1.GetBotRequest) throws(RPCError) -> V1.GetBotResponse {
    V1.GetBotResponse(bot: values.bot(try entry(request.botID), expectsProtection: true))
  }

  private func stats(_ request: V1.GetBotStatsRequest) throws(RPCError) -> V1.GetBotStatsResponse {
    let entry = try entry(request.botID)
    guard let stats = values.stats(entry, at: context.now) else { throw ErrorMapping.botNotFound(request.botID) }
    return V1.GetBotStatsResponse(stats: stats)
  }

  private func list(_ request: V1.ListBotsRequest) throws(RPCError) -> V1.ListBotsResponse {
    var check = RequestCheck()
    let size = check.pageSize(request.pageSize, context.limits)
    let symbols = check.symbols(request.symbols)
    let after = request.pageToken.isEmpty ? nil : BotID(request.pageToken)
    if after == nil, !request.pageToken.isEmpty { check.malformedToken() }
    for (index, state) in request.states.enumerated() {
      if case .unrecognized(let value) = state { check.wrong("states[\(index)]", "STATE_UNKNOWN", "there is no bot state \(value)") }
    }
    try check.finish()
    let states = Set(request.states)
    func isWanted(_ entry: BoardBot) -> Bool {
      guard symbols.isEmpty || symbols.contains(entry.snapshot.configuration.symbol) else { return false }
      return states.isEmpty ? !entry.isRemoved : states.contains(BotValues.state(of: entry))
    }
    let table = context.board.view.bots
    var response = V1.ListBotsResponse()
    var last: BotID?
    for entry in table.bots(after: after) where isWanted(entry) {
      if response.bots.count == size {
        response.nextPageToken = last?.text ?? ""
        break
      }
      response.bots.append(values.bot(entry))
      last = entry.id
    }
    response.total = Int64(table.bots().lazy.filter(isWanted).reduce(0) { count, _ in count + 1 })
    return response
  }
}
