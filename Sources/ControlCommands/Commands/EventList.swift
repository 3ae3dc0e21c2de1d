import ArgumentParser
import BotAPI
import TTRPC

struct EventList: ReadingCommand {
  static let configuration = CommandConfiguration(
    commandName: "events", abstract: "Lists what happened, or follows it as it happens.",
    discussion: """
      Complete and resumed like trades --follow. Ctrl-C ends it with exit code 0.

      \(V1.Event.narrowHelp)
      """)

  @Flag(name: [.long, .customShort("f")], help: "Go on with new events as they happen.")
  var follow = false

  @Option(parsing: .unconditional, help: ArgumentHelp("Start after this sequence; 0: from the first event.", valueName: "N"))
  var from: WholeNumber?

  @Option(help: "Only this bot; may be repeated.", completion: .bots)
  var bot: [String] = []

  @Option(
    help: "Only this kind: bot, signal, order, trade, alert, risk, health; may be repeated.",
    completion: .list(["bot", "signal", "order", "trade", "alert", "risk", "health"]))
  var kind: [String] = []

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Most events. (default: the newest 50 without --from, --since and --follow)", valueName: "count"))
  var limit: WholeNumber?

  @OptionGroup var times: TimeRangeOptions
  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  /// What the numbers say; judged before anything is asked of the daemon.
  private func numbers() throws(CommandFailure) -> (from: Int64?, limit: Int?) {
    (try Pages.start(from), try limit.map { given throws(CommandFailure) in try Pages.limit(given) })
  }

  mutating func run() async throws {
    let kinds = try kind.map { try Named.value(V1.EventKind.self, $0, option: "--kind") }
    let (from, limit) = try numbers()
    let (since, until) = try times.range()
    if follow, times.isGiven { throw CommandFailure(.usage, "--since, --until: cannot go together with --follow; start it with --from") }
    let command = self
    try await UntilInterrupted.run { try await command.events(kinds, from, limit, since, until) }
  }

  func run(_ session: Session, _ output: Output) async throws {}

  private func events(_ kinds: [V1.EventKind], _ from: Int64?, _ limit: Int?, _ since: Int64, _ until: Int64) async throws {
    let bots = bot
    let output = output
    // Without a starting point and without following, all of history is read and its end is shown.
    let newestOnly = !follow && from == nil && since == 0
    let empty = "no events" + (times.isGiven ? try times.words() : " yet")
    let follower = Follower<V1.SubscribeEventsResponse>(
      options: daemon, output: output, stopsWhenCaughtUp: !follow,
      countMaximum: newestOnly ? nil : limit,
      open: { session throws(RPCError) in try await session.events.subscribeEvents() },
      request: { after, journal in
        V1.SubscribeEventsRequest(
          afterSequence: after ?? 0, journalID: journal, liveOnly: after == nil, botIDs: bots,
          kinds: kinds, heartbeatMs: 5000, fromTimeNs: since, toTimeNs: until)
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
    if newestOnly { output.list(newest.items, empty: empty) }
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
