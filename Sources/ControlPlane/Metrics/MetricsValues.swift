import Journal
import Presentation
import ServiceRuntime
import Time
import TradingCore
import TradingModel
import Venue

/// What metrics tell of money, bots, orders and the market. Reads the board, the books and the market data; the core is not asked, so that no
/// scrape delays an order.
struct MetricsValues {
  /// Bots, series and the like with samples of their own; of more only the sums are told, and how many were left out.
  static let labelsMaximum = 200

  let context: ControlContext

  /// What a stop of a position is: a value of the label `protection`.
  enum Protection: String, CaseIterable {
    /// A stop order of the bot's own rests on the exchange.
    case resting
    /// Watched here; the stop that bots share rests on the exchange below it.
    case umbrella
    /// Watched here only: bare while the daemon is dead.
    case watched
    /// The bot has no stop.
    case none

    init(_ bot: BotSnapshot) {
      let stops = bot.protection.filter { $0.kind != .target }
      if stops.isEmpty {
        self = .none
      } else if stops.contains(where: { $0.rests && $0.order != nil }) {
        self = .resting
      } else if stops.contains(where: { if case .umbrella(let order?, _) = $0.place { !order.text.isEmpty } else { false } }) {
        self = .umbrella
      } else {
        self = .watched
      }
    }
  }

  func write(_ text: inout MetricsText) {
    let view = context.board.view
    let bots = view.bots.bots().filter { !$0.isRemoved }
    about(&text)
    health(&text)
    trading(&text, view, bots)
    orders(&text, view)
    money(&text)
    perBot(&text, bots)
    streams(&text, bots)
    limits(&text, view)
  }

  private func about(_ text: inout MetricsText) {
    let configuration = context.configuration
    text.family("botd_build_info", .gauge, "1, with the version of the daemon and its mode.") {
      $0.add(.number(1), ["version": configuration.version, "mode": "\(configuration.mode)"])
    }
    text.single(
      "botd_start_time_seconds", .gauge, "When the daemon began to serve, in seconds since 1970.",
      .seconds(configuration.startedAt.nanoseconds))
    let resident = HealthValues.residentBytes()
    text.single("botd_resident_memory_bytes", .gauge, "Memory of the process.", resident > 0 ? .number(resident) : nil)
    text.single("botd_journal_sequence", .gauge, "The last durable entry of the journal.", .number(context.journal.lastSequence))
    text.single("botd_journal_pending_entries", .gauge, "Entries that wait for the disk.", .number(context.journal.pendingEntries))
    text.single(
      "botd_journal_recording", .gauge, "1 while entries become durable, 0 after the disk failed.",
      .flag(context.journal.failure == nil))
  }

  private func health(_ text: inout MetricsText) {
    let components = context.health.components
    text.family("botd_component_status", .gauge, "1 for the status that a part has, 0 for those that it has not.") { samples in
      for component in components {
        for status in ComponentStatus.allCases {
          samples.add(.flag(status == component.status), ["component": component.name, "status": "\(status)"])
        }
      }
    }
    func counter(_ component: String, _ name: String) -> Int64? {
      components.first { $0.name == component }?.counters.first { $0.name == name }?.value
    }
    let feed: [(metric: String, counter: String, help: String)] = [
      ("botd_feed_frames_total", "frames", "Frames of the market streams."),
      ("botd_feed_refused_total", "refused", "Frames and rows of the market that could not be believed."),
      ("botd_feed_reconnects_total", "reconnects", "Connections of the market streams that were lost or not made."),
      ("botd_feed_candle_gaps_total", "candle_gaps", "Closed candles that the streams left out."),
      ("botd_feed_candles_backfilled_total", "backfilled", "Candles fetched because the streams did not bring them."),
    ]
    for row in feed { text.single(row.metric, .counter, row.help, counter("feed", row.counter).map { .number($0) }) }
    text.single(
      "botd_database_lag_entries", .gauge, "Durable entries that PostgreSQL does not have yet.",
      counter("database", "lag").map { .number($0) })
    text.single(
      "botd_clock_offset_seconds", .gauge, "How far the exchange's clock is ahead of the machine's.",
      counter("clock", "offset_ms").map { .seconds($0.multipliedReportingOverflow(by: 1_000_000).partialValue) })
  }

  private func trading(_ text: inout MetricsText, _ view: StateBoard.State, _ bots: [BoardBot]) {
    text.family("botd_trading_state", .gauge, "1 for the trading state in force, 0 for the others.") { samples in
      for state in TradingState.allCases { samples.add(.flag(state == view.tradingState), ["state": "\(state)"]) }
    }
    text.family("botd_bots", .gauge, "Bots by state.") { samples in
      for state in BotState.allCases { samples.add(.number(bots.count { $0.snapshot.state == state }), ["state": "\(state)"]) }
    }
    text.single(
      "botd_bots_held", .gauge, "Bots that can't do what they should, each with an alert of its own.",
      .number(bots.count { $0.snapshot.hold != nil }))
    let open = bots.filter { $0.snapshot.position.isOpen }
    text.family(
      "botd_positions", .gauge,
      "Open positions by where their stop is: resting on the exchange, watched over an umbrella stop, watched by the daemon alone, none."
    ) { samples in
      for kind in Protection.allCases {
        samples.add(.number(open.count { Protection($0.snapshot) == kind }), ["protection": kind.rawValue])
      }
    }
    text.single("botd_missing_assets", .gauge, "Assets of which the account has less than bots hold.", .number(view.missingCoins.count))
    text.single(
      "botd_entry_locks", .gauge, "Locks of entries that stand.", .number(view.locks.isEmpty ? 0 : view.locks.standing(at: view.time).count)
    )
  }

  private func orders(_ text: inout MetricsText, _ view: StateBoard.State) {
    var counts: [OrderStatus: Int] = [:]
    for order in view.openOrders.values { counts[order.status, default: 0] += 1 }
    text.family("botd_open_orders", .gauge, "Orders that are not finished, by status.") { samples in
      for status in OrderStatus.allCases where !status.isTerminal { samples.add(.number(counts[status] ?? 0), ["status": "\(status)"]) }
    }
  }

  private func limits(_ text: inout MetricsText, _ view: StateBoard.State) {
    let now = WallClock.now()
    func labelled(_ name: String, _ help: String, _ value: (RateLimitUsage) -> MetricsText.Value) {
      text.family(name, .gauge, help) { samples in
        for limit in view.rateLimits.prefix(Self.labelsMaximum) {
          samples.add(value(limit), ["limit": limit.type, "window_seconds": "\(limit.intervalNanoseconds / 1_000_000_000)"])
        }
      }
    }
    labelled("botd_rate_limit_used", "What of a rate limit of the exchange is used, as it last said.") { .number($0.used) }
    labelled("botd_rate_limit", "The exchange's rate limits.") { .number($0.limit) }
    labelled("botd_rate_limit_blocked_seconds", "For how long requests are held back.") {
      .seconds(max(0, $0.blockedUntil.nanoseconds(since: now)))
    }
  }
}
