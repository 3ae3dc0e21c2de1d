import ArgumentParser
import BotAPI
import Notify
import Presentation
import ServiceRuntime
import TTRPC
import Time

struct NotifyCheck: AsyncParsableCommand, DaemonCommandOptions {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Checks the file of rules, and shows whom the last events would have been told.",
    discussion: """
      Sends nothing. Without botd only the file is checked. Events that would be told together, or only by number, have lines of their own here.

      \(CheckedEvent.narrowHelp)
      """)

  @Option(parsing: .unconditional, help: ArgumentHelp("How many of the newest events; 0: only checks the file.", valueName: "count"))
  var last: WholeNumber = 20

  @Flag(help: "Only events that somebody would be told.")
  var told = false

  @OptionGroup var file: NotifyFileOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  mutating func run() async throws {
    let settings = try file.settings()
    let count = Int(clamping: try last.value(of: "--last", in: 0...100_000))
    let output = Output(outputOptions, environment: .current, noColor: daemon.noColor)
    output.remark(
      "\(file.path) is right: \(CountText.of(settings.channels.count, "channel")), \(CountText.of(settings.rules.count, "rule"))"
        + (settings.deadMan == nil ? ", no dead-man" : ", dead-man") + (settings.desk == nil ? "" : ", commands from Telegram"))
    guard count > 0 else { return }
    var newest = RingOfNewest<CheckedEvent>(capacity: count)
    let follower = Follower<V1.SubscribeEventsResponse>(
      options: daemon, output: output, stopsWhenCaughtUp: true, countMaximum: nil,
      open: { session throws(RPCError) in try await session.events.subscribeEvents() },
      request: { after, journal in V1.SubscribeEventsRequest(afterSequence: after ?? 0, journalID: journal) })
    try await follower.run(after: 0) { event, _ in
      guard let happening = event.happening else { return }
      let checked = CheckedEvent(happening, settings)
      if !told || !checked.decisions.isEmpty { newest.append(checked) }
    }
    if outputOptions.format == .json { return output.line(json(newest.items)) }
    if newest.items.isEmpty { output.remark("no events yet") } else { output.rowsOnly(newest.items) }
  }

  private func json(_ events: [CheckedEvent]) -> String {
    var json = JSONText(pretty: true)
    json.beginArray()
    for event in events {
      json.element()
      json.beginObject()
      json.field("sequence", event.happening.sequence)
      json.field("time_ns", event.happening.time.nanoseconds)
      json.field("kind", event.happening.kind.rawValue)
      json.field("level", event.happening.level.word)
      json.field("bot_id", event.happening.bot)
      json.field("code", event.happening.code)
      json.field("what", event.happening.what)
      json.objects("told", event.decisions) { json, decision in
        json.field("channel", decision.channel)
        json.field("rule", decision.rule)
        json.field("quiet", decision.isQuiet)
      }
      json.endObject()
    }
    json.endArray()
    return json.text
  }
}

/// An event beside what the rules make of it.
struct CheckedEvent: TableRow {
  struct Decision {
    var channel: String
    var rule: String
    /// It would wait for the end of quiet hours.
    var isQuiet: Bool
  }

  let happening: Happening
  let decisions: [Decision]

  init(_ happening: Happening, _ settings: NotifySettings) {
    self.happening = happening
    decisions = settings.channels.compactMap { channel in
      guard let rule = settings.rules.first(where: { $0.channels.contains(channel.name) && $0.matches(happening) }) else { return nil }
      let level = rule.told ?? happening.level
      let isQuiet = channel.quiet.map { level < $0.except && $0.end(at: happening.time) != nil } ?? false
      return Decision(channel: channel.name, rule: rule.name, isQuiet: isQuiet)
    }
  }

  static var columns: [TableColumn<Self>] {
    [
      TableColumn("SEQ", .right) { Cell($0.happening.sequence == 0 ? "" : "\($0.happening.sequence)", .dim) },
      TableColumn("TIME (UTC)") { Cell(TimeText.dateTime($0.happening.time)) },
      TableColumn("KIND") { Cell($0.happening.kind.rawValue, .accent) },
      TableColumn("CODE") { Cell($0.happening.code) },
      TableColumn("LEVEL") { Cell($0.happening.level.word) },
      TableColumn("BOT") { Cell($0.happening.bot) },
      TableColumn("TOLD (RULE)") { event in
        Cell(
          event.decisions.isEmpty
            ? "nobody"
            : event.decisions.map { "\($0.channel) (\($0.rule)\($0.isQuiet ? ", after quiet hours" : ""))" }.joined(separator: ", "),
          event.decisions.isEmpty ? .dim : .good)
      },
      TableColumn("WHAT", flexible: true) { Cell($0.happening.what) },
    ]
  }

  static var leftOutFirst: [String] { ["SEQ", "LEVEL", "WHAT", "CODE", "BOT", "TIME (UTC)"] }
}
