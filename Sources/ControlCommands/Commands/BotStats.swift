import ArgumentParser
import BotAPI
import TTRPC

struct BotStats: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats",
    abstract: "Shows statistics: of one bot in full, of several (or all) as a table.", discussion: V1.Stats.narrowHelp)

  @Argument(help: ArgumentHelp("Bots; none: all.", valueName: "BOT_ID"), completion: .bots)
  var botIDs: [String] = []

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    if botIDs.count == 1 {
      output.show(try await stats(of: botIDs[0], session))
      return
    }
    let ids = botIDs.isEmpty ? try await allIDs(session) : botIDs
    var rows: [V1.Stats] = []
    for id in ids { rows.append(try await stats(of: id, session)) }
    output.list(rows, empty: "no bots")
  }

  private func stats(of id: String, _ session: Session) async throws(RPCError) -> V1.Stats {
    let response = try await session.bots.getBotStats(
      V1.GetBotStatsRequest(botID: id), timeout: session.timeout)
    return response.stats ?? V1.Stats(botID: id)
  }

  private func allIDs(_ session: Session) async throws(RPCError) -> [String] {
    try await Pages.read { (size, token) throws(RPCError) in
      let response = try await session.bots.listBots(
        V1.ListBotsRequest(pageSize: size, pageToken: token), timeout: session.timeout)
      return (response.bots.map(\.id), response.nextPageToken)
    }
  }
}
