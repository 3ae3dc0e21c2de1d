import ArgumentParser
import BotAPI
import Presentation
import TradingCore
import TradingModel

struct EntriesLock: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock", abstract: "Locks entries of a bot, of a symbol or of all bots for a while; exits and stops go on.",
    discussion: """
      Example:
        botctl lock BTCUSDT --for 4h --reason "central bank speaks"
      botctl locks shows it, botctl unlock ends it early.
      """)

  @Argument(help: ArgumentHelp("The bot (in small letters) or the symbol.", valueName: "BOT_ID|SYMBOL"), completion: .bots)
  var subject: String?

  @Flag(help: "All bots instead of one bot or symbol.")
  var all = false

  @Option(name: .customLong("for"), help: ArgumentHelp("How long: minutes (90m), hours (4h) or days (2d).", valueName: "time"))
  var length: String

  @Option(help: "Why; kept in the journal.")
  var reason = "asked for by botctl"

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    var request = V1.LockEntriesRequest(requestID: Session.requestID(), durationMs: try milliseconds(), reason: reason)
    switch (subject, all) {
    case (let subject?, false): if BotID(subject) != nil { request.botID = subject } else { request.symbol = SymbolOption.text(subject) }
    case (nil, true): break
    default: throw CommandFailure(.usage, "name a bot or a symbol, or --all")
    }
    let response = try await session.risk.lockEntries(request, timeout: session.timeout)
    let lock = response.lock ?? V1.EntryLock()
    output.line("lock \(lock.id): \(lock.words); end it early with: botctl unlock \(lock.id)")
  }

  private func milliseconds() throws(CommandFailure) -> Int64 {
    guard case .minutes(let count)? = TradeGuardText.span(length), count > 0, count <= TradeGuard.spanMaximum else {
      throw CommandFailure(.usage, "--for: \"\(length.prefix(40))\" is no time such as 90m, 4h or 2d (694d at most)")
    }
    return Int64(count) * 60_000
  }
}
