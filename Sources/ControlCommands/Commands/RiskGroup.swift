import ArgumentParser

struct RiskGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "risk",
    abstract: "Shows or changes the limits above all bots, and what may be traded at all.",
    subcommands: [RiskShow.self, RiskSet.self, RiskHalt.self, RiskReduce.self, RiskActivate.self],
    defaultSubcommand: RiskShow.self)
}
