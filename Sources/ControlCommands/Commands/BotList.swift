import ArgumentParser
import BotAPI
import TTRPC

struct BotList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists bots.", discussion: V1.Bot.narrowHelp, aliases: ["ls"])

  @Option(help: "Only this symbol; may be repeated.", completion: .symbols)
  var symbol: [String] = []

  @Option(
    help: "Only this state: created, running, paused, stopped, halted, removed; may be repeated.",
    completion: .list(["created", "running", "paused", "stopped", "halted", "removed"]))
  var state: [String] = []

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let states = try state.map { try Named.value(V1.BotState.self, $0, option: "--state") }
    let symbols = symbol.map { SymbolOption.text($0) }
    let bots = try await Pages.read { (size, token) throws(RPCError) in
      let request = V1.ListBotsRequest(
        pageSize: size, pageToken: token, symbols: symbols, states: states)
      let response = try await session.bots.listBots(request, timeout: session.timeout)
      return (response.bots, response.nextPageToken)
    }
    if format == .table { await TradingStandingNote.show(session, output) }
    output.list(
      bots,
      empty:
        "no bots. Create one with: botctl create BOT_ID --symbol BTCUSDT --strategy rsi --interval 1m --capital 1000"
    )
  }
}

/// Names of enum values on the command line.
enum Named {
  static func value<Value: OpenEnum>(_ type: Value.Type, _ name: String, option: String) throws
    -> Value
  {
    let spelled = String(name.lowercased().map { $0 == "-" ? "_" : $0 })
    guard let value = Value(name: spelled), spelled != "unspecified" else {
      let known = Value.allCases.map(\.name).filter { $0 != "unspecified" }.joined(separator: ", ")
      throw CommandFailure(.usage, "\(option) \(name): it is one of \(known)")
    }
    return value
  }
}
