import ArgumentParser
package import BotAPI
import Presentation
import TTRPC
import TradingModel

struct Doctor: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Checks the whole pipeline and says what is wrong and how to mend it.",
    discussion: """
      Checks: socket, daemon, trading, feed, candles, cache, database, journal, clock, indicator, signal, paper order. It touches no bot \
      and no money. Exit code 0: all well; 3: no daemon; 8: something needs mending.

      --support FILE writes what a bug report needs into a zip that only you can read: versions, settings without secrets, health, bots, positions, \
      the last orders and events, ages of streams. Look through it before you send it.
      """)

  @Option(help: "Symbol to check with; none: the first one with a feed.", completion: .symbols)
  var symbol: String?

  @Option(help: ArgumentHelp("Candle interval to check with: one of \(Interval.list)."), completion: .intervals)
  var interval = "1m"

  @Option(help: ArgumentHelp("Also writes what a bug report needs into this new file (zip).", valueName: "file"), completion: .anyFile)
  var support: String?

  @Option(help: ArgumentHelp("With --support: a log file of botd to take along.", valueName: "file"), completion: .anyFile)
  var log: String?

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run() async throws {
    guard log == nil || support != nil else { throw CommandFailure(.usage, "--log goes with --support") }
    let output = Output(outputOptions, environment: .current, noColor: daemon.noColor)
    guard Interval(rawValue: interval) != nil else {
      throw CommandFailure(.invalidArgument, "--interval: \"\(interval.prefix(40))\" is no interval: one of \(Interval.list)")
    }
    let examination = Examination(symbol: symbol.map { SymbolOption.text($0) } ?? "", interval: interval)
    let address = try daemon.parsedAddress()
    var checks: [V1.SelfTestCheck] = []
    var isReachable = true
    do {
      let session = try await Session.open(daemon)
      checks.append(V1.SelfTestCheck(name: "socket", status: .ok, message: "\(address) answers"))
      checks += await examination.run(session)
      await session.client.close()
    } catch let failure as CommandFailure {
      isReachable = false
      checks.append(
        V1.SelfTestCheck(
          name: "socket", status: .down, message: failure.message,
          remedy: "is it another address? name it with --address"))
    }
    output.list(checks, empty: "nothing was checked")
    if let support { try await write(support, checks) }
    guard isReachable else { throw ExitRequest(status: .noDaemon) }
    let bad = checks.filter { $0.status == .down || $0.status == .degraded }
    if outputOptions.format == .table {
      if bad.isEmpty {
        output.line("all well", .good)
      } else {
        output.line("\(bad.count) of \(checks.count) checks \(bad.count == 1 ? "needs" : "need") mending", .bad)
      }
    }
    if !bad.isEmpty { throw ExitRequest(status: .unhealthy) }
  }
}

extension Doctor {
  private func write(_ path: String, _ checks: [V1.SelfTestCheck]) async throws {
    var json = JSONText()
    json.beginArray()
    for check in checks {
      json.element()
      json.value(check)
    }
    json.endArray()
    let archive = try SupportArchive(daemon, log: log)
    try archive.write(await archive.gather(json.text + "\n"), to: path)
    let output = Output(outputOptions, environment: .current, noColor: daemon.noColor)
    if outputOptions.format == .table { output.line("\(path) is for your report: look through it before you send it", .good) }
  }
}

extension V1.SelfTestCheck: TableRow {
  package static var columns: [TableColumn<Self>] {
    [
      TableColumn("CHECK") { Cell($0.name, .accent) },
      TableColumn("STATUS") { $0.status == .unspecified ? Cell("skipped", .dim) : $0.status.cell },
      TableColumn("FOUND", flexible: true) { Cell($0.message) },
      TableColumn("HOW TO MEND IT", flexible: true) { Cell($0.remedy, .warning) },
    ]
  }
}

/// The checks of a running daemon, each of which reports and never stops the next.
struct Examination {
  let symbol: String
  let interval: String

  func run(_ session: Session) async -> [V1.SelfTestCheck] {
    var checks = [await hello(session)]
    checks += await health(session)
    checks.append(await candles(session))
    checks += await selfTest(session)
    return checks
  }

  private func hello(_ session: Session) async -> V1.SelfTestCheck {
    do throws(RPCError) {
      let hello = try await session.system.hello(
        V1.HelloRequest(client: Version.client), timeout: session.timeout)
      return V1.SelfTestCheck(
        name: "daemon", status: .ok,
        message:
          "botd \(hello.version), \(hello.apiVersion), mode \(hello.mode.name), you are \(hello.role)"
      )
    } catch {
      return Self.failed("daemon", error, "look at the daemon's log")
    }
  }

  private func health(_ session: Session) async -> [V1.SelfTestCheck] {
    do throws(RPCError) {
      let health = try await session.system.getHealth(timeout: session.timeout)
      let parts = health.components.map { part in
        let isBad = part.status == .down || part.status == .degraded
        return V1.SelfTestCheck(
          name: part.name, status: part.status, message: part.message,
          remedy: isBad ? Self.remedies[part.name] ?? "look at the daemon's log" : "")
      }
      return (parts.contains { $0.name == "trading" } ? [] : Self.trading(health)) + parts
    } catch {
      return [Self.failed("health", error, "look at the daemon's log")]
    }
  }

  /// Whether bots may trade, from a daemon that has no part of that name; nothing from one that does not say.
  private static func trading(_ health: V1.GetHealthResponse) -> [V1.SelfTestCheck] {
    let state = health.tradingState
    guard state == .reducing || state == .halted else {
      return state == .active ? [V1.SelfTestCheck(name: "trading", status: .ok, message: state.name)] : []
    }
    let reason = health.tradingStateReason
    return [
      V1.SelfTestCheck(
        name: "trading", status: .degraded, message: reason.isEmpty ? state.name : "\(state.name): \(reason)",
        remedy: remedies["trading"] ?? "")
    ]
  }

  private static let remedies = [
    "trading": "when you have looked: botctl risk activate; for a bot that is halted: botctl start BOT_ID",
    "feed":
      "check the network and BINANCE_STREAM_URL; botctl events --kind health shows what happened",
    "venue": "what the exchange said stands beside; where it said nothing: check the network and BINANCE_REST_URL",
    "user_stream": "check BINANCE_WS_API_URL and the API key's permissions",
    "journal": "check that the disk of the state directory has room and is writable",
    "cache": "check REDIS_HOST and REDIS_PORT, or start redis-server; trading goes on without it",
    "database":
      "check DATABASE_URL, or start PostgreSQL; trading goes on and the mirror catches up",
    "rpc": "too many clients or subscriptions; close some",
    "clock": "synchronize the clock: timedatectl set-ntp true",
  ]

  private func candles(_ session: Session) async -> V1.SelfTestCheck {
    do throws(RPCError) {
      var symbol = symbol
      if symbol.isEmpty {
        let request = V1.ListSymbolsRequest(pageSize: 1, subscribedOnly: true)
        symbol =
          try await session.market.listSymbols(request, timeout: session.timeout).symbols.first?
          .symbol ?? ""
      }
      guard !symbol.isEmpty else {
        return V1.SelfTestCheck(
          name: "candles", status: .disabled, message: "no feed is open",
          remedy: "create a bot first: botctl create --help")
      }
      let request = V1.GetCandlesRequest(symbol: symbol, interval: interval, limit: 200)
      let candles = try await session.market.getCandles(request, timeout: session.timeout).candles
      return Self.judge(candles, symbol: symbol, interval: interval)
    } catch {
      return Self.failed(
        "candles", error,
        "try another --symbol or --interval; botctl symbols --subscribed lists those with a feed")
    }
  }

  /// Candles must follow each other without a hole and make sense in themselves.
  static func judge(_ candles: [V1.Candle], symbol: String, interval: String) -> V1.SelfTestCheck {
    let name = "candles"
    guard let first = candles.first else {
      return V1.SelfTestCheck(
        name: name, status: .degraded, message: "no \(interval) candles of \(symbol) yet",
        remedy: "wait for the first candle to close")
    }
    var holes = 0
    var nonsense = 0
    var expected = first.openTimeNs
    for candle in candles {
      if candle.openTimeNs != expected { holes += 1 }
      expected = candle.closeTimeNs
      let prices = [candle.low, candle.open, candle.high, candle.close].map {
        DecimalText.units($0) ?? -1
      }
      if prices[0] <= 0 || prices.contains(where: { $0 < prices[0] || $0 > prices[2] }) {
        nonsense += 1
      }
    }
    guard holes == 0, nonsense == 0 else {
      return V1.SelfTestCheck(
        name: name, status: .degraded,
        message:
          "\(candles.count) \(interval) candles of \(symbol): \(CountText.of(holes, "hole")), \(nonsense) impossible",
        remedy: "restart the daemon to fetch them again")
    }
    return V1.SelfTestCheck(
      name: name, status: .ok, message: "\(candles.count) \(interval) candles of \(symbol), no hole"
    )
  }

  private func selfTest(_ session: Session) async -> [V1.SelfTestCheck] {
    do throws(RPCError) {
      let request = V1.RunSelfTestRequest(symbol: symbol, interval: interval)
      return try await session.system.runSelfTest(request, timeout: session.timeout).checks
    } catch {
      return ["indicator", "signal", "paper_order"].map {
        Self.failed($0, error, "look at the daemon's log")
      }
    }
  }

  private static func failed(_ name: String, _ error: RPCError, _ remedy: String)
    -> V1.SelfTestCheck
  {
    if error.code == .unimplemented {
      return V1.SelfTestCheck(
        name: name, status: .unspecified, message: "this daemon cannot check it")
    }
    return V1.SelfTestCheck(name: name, status: .down, message: error.message, remedy: remedy)
  }
}
