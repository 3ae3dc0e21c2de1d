import ArgumentParser
import BotDaemon
import Foundation
import ServiceRuntime
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

      The log goes to standard error. SIGTERM, SIGINT and SIGHUP stop it in order (SIGHUP not where it was ignored at the start, as under
      nohup); the last lines name positions that stay without a resting stop.

      Settings come from flags, then the environment, then a .env file:
      \(SettingName.all.map { "  \($0.name)  \($0.meaning)\($0.defaultText.isEmpty ? "" : " [\($0.defaultText)]")" }.joined(separator: "\n"))
      """,
    version: BotDaemonVersion.text)

  @Option(help: "simulated, paper, testnet or live.") var mode: String?
  @Option(help: "Directory of the journal.") var stateDir: String?
  @Option(help: "Address to serve, repeatable: unix:PATH or tcp://HOST:PORT.") var listen: [String] = []
  @Option(help: "First 8 characters of the API key: the second confirmation that live mode needs.") var confirmLive: String?
  @Flag(help: "Live mode: takes an API key that may withdraw.") var allowWithdrawalKey = false
  @Flag(help: "Takes over a state directory that is a copy or a backup: the one it comes from will never run again.") var acceptCopy = false
  @Option(help: "File of NAME=value settings.") var envFile: String?
  @Option(help: "trace, debug, info, notice, warning or error.") var logLevel: String?
  @Option(help: "Form of a log line: logfmt or json, with the same fields.") var logFormat: String?
  @Option(help: "Time in log lines: always, never, or auto (not where systemd's journal has it already).") var logTimestamps: String?
  @Option(help: "Address and port of the page of metrics, like 127.0.0.1:9464.") var metrics: String?
  @Option(help: "REST base URL instead of the mode's exchange.") var restURL: String?
  @Option(help: "Market stream base URL instead of the mode's exchange.") var streamURL: String?
  @Option(name: [.customLong("ws-api-url"), .customLong("ws-apiurl")], help: "WebSocket API URL instead of the mode's exchange.")
  var wsAPIURL: String?
  @Option(help: "Redis host for the market-data cache.") var redisHost: String?
  @Option(help: "Redis port.") var redisPort: String?
  @Option(help: "Simulated mode: seed of the market. (default: 7)") var seed: UInt64?
  @Option(help: "Simulated mode: simulated seconds per real second, 0.1 to 1000. (default: 60)") var speed: Double?
  @Option(help: "Simulated mode: symbols, comma-separated. (default: BTCUSDT,ETHUSDT,BNBUSDT,SOLUSDT)") var symbols: String?
  @Flag(help: "Creates and starts two example bots when there are no bots yet.") var exampleBots = false
  @Flag(help: "Shows the bots trading on this terminal.") var showTrades = false

  static func main() async {
    StandardOutput.checkAtExit()
    await main(nil)
  }

  func validate() throws {
    guard (0.1...1_000).contains(speed ?? 1) else { throw ValidationError("--speed must be 0.1 to 1000") }
  }

  func run() async throws {
    var flags = DaemonSettings.Flags()
    flags.mode = mode
    flags.stateDirectory = stateDir
    flags.listen = listen
    flags.confirmLive = confirmLive
    flags.environmentFile = envFile
    flags.logLevel = logLevel
    flags.logFormat = logFormat
    flags.logTimestamps = logTimestamps
    flags.metrics = metrics
    flags.restURL = restURL
    flags.streamURL = streamURL
    flags.webSocketAPIURL = wsAPIURL
    flags.redisHost = redisHost
    flags.redisPort = redisPort
    flags.exampleBots = exampleBots
    flags.showsTrades = showTrades
    flags.allowsWithdrawalKey = allowWithdrawalKey
    flags.acceptsCopy = acceptCopy
    try takeSimulation(&flags)
    do {
      // Before a secret is read.
      let privacyProblems = ProcessPrivacy.enter()
      let environment = ProcessInfo.processInfo.environment
      ProcessPrivacy.forgetEnvironment(SettingName.all.filter(\.isSecret).map(\.name))
      var settings = try DaemonSettings.load(flags: flags, environment: environment)
      settings.privacyProblems = privacyProblems
      let isTerminal = isatty(STDOUT_FILENO) == 1 && ProcessInfo.processInfo.environment["NO_COLOR"] == nil
      try await Daemon.run(settings, isTerminal: isTerminal)
    } catch let error as SettingsError {
      // There is no log yet whose form is known: plain sentences.
      for line in error.message.split(separator: "\n") { FileHandle.standardError.write(Data("botd: \(line)\n".utf8)) }
      throw ExitCode(2)
    } catch let error as DaemonError {
      FileHandle.standardError.write(Data("botd: \(error.message)\n".utf8))
      throw ExitCode(1)
    } catch let failure as DaemonFailure {
      throw ExitCode(failure.exitCode)
    }
  }

  private func takeSimulation(_ flags: inout DaemonSettings.Flags) throws {
    if let seed { flags.simulation.seed = seed }
    if let speed { flags.simulation.speed = speed }
    if let symbols {
      let names = symbols.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
      flags.simulation.symbols = names.compactMap { Symbol($0) }
      guard flags.simulation.symbols.count == names.count, !names.isEmpty else {
        throw ValidationError("--symbols must be like BTCUSDT,ETHUSDT")
      }
    }
    let given = [
      ("--seed", seed != nil), ("--speed", speed != nil), ("--symbols", symbols != nil), ("--example-bots", exampleBots),
      ("--show-trades", showTrades), ("--accept-copy", acceptCopy),
    ]
    flags.given = Set(given.filter(\.1).map(\.0))
  }
}
