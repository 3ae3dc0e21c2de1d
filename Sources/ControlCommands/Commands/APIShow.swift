import ArgumentParser
import DynamicMessages

struct APIShow: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "api", abstract: "Lists the daemon's services, methods, messages and enums with what they mean.",
    discussion: """
      With a NAME it shows one of them: the fields of a message, the values of an enum, and of a method its messages and a line for \
      `botctl call`. `stream` in front of a type: any number of messages. The schema comes from the daemon, whatever its version.

      \(MethodRow.narrowHelp)
      """)

  @Argument(
    help: ArgumentHelp("A full name (botd.v1.Bot) or its last parts (Bot, BotService/ListBots, ListBots).", valueName: "NAME"),
    completion: .schemaNames)
  var name: String?

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run(_ session: Session, _ output: Output) async throws {
    let schema = try await session.schema()
    var items = schema.allItems
    if let name {
      items = schema.items(named: name)
      guard !items.isEmpty else { throw Self.unknown(name, schema) }
    }
    switch format {
    case .json: output.line(try SchemaJSON(schema: schema).text(items, isWhole: name == nil))
    case .csv: try outputOptions.refuseCSV()
    case .table:
      let page = SchemaPage(schema: schema, output: output)
      if name == nil { page.overview() } else { for item in items { page.show(item, isFirst: item == items.first) } }
    }
  }

  private static func unknown(_ name: String, _ schema: Schema) -> CommandFailure {
    let near = Schema.names(near: name, of: schema.allItems)
    let hint = near.isEmpty ? "`botctl api` lists everything" : "do you mean \(near.joined(separator: " or "))?"
    return CommandFailure(.notFound, "this botd's interface has no \(name.prefix(100)); \(hint)")
  }
}
