import ArgumentParser
import ControlCommands
import ResearchCommands

/// The command tree: the commands of both libraries under their headings.
struct RootCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "botctl",
    abstract: "Drives botd, the trading daemon.",
    usage: "botctl [--account <name>] <subcommand>",
    discussion: """
      Examples:
        botctl list
        botctl create rsi-btc --symbol BTCUSDT --strategy rsi --interval 1m --capital 1000 --start
        botctl trades --follow
        botctl stop rsi-btc

      The daemon's address is --address, else that of --account, else BOTD_ADDRESS, else that of BOTD_ACCOUNT, else its default socket.
      --account stands before the command: botctl --account main list.

      \(ExitStatus.help)
      """,
    version: Version.text,
    subcommands: [],
    groupedSubcommands: [
      CommandGroup(name: "Bots", subcommands: CommandSets.bots),
      CommandGroup(name: "Account", subcommands: CommandSets.account),
      CommandGroup(name: "Market", subcommands: CommandSets.market),
      CommandGroup(name: "Research", subcommands: ResearchCommandSet.all),
      CommandGroup(name: "Daemon", subcommands: CommandSets.daemon + ResearchCommandSet.journal + [CompletionScript.self]),
    ])
}
