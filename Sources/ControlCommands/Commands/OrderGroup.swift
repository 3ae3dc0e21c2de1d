import ArgumentParser

struct OrderGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "order", abstract: "Shows, explains or cancels one order.",
    subcommands: [OrderShow.self, OrderExplain.self, OrderCancel.self],
    defaultSubcommand: OrderShow.self)
}
