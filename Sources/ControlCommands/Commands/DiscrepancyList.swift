import ArgumentParser
import BotAPI

struct DiscrepancyList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "discrepancies", abstract: "Lists coins that bots hold by their books and the account does not have.",
    discussion: """
      While coins are missing, each of their bots is held: it may sell its share of what is there, and nothing more. The ways out: put them \
      back on the account, or accept the account's figure with botctl resolve ASSET.
      """)

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let response = try await session.portfolio.getDiscrepancies(V1.GetDiscrepanciesRequest(), timeout: session.timeout)
    output.list(response.discrepancies, empty: "none: the account has all that bots hold")
  }
}
