import ArgumentParser
import BotAPI
import TTRPC

struct EventList: DaemonCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Lists what happened, or follows it as it happens.",
    discussion: "Complete and resumed like trades --follow. Ctrl-C ends it with exit code 0.")

  @Flag(name: [.long, .customShort("f")], help: "Go on with new events as they happen.")
  var follow = false

  @Option(help: ArgumentHelp("Start after this sequence; 0: from the first event.", valueName: "N"))
  var from: Int64?

  @Option(help: "Only this bot; may be repeated.")
  var bot: [String] = []

  @Option(help: "Only this kind: bot, signal, order, trade, alert, risk, health; may be repeated.")
  var kind: [String] = []

  @Option(help: "Most events. (default: the newest 50 without --from and --follow)")
  var limit: Int?

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  var format: OutputFormat { outputOptions.format }

  func validate() throws {
    if let from, from < 0 { throw ValidationError("--from must be 0 or more") }
    if let limit, limit < 1 { throw ValidationError("--limit must be 1 or more") }
  }

  mutating func run() async throws {
    let kinds = try kind.map { try Named.value(V1.EventKind.self, $0, option: "--kind") }
    let command = self
    try await UntilInterrupted.run { try await command.events(kinds) }
  }

  func run(_ session: Session, _ output: Output) async throws {}

  private func events(_ kinds: [V1.EventKind]) async throws {
    let bots = bot
    let output = output
    // Without a starting point and without following, all of history is read and its end is shown.
    let newestOnly = !follow && from == nil
    let follower = Follower<V1.SubscribeEventsResponse>(
      options: daemon, output: output, stopsWhenCaughtUp: !follow,
      countMaximum: newestOnly ? nil : limit,
      open: { session throws(RPCError) in try await session.events.subscribeEvents() },
      request: { after, journal in
        V1.SubscribeEventsRequest(
          afterSequence: after ?? 0, journalID: journal, liveOnly: after == nil, botIDs: bots,
          kinds: kinds, heartbeatMs: 5000)
      })
    var layout = StreamLayout()
    var newest = RingOfNewest<V1.Event>(capacity: limit ?? 50)
    try await follower.run(after: follow ? from : from ?? 0) { event, isRecorded in
      if newestOnly {
        newest.append(event)
      } else {
        output.stream(event, isRecorded: isRecorded, &layout)
      }
    }
    if newestOnly { output.list(newest.items, empty: "no events yet") }
  }
}

/// Keeps the last items of many.
struct RingOfNewest<Item> {
  private let capacity: Int
  private var stored: [Item] = []

  init(capacity: Int) { self.capacity = max(1, min(capacity, 100_000)) }

  /// The newest, oldest first.
  var items: [Item] { Array(stored.suffix(capacity)) }

  mutating func append(_ item: Item) {
    stored.append(item)
    // Dropped in bulk, so that appending stays cheap.
    if stored.count >= capacity * 2 { stored.removeFirst(stored.count - capacity) }
  }
}
