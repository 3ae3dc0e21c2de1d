import Time
import ArgumentParser
import Foundation
import Logging
import MarketModel
import ServiceRuntime
import Signing
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
        botsim --symbol 币安人生USDT,FOO/BAR
        botsim --replay btcusdt-1m-2024-12.csv --speed max --wait-for-subscribers 1

      GET /sim/status shows connections, subscriptions and the last orders; /sim/orders every order request that arrived; /sim/truth
      every request byte for byte, every order event and every fill. POST /sim/faults asks for lost answers, late events, dead sockets
      and the like.
      """,
    version: ProductVersion.text)

  @Option(help: "Port to listen on; 0 takes any free one.") var port = 9_500
  @Option(help: "Address to listen on.") var host = "127.0.0.1"
  @Option(help: "Seed of the generated market.") var seed: UInt64 = 1
  @Option(help: "Symbols of the generated market, separated by commas; BASE/QUOTE where the name does not tell the assets.")
  var symbol = "BTCUSDT,ETHUSDT"
  @Option(
    help: ArgumentHelp(
      "Trading rules from the answer of GET /api/v3/exchangeInfo; then only its symbols can be named. (default: rules that fit the name)",
      valueName: "file.json"))
  var exchangeInfo: String?
  @Option(help: "Simulated seconds per real second, or 'max': as fast as the stream readers follow.") var speed = "1"
  @Option(help: "Funds of the account, e.g. USDT=100000; repeatable.") var balance: [String] = []
  @Option(help: "API key of the account.") var apiKey = SimulatorConfiguration.testAPIKey
  @Option(help: "API secret of the account; a test key by default. Prefer --api-secret-file for a secret of your own.")
  var apiSecret = SimulatorConfiguration.testAPISecret
  @Option(help: "File (mode 0600) with the API secret.") var apiSecretFile: String?
  @Option(help: ArgumentHelp("Public key (PEM, Ed25519 or RSA) that the account signs with, instead of a secret.", valueName: "file.pem"))
  var publicKey: String?
  @Option(help: "A recording to replay: FILE[:SYMBOL[:INTERVAL]], an interval being one of \(Interval.list); repeatable.") var replay:
    [String] = []
  @Option(help: "Clock of /api/v3/time and of timestamp checks: simulated or wall.") var clock = "simulated"
  @Option(help: "When the generated market starts, in ms since the epoch; now by default.") var startTime: Int64?
  @Option(help: "Seconds of history before the generated market starts, a week at most; longer ones take --replay.") var history = 14_400
  @Option(help: "Simulated ms between two updates of an unfinished candle.") var klineUpdateMs: Int64 = 250
  @Option(help: "Seconds between WebSocket pings.") var pingSeconds = 20.0
  @Option(help: "Seconds after which a WebSocket without a pong is closed.") var pongTimeoutSeconds = 60.0
  @Option(help: "Seconds after which a WebSocket is closed.") var connectionLifetimeSeconds = 86_400.0
  @Option(help: "Price levels on each side of the book, 1 to 50.") var bookLevels = 10
  @Option(help: "At most so much of the quote asset on each level of the book, for a thin one. (default: plenty)")
  var bookLevelNotional: String?
  @Flag(help: "Every symbol has a reference price: the mean of the last ten seconds.") var referencePrices = false
  @Flag(help: "Stand still until GET /sim/resume.") var startPaused = false
  @Option(help: "Stand still until so many stream subscriptions exist.") var waitForSubscribers = 0
  @Flag(help: "Answer 429 beyond the rate limits.") var enforceRateLimits = false
  @Option(help: ArgumentHelp("Certificate chain in PEM; with --tls-key everything speaks TLS only.", valueName: "file")) var tlsCert:
    String?
  @Option(help: ArgumentHelp("The certificate's private key in PEM.", valueName: "file")) var tlsKey: String?
  @Option(
    help: ArgumentHelp("Write everything that happens to this file, as lines of JSON (see /sim/truth); it is made anew.", valueName: "file")
  )
  var truth: String?
  @Flag(help: "Print one line of JSON with the address when ready, and nothing else.") var printJsonReady = false

  static func main() async {
    StandardOutput.checkAtExit()
    await main(nil)
  }

  func run() async throws {
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
    do {
      try announce(server, settings)
    } catch {
      await server.shutdown()
      throw error
    }
    for await _ in signals { break }
    await server.shutdown()
  }

  /// Throws when standard output does not take the address: nobody would know where it listens.
  private func announce(_ server: SimulatorServer, _ settings: SimulatorConfiguration) throws {
    let address = "\(server.host):\(server.port)"
    let tls = settings.tlsCertificateFile == nil ? "" : "s"
    var text: String
    if printJsonReady {
      text =
        "{\"ready\":true,\"host\":\"\(server.host)\",\"port\":\(server.port),\"rest\":\"http\(tls)://\(address)\","
        + "\"stream\":\"ws\(tls)://\(address)\",\"wsApi\":\"ws\(tls)://\(address)/ws-api/v3\"}\n"
    } else {
      text = """
        botsim listens on \(address)
          BINANCE_REST_URL=http\(tls)://\(address)
          BINANCE_STREAM_URL=ws\(tls)://\(address)
          BINANCE_WS_API_URL=ws\(tls)://\(address)/ws-api/v3

        """
      if publicKey == nil, apiSecretFile == nil, apiSecret == SimulatorConfiguration.testAPISecret {
        text += "  BINANCE_API_KEY=\(apiKey)\n  BINANCE_API_SECRET=\(apiSecret)\n"
      }
      text += "status: http\(tls)://\(address)/sim/status; Ctrl-C ends it\n"
    }
    do {
      try FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
    } catch {
      FileHandle.standardError.write(Data("botsim: standard output cannot be written: \(StandardOutput.reason)\n".utf8))
      throw ExitCode(1)
    }
  }

  private func settings() throws -> SimulatorConfiguration {
    var settings = SimulatorConfiguration()
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535") }
    settings.host = host
    settings.port = port
    settings.seed = seed
    settings.listed = try exchangeInfo.map(exchangeRules)
    for text in symbol.split(separator: ",") {
      guard let spelling = SymbolSpelling(text) else {
        throw ValidationError("'\(text)' is not a symbol; write e.g. --symbol BTCUSDT,ETH/USDT")
      }
      settings.symbols.append(spelling.symbol)
      if let assets = spelling.assets { settings.assets[spelling.symbol] = assets }
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
    settings.replays = try replay.map { try replayFile($0, &settings) }
    let secret = try apiSecretFile.map { try Secret.reading(path: $0) } ?? Secret(apiSecret)
    var account = SimulatorConfiguration.Account(apiKey: apiKey, secret: secret, balances: try balances())
    if let publicKey {
      do {
        account.publicKey = try PublicKey(pem: try String(contentsOfFile: publicKey, encoding: .utf8))
      } catch let error as SigningError {
        throw ValidationError("--public-key \(publicKey): \(error.message)")
      } catch {
        throw ValidationError("--public-key \(publicKey) cannot be read: \(error.localizedDescription)")
      }
    }
    settings.accounts = [account]
    guard (tlsCert == nil) == (tlsKey == nil) else { throw ValidationError("--tls-cert and --tls-key go together") }
    settings.tlsCertificateFile = tlsCert
    settings.tlsKeyFile = tlsKey
    settings.truthFile = truth
    settings.startsPaused = startPaused
    settings.waitsForSubscribers = waitForSubscribers
    settings.startTime = startTime.map { Timestamp(milliseconds: $0) }
    guard (0...SimulatorConfiguration.historySecondsMaximum).contains(history) else {
      throw ValidationError(
        "--history must be 0 to \(SimulatorConfiguration.historySecondsMaximum) seconds, a week; a longer past is a recording: --replay FILE"
      )
    }
    settings.historySeconds = history
    settings.klineUpdateMilliseconds = max(klineUpdateMs, 0)
    guard pingSeconds > 0, pongTimeoutSeconds > 0, connectionLifetimeSeconds > 0, max(pingSeconds, pongTimeoutSeconds) < 1e6 else {
      throw ValidationError("the WebSocket times must be positive and below a million seconds")
    }
    settings.pingSeconds = pingSeconds
    settings.pongTimeoutSeconds = pongTimeoutSeconds
    settings.connectionLifetimeSeconds = connectionLifetimeSeconds
    settings.enforcesRateLimits = enforceRateLimits
    guard (1...50).contains(bookLevels) else { throw ValidationError("--book-levels must be 1 to 50") }
    settings.bookLevels = bookLevels
    settings.bookLevelNotional = try bookLevelNotional.map { text in
      guard let amount = FixedDecimal(text: text), amount.isPositive else {
        throw ValidationError("--book-level-notional must be a positive amount, for example 100")
      }
      return amount
    }
    settings.hasReferencePrices = referencePrices
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

  private func replayFile(_ text: String, _ settings: inout SimulatorConfiguration) throws -> ReplayFile {
    let named: NamedCandleFile
    do throws(NamedCandleFile.Refusal) {
      named = try NamedCandleFile(text) { [settings] symbol in
        settings.listed?[symbol].map { SymbolAssets(base: $0.baseAsset, quote: $0.quoteAsset) }
      }
    } catch {
      throw ValidationError("--replay \(text): \(error)")
    }
    guard !named.path.isEmpty else { throw ValidationError("--replay needs a file") }
    guard FileManager.default.isReadableFile(atPath: named.path) else {
      throw ValidationError("--replay \(named.path): there is no such file that can be read")
    }
    if let symbol = named.symbol, let assets = named.assets { settings.assets[symbol] = assets }
    return ReplayFile(path: named.path, symbol: named.symbol, interval: named.interval)
  }

  private func exchangeRules(_ path: String) throws -> [Symbol: TradingRules] {
    guard let data = FileManager.default.contents(atPath: path) else { throw ValidationError("--exchange-info: cannot read \(path)") }
    do throws(SimulatorError) {
      let file = try ExchangeInfoFile(Array(data))
      for symbol in file.leftOut {
        FileHandle.standardError.write(Data("botsim: --exchange-info: \(symbol.name) is left out: \(symbol.reason)\n".utf8))
      }
      return file.rules
    } catch {
      throw ValidationError("--exchange-info \(path): \(error.message)")
    }
  }
}
