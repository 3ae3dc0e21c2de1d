import ArgumentParser
import BotAPI

struct EntriesUnlock: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock", abstract: "Ends locks of entries early, whoever made them.",
    discussion: "A guard locks again when the next trade closes and its trades still went badly.")

  @Argument(help: ArgumentHelp("Numbers of locks (botctl locks).", valueName: "LOCK"))
  var locks: [WholeNumber]

  @Option(help: "Why; kept in the journal.")
  var reason = "asked for by botctl"

  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    for lock in locks {
      let id = try lock.value(of: "LOCK", in: 1...Int64.max)
      let request = V1.UnlockEntriesRequest(requestID: Session.requestID(), lockID: id, reason: reason)
      _ = try await session.risk.unlockEntries(request, timeout: session.timeout)
      output.line("lock \(id) is over")
    }
  }
}
