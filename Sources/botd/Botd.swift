import ArgumentParser
import BotDaemon
import Foundation
import TradingModel

@main
struct Botd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "botd",
    abstract: "Runs trading bots on Binance spot; botctl drives it.",
    discussion: """
      The default mode is paper: live public market data, orders filled by a simulated venue on this machine, no key needed.
        simulated  market and orders on this machine, faster than real time
        paper      the exchange's public data, simulated orders
        testnet    the exchange's testnet with its own API key
        live       real money; needs --confirm-live

      Settings come from flags, then the environment, then a .env file:
      \(SettingName.all.map { "  \($0.name)  \($0.meaning)\($0.defaultText.isEmpty ? "" : " [\($0.defaultText)]")" }.joined(separator: "\n"))
      """,
    version: BotDaemonVersion.text)

  @Option(help: "simulated, paper, testnet or live.") var mode: String?
  @Option(help: "Directory of the journal.") var stateDir: String?
  @Option(help: "Address to serve, repeatable: unix:PATH or tcp://HOST:PORT.") var listen: [String] = []
  @Option(help: "First 8 characters of the API key: the second confirmation that live mode needs.") var confirmLive: String?
  @Option(help: "File of NAME=value settings.") var envFile: String?
  @Option(help: "trace, debug, info, notice, warning or error.") var logLevel: String?
  @Option(help: "REST base URL instead of the mode's exchange.") var restURL: String?
  @Option(help: "Market stream base URL instead of the mode's exchange.") var streamURL: String?
  @Option(help: "WebSocket API URL instead of the mode's exchange.") var wsAPIURL: String?
  @Option(help: "Redis host for the market-data cache.") var redisHost: String?
  @Option(help: "Redis port.") var redisPort: String?
  @Option(help: "Simulated mode: seed of the market.") var seed: UInt64 = 7
  @Option(help: "Simulated mode: simulated seconds per real second, 0.1 to 1000.") var speed: Double = 60
  @Option(help: "Simulated mode: symbols, comma-separated.") var symbols: String = "BTCUSDT,ETHUSDT,BNBUSDT,SOLUSDT"
  @Flag(help: "Creates and starts two example bots when there are no bots yet.") var exampleBots = false
  @Flag(help: "Shows the bots trading on this terminal.") var showTrades = false

  func validate() throws {
    guard speed >= 0.1, speed <= 1_000 else { throw ValidationError("--speed must be 0.1 to 1000") }
  }

  func run() async throws {
    var flags = DaemonSettings.Flags()
    flags.mode = mode
    flags.stateDirectory = stateDir
    flags.listen = listen
    flags.confirmLive = confirmLive
    flags.environmentFile = envFile
    flags.logLevel = logLevel
    flags.restURL = restURL
    flags.streamURL = streamURL
    flags.webSocketAPIURL = wsAPIURL
    flags.redisHost = redisHost
    flags.redisPort = redisPort
    flags.exampleBots = exampleBots
    flags.showsTrades = showTrades
    flags.simulation.seed = seed
    flags.simulation.speed = speed
    let names = symbols.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    flags.simulation.symbols = names.compactMap { Symbol($0) }
    guard flags.simulation.symbols.count == names.count, !names.isEmpty else {
      throw ValidationError("--symbols must be like BTCUSDT,ETHUSDT")
    }
    do {
      let settings = try DaemonSettings.load(flags: flags, environment: ProcessInfo.processInfo.environment)
      let isTerminal = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
      try await Daemon.run(settings, isTerminal: isTerminal)
    } catch let error as SettingsError {
      FileHandle.standardError.write(Data("botd: \(error.message)\n".utf8))
      throw ExitCode(2)
    } catch let error as DaemonError {
      FileHandle.standardError.write(Data("botd: \(error.message)\n".utf8))
      throw ExitCode(1)
    }
  }
}
