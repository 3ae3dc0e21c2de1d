import Time
import ArgumentParser
import Foundation
import Logging
import ServiceRuntime
import SimulatorServer
import TradingModel

/// `botsim`: the simulated Binance spot exchange on a loopback port.
@main
struct BotSimulator: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "botsim",
    abstract: "A simulated Binance spot exchange: REST, market streams and WebSocket API on one port.",
    discussion: """
      Prices come from a seeded generator, or from recordings with --replay (candle CSV files, or feeds of raw stream messages, plain
      or gzip). Orders meet a price-time matching engine; funds, filters and commissions are exact.

      Examples:
        botsim --symbol BTCUSDT,ETHUSDT --speed 60
        botsim --replay btcusdt-1m-2024-12.csv --speed max --wait-for-subscribers 1

      GET /sim/status shows connections, subscriptions and the last orders; /sim/truth every order request that arrived.
      """)

  @Option(help: "Port to listen on; 0 takes any free one.") var port = 9_500
  @Option(help: "Address to listen on.") var host = "127.0.0.1"
  @Option(help: "Seed of the generated market.") var seed: UInt64 = 1
  @Option(help: "Symbols of the generated market, separated by commas.") var symbol = "BTCUSDT,ETHUSDT"
  @Option(help: "Simulated seconds per real second, or 'max': as fast as the stream readers follow.") var speed = "1"
  @Option(help: "Funds of the account, e.g. USDT=100000; repeatable.") var balance: [String] = []
  @Option(help: "API key of the account.") var apiKey = SimulatorConfiguration.testAPIKey
  @Option(help: "API secret of the account; a test key by default. Prefer --api-secret-file for a secret of your own.")
  var apiSecret = SimulatorConfiguration.testAPISecret
  @Option(help: "File (mode 0600) with the API secret.") var apiSecretFile: String?
  @Option(help: "A recording to replay: FILE[:SYMBOL[:INTERVAL]]; repeatable.") var replay: [String] = []
  @Option(help: "Clock of /api/v3/time and of timestamp checks: simulated or wall.") var clock = "simulated"
  @Option(help: "When the generated market starts, in ms since the epoch; now by default.") var startTime: Int64?
  @Option(help: "Seconds of history before the generated market starts.") var history = 14_400
  @Option(help: "Simulated ms between two updates of an unfinished candle.") var klineUpdateMs: Int64 = 250
  @Option(help: "Seconds between WebSocket pings.") var pingSeconds = 20.0
  @Option(help: "Seconds after which a WebSocket without a pong is closed.") var pongTimeoutSeconds = 60.0
  @Option(help: "Seconds after which a WebSocket is closed.") var connectionLifetimeSeconds = 86_400.0
  @Flag(help: "Stand still until GET /sim/resume.") var startPaused = false
  @Option(help: "Stand still until so many stream subscriptions exist.") var waitForSubscribers = 0
  @Flag(help: "Answer 429 beyond the rate limits.") var enforceRateLimits = false
  @Flag(help: "Print one line of JSON with the address when ready, and nothing else.") var printJsonReady = false

  func run() async throws {
    ProcessSignals.ignoreWriteSignals()
    let settings = try settings()
    var logger = Logger(label: "botsim") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .notice
    let (signals, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingNewest(1))
    try ProcessSignals.observe([SIGINT, SIGTERM]) { _ = continuation.yield($0) }
    let server: SimulatorServer
    do {
      server = try await SimulatorServer.start(settings, logger: logger)
    } catch let error as SimulatorError {
      throw ValidationError(error.message)
    }
    announce(server, settings)
    for await _ in signals { break }
    await server.shutdown()
  }

  private func announce(_ server: SimulatorServer, _ settings: SimulatorConfiguration) {
    let address = "\(server.host):\(server.port)"
    if printJsonReady {
      print(
        "{\"ready\":true,\"host\":\"\(server.host)\",\"port\":\(server.port),\"rest\":\"http://\(address)\",\"stream\":\"ws://\(address)\","
          + "\"wsApi\":\"ws://\(address)/ws-api/v3\"}")
    } else {
      print(
        """
        botsim listens on \(address)
          BINANCE_REST_URL=http://\(address)
          BINANCE_STREAM_URL=ws://\(address)
          BINANCE_WS_API_URL=ws://\(address)/ws-api/v3
        """)
      if apiSecretFile == nil, apiSecret == SimulatorConfiguration.testAPISecret {
        print("  BINANCE_API_KEY=\(apiKey)\n  BINANCE_API_SECRET=\(apiSecret)")
      }
      print("status: http://\(address)/sim/status; Ctrl-C ends it")
    }
    fflush(nil)
  }

  private func settings() throws -> SimulatorConfiguration {
    var settings = SimulatorConfiguration()
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
    settings.host = host
    settings.port = port
    settings.seed = seed
    settings.symbols = try symbol.split(separator: ",").map { text in
      guard let symbol = Symbol(text) else { throw ValidationError("'\(text)' is not a symbol; write e.g. --symbol BTCUSDT,ETHUSDT") }
      return symbol
    }
    if speed == "max" {
      settings.speed = .maximum
    } else {
      guard let factor = Double(speed), factor > 0, factor <= 1_000_000 else {
        throw ValidationError("--speed must be a number from above 0 to 1000000, or max")
      }
      settings.speed = .factor(factor)
    }
    switch clock {
    case "simulated": settings.clock = .simulated
    case "wall": settings.clock = .wall
    default: throw ValidationError("--clock must be simulated or wall")
    }
    settings.replays = try replay.map(replayFile)
    let secret = try apiSecretFile.map { try Secret.reading(path: $0) } ?? Secret(apiSecret)
    settings.accounts = [SimulatorConfiguration.Account(apiKey: apiKey, secret: secret, balances: try balances())]
    settings.startsPaused = startPaused
    settings.waitsForSubscribers = waitForSubscribers
    settings.startTime = startTime.map { Timestamp(milliseconds: $0) }
    settings.historySeconds = history
    settings.klineUpdateMilliseconds = max(klineUpdateMs, 0)
    guard pingSeconds > 0, pongTimeoutSeconds > 0, connectionLifetimeSeconds > 0, max(pingSeconds, pongTimeoutSeconds) < 1e6 else {
      throw ValidationError("the WebSocket times must be positive and below a million seconds")
    }
    settings.pingSeconds = pingSeconds
    settings.pongTimeoutSeconds = pongTimeoutSeconds
    settings.connectionLifetimeSeconds = connectionLifetimeSeconds
    settings.enforcesRateLimits = enforceRateLimits
    return settings
  }

  private func balances() throws -> [(asset: String, amount: Amount)] {
    try (balance.isEmpty ? ["USDT=100000"] : balance).map { text in
      let parts = text.split(separator: "=")
      guard parts.count == 2, let amount = FixedDecimal(text: parts[1]), !amount.isNegative else {
        throw ValidationError("--balance '\(text)' must look like USDT=100000")
      }
      return (String(parts[0]).uppercased(), amount)
    }
  }

  private func replayFile(_ text: String) throws -> ReplayFile {
    var parts = text.split(separator: ":").map(String.init)
    guard !parts.isEmpty else { throw ValidationError("--replay needs a file") }
    var file = ReplayFile(path: parts.removeFirst())
    if let name = parts.first {
      guard let symbol = Symbol(name) else { throw ValidationError("--replay: '\(name)' is not a symbol") }
      file.symbol = symbol
    }
    if parts.count > 1 {
      guard let interval = Interval(rawValue: parts[1]) else { throw ValidationError("--replay: '\(parts[1])' is not an interval") }
      file.interval = interval
    }
    return file
  }
}
