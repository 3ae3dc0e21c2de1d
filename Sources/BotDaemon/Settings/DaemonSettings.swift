import BotAPI
import Foundation
public import Logging
public import PostgresMirror
public import ServiceRuntime
public import TTRPC
public import TradingCore
public import TradingModel

/// Everything `botd` was told, checked. Flags win over the environment, the environment over the `.env` file.
public struct DaemonSettings: Sendable {
  public var mode: TradingMode
  public var stateDirectory: String
  public var listen: [RPCAddress]
  public var log = LogSettings()
  public var tls: TLSSettings?
  public var tokensFile: String?
  /// Where metrics are served; `nil`: nowhere.
  public var metrics: MetricsAddress?
  /// The group of this process may connect to the unix sockets.
  public var sharesSocket = false
  public var userRolesFile: String?
  public var botsEnabled = true
  /// What the system refused when secrets were to be kept private, in words.
  public var privacyProblems: [String] = []
  public var certificateRolesFile: String?
  public var apiKey: Secret?
  public var apiSecret: Secret?
  public var privateKeyFile: String?
  public var restURL: String?
  public var streamURL: String?
  public var webSocketAPIURL: String?
  /// A key that may withdraw is accepted in live mode.
  public var allowsWithdrawalKey = false
  /// This start takes the state directory over: it is a copy or a backup, and the one it comes from will never run again.
  public var acceptsCopy = false
  /// No entries into a symbol this many days before it is delisted.
  public var delistDays = 7
  /// How far the stop that bots share may lie below a bot's own, as a fraction of it.
  public var umbrellaDistance = CoreConfiguration.defaultUmbrellaDistance
  public var redis: RedisSettings?
  public var database: PostgresConfiguration?
  public var simulation = SimulationSettings()
  /// Creates and starts the example bots when there are none yet.
  public var exampleBots = false
  /// Where the process kills itself, for tests of recovery; never in live mode.
  public var failPoint: FailPoint?
  /// Shows bots trading on the terminal.
  public var showsTrades = false
  /// Every setting in force as people may see it, secrets masked.
  public var listing: [Listed] = []

  /// A setting in force.
  public struct Listed: Sendable, Hashable {
    public var name: String
    /// `***` for a secret; empty when it is not set and has no default.
    public var value: String
    /// `flag`, `environment`, `file` or `default`.
    public var source: String
    public var isSecret: Bool
  }

  /// What the log shows and how.
  public struct LogSettings: Sendable {
    /// When a line has a time of its own.
    public enum Timestamps: String, Sendable, CaseIterable { case auto, always, never }
    public var level = Logger.Level.info
    public var format = LogFormat.logfmt
    public var timestamps = Timestamps.auto
    /// The levels that a setting may name.
    public static let levels = ["trace", "debug", "info", "notice", "warning", "error"]
  }

  public struct TLSSettings: Sendable {
    public var certificateFile: String
    public var keyFile: String
    public var clientCAFile: String?
  }
  public struct RedisSettings: Sendable {
    public var host: String
    public var port: Int
    public var password: Secret?
    static let portDefault = 6_379
  }
  public struct SimulationSettings: Sendable {
    public var seed: UInt64 = 7
    /// Simulated seconds per real second.
    public var speed: Double = 60
    public var symbols: [Symbol] = ["BTCUSDT", "ETHUSDT", "BNBUSDT", "SOLUSDT"].compactMap { Symbol($0) }
  }

  /// What flags said; `nil` where they said nothing.
  public struct Flags: Sendable {
    public var mode: String?
    public var stateDirectory: String?
    public var listen: [String] = []
    public var logLevel: String?
    public var logFormat: String?
    public var logTimestamps: String?
    public var metrics: String?
    public var confirmLive: String?
    public var environmentFile: String?
    public var restURL: String?
    public var streamURL: String?
    public var webSocketAPIURL: String?
    public var redisHost: String?
    public var redisPort: String?
    public var simulation = SimulationSettings()
    public var exampleBots = false
    public var showsTrades = false
    public var allowsWithdrawalKey = false
    public var acceptsCopy = false
    /// Flags without a setting of their own that were given, as on the command line: `--seed`.
    public var given: Set<String> = []
    public init() {}

    /// What they say, under the names of the settings that they override.
    var byName: [(name: String, value: String)] {
      let all = [
        ("BOTD_MODE", mode), ("BOTD_STATE_DIR", stateDirectory), ("BOTD_LOG_LEVEL", logLevel), ("BOTD_LOG_FORMAT", logFormat),
        ("BOTD_LOG_TIMESTAMPS", logTimestamps), ("BOTD_CONFIRM_LIVE", confirmLive), ("BOTD_METRICS", metrics),
        ("BINANCE_REST_URL", restURL),
        ("BINANCE_STREAM_URL", streamURL), ("BINANCE_WS_API_URL", webSocketAPIURL), ("REDIS_HOST", redisHost), ("REDIS_PORT", redisPort),
      ]
      let switches = allowsWithdrawalKey ? [("BOTD_ALLOW_WITHDRAWAL_KEY", "true")] : []
      return all.compactMap { name, value in value.map { (name, $0) } } + switches
    }
  }

  /// Merges flags, environment and `.env` file.
  /// - Throws: ``SettingsError`` with a line for everything that is wrong.
  public static func load(flags: Flags, environment: [String: String]) throws(SettingsError) -> DaemonSettings {
    var reader = SettingReader(flags, environment: environment)
    let mode = mode(&reader)
    var settings = DaemonSettings(
      mode: mode?.mode ?? .paper, stateDirectory: stateDirectory(reader, mode?.mode ?? .paper), listen: addresses(flags, &reader))
    settings.botsEnabled = reader.boolean("BINANCE_ENABLE_BOTS") ?? true
    settings.log = log(&reader)
    settings.tokensFile = reader.path("BOTD_TOKENS_FILE")
    settings.userRolesFile = reader.path("BOTD_USER_ROLES")
    settings.sharesSocket = reader.choice("BOTD_SOCKET_MODE", "socket mode", ["0600", "0660"]) { $0 == "0660" } ?? false
    settings.metrics = MetricsAddress.read(&reader)
    settings.tls = tls(&reader)
    settings.certificateRolesFile = reader.path("BOTD_CERTIFICATE_ROLES")
    if settings.certificateRolesFile != nil, settings.tls?.clientCAFile == nil {
      reader.report("BOTD_CERTIFICATE_ROLES", "BOTD_CERTIFICATE_ROLES needs BOTD_TLS_CLIENT_CA, which says whose client certificates count")
    }
    settings.restURL = url("BINANCE_REST_URL", &reader, schemes: ["http", "https"])
    settings.streamURL = url("BINANCE_STREAM_URL", &reader, schemes: ["ws", "wss"])
    settings.webSocketAPIURL = url("BINANCE_WS_API_URL", &reader, schemes: ["ws", "wss"])
    settings.allowsWithdrawalKey = reader.boolean("BOTD_ALLOW_WITHDRAWAL_KEY") ?? false
    settings.acceptsCopy = flags.acceptsCopy
    settings.delistDays = delistDays(&reader) ?? settings.delistDays
    settings.umbrellaDistance = umbrellaDistance(&reader) ?? settings.umbrellaDistance
    settings.redis = redis(&reader)
    settings.database = database(&reader)
    settings.simulation = flags.simulation
    settings.exampleBots = flags.exampleBots
    settings.showsTrades = flags.showsTrades
    if mode != nil {
      settings.loadKeys(&reader)
      settings.checkExchange(&reader)
    }
    settings.failPoint = FailPointNames.read(reader.environment[FailPoint.environmentName], mode: settings.mode) { reader.report("", $0) }
    if settings.mode == .live, reader.isFileExposed, let path = reader.filePath {
      reader.report("", "\(path) holds secrets and others can read it; run: chmod 600 \(path)")
    }
    guard reader.problems.isEmpty else { throw SettingsError(reader.problems.joined(separator: "\n")) }
    settings.listing = SettingListing(settings, reader, flags, modeSource: mode?.source ?? .default).all
    return settings
  }

  private init(mode: TradingMode, stateDirectory: String, listen: [RPCAddress]) {
    self.mode = mode
    self.stateDirectory = stateDirectory
    self.listen = listen
  }

  /// The mode and what decided it; `nil` when it was reported as wrong.
  private static func mode(_ reader: inout SettingReader) -> (mode: TradingMode, source: SettingSource)? {
    let testMode = reader.boolean("BINANCE_TEST_MODE")
    let testnet = reader.boolean("BINANCE_TESTNET")
    guard reader.text("BOTD_MODE") != nil else {
      if testMode ?? true { return (.paper, reader.source("BINANCE_TEST_MODE")) }
      return (testnet ?? true ? .testnet : .live, reader.source(testnet == nil ? "BINANCE_TEST_MODE" : "BINANCE_TESTNET"))
    }
    guard let mode = reader.choice("BOTD_MODE", "mode", TradingMode.allCases.map(\.description), { TradingMode($0) }) else { return nil }
    if mode == .live, testMode == true || testnet == true {
      let name = testMode == true ? "BINANCE_TEST_MODE" : "BINANCE_TESTNET"
      reader.report(name, "mode live contradicts \(name)=true; set it to false if you mean real money")
      return nil
    }
    return (mode, reader.source("BOTD_MODE"))
  }

  private static func stateDirectory(_ reader: SettingReader, _ mode: TradingMode) -> String {
    let path = reader.path("BOTD_STATE_DIR") ?? HomeDirectory.expanded("~/.botd/\(mode)", environment: reader.environment)
    return path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  private static func addresses(_ flags: Flags, _ reader: inout SettingReader) -> [RPCAddress] {
    var texts = flags.listen
    var name = ""
    if texts.isEmpty, let listed = reader.text("BOTD_LISTEN") {
      name = "BOTD_LISTEN"
      texts = listed.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    if texts.isEmpty, let address = reader.text("BOTD_ADDRESS") {
      name = "BOTD_ADDRESS"
      texts = [address]
    }
    // The home and the runtime directory are the process's own, whatever a file says: botctl reads no file.
    if texts.isEmpty { texts = ["unix:" + DefaultAddress.socketPath(environment: reader.environment)] }
    var result: [RPCAddress] = []
    for text in texts {
      do { result.append(try RPCAddress(parsing: text)) } catch { reader.report(name, "listen address: \(error.message)") }
    }
    return result
  }

  private static func log(_ reader: inout SettingReader) -> LogSettings {
    var log = LogSettings()
    log.level =
      reader.choice("BOTD_LOG_LEVEL", "log level", LogSettings.levels) {
        LogSettings.levels.contains($0) ? Logger.Level(rawValue: $0) : nil
      }
      ?? log.level
    log.format =
      reader.choice("BOTD_LOG_FORMAT", "log format", LogFormat.allCases.map(\.rawValue)) { LogFormat(rawValue: $0) } ?? log.format
    log.timestamps =
      reader.choice("BOTD_LOG_TIMESTAMPS", "log timestamps", LogSettings.Timestamps.allCases.map(\.rawValue)) {
        LogSettings.Timestamps(rawValue: $0)
      } ?? log.timestamps
    return log
  }

  private static func tls(_ reader: inout SettingReader) -> TLSSettings? {
    let certificate = reader.path("BOTD_TLS_CERT")
    let key = reader.path("BOTD_TLS_KEY")
    let authority = reader.path("BOTD_TLS_CLIENT_CA")
    guard certificate != nil || key != nil || authority != nil else { return nil }
    guard let certificate, let key else {
      reader.report(certificate == nil ? "BOTD_TLS_KEY" : "BOTD_TLS_CERT", "BOTD_TLS_CERT and BOTD_TLS_KEY go together")
      return nil
    }
    return TLSSettings(certificateFile: certificate, keyFile: key, clientCAFile: authority)
  }

  private static func url(_ name: String, _ reader: inout SettingReader, schemes: [String]) -> String? {
    reader.read(name) { text throws(SettingsError) in
      guard let url = URL(string: text), let scheme = url.scheme, schemes.contains(scheme), let host = url.host, !host.isEmpty else {
        throw SettingsError("\(name) must begin with \(schemes.map { $0 + "://" }.joined(separator: " or ")) and name a host")
      }
      return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
  }

  private static func delistDays(_ reader: inout SettingReader) -> Int? {
    reader.read("BOTD_DELIST_DAYS") { text throws(SettingsError) in
      guard let days = Int(text), (0...365).contains(days) else {
        throw SettingsError("BOTD_DELIST_DAYS must be 0 to 365, not \"\(text.prefix(20))\"")
      }
      return days
    }
  }

  private static func umbrellaDistance(_ reader: inout SettingReader) -> FixedDecimal? {
    reader.read("BOTD_UMBRELLA_DISTANCE") { text throws(SettingsError) in
      guard let distance = FixedDecimal(plain: text), !distance.isNegative, distance <= CoreConfiguration.umbrellaDistanceMaximum else {
        throw SettingsError(
          "BOTD_UMBRELLA_DISTANCE must be a fraction from 0 to \(CoreConfiguration.umbrellaDistanceMaximum), not \"\(text.prefix(20))\"")
      }
      return distance
    }
  }

  /// Reports what does not agree in the mode and the exchange's addresses.
  private func checkExchange(_ reader: inout SettingReader) {
    var found: [(String, String)] = []
    guard mode != .simulated else { return }
    _ = ExchangeChoice(mode: mode, ExchangeAssembly.endpoints(self)) { found.append(($0, $1)) }
    for (setting, message) in found { reader.report(setting, message) }
  }

  private static func redis(_ reader: inout SettingReader) -> RedisSettings? {
    let port =
      reader.read("REDIS_PORT") { text throws(SettingsError) in
        guard let port = Int(text), (1...65_535).contains(port) else {
          throw SettingsError("REDIS_PORT must be 1 to 65535, not \"\(text.prefix(20))\"")
        }
        return port
      } ?? RedisSettings.portDefault
    guard let host = reader.text("REDIS_HOST") else { return nil }
    return RedisSettings(host: host, port: port, password: reader.secret("REDIS_PASSWORD"))
  }

  private static func database(_ reader: inout SettingReader) -> PostgresConfiguration? {
    reader.read("DATABASE_URL") { text throws(SettingsError) in
      do throws(PostgresError) { return try PostgresConfiguration(url: text) } catch { throw SettingsError(error.message) }
    }
  }

  private mutating func loadKeys(_ reader: inout SettingReader) {
    guard mode == .testnet || mode == .live else { return }
    apiKey = reader.secret("BINANCE_API_KEY")
    apiSecret = reader.secret("BINANCE_API_SECRET")
    privateKeyFile = reader.path("BINANCE_PRIVATE_KEY_FILE")
    if apiSecret == nil, let file = reader.path("BINANCE_API_SECRET_FILE") {
      do { apiSecret = try Secret.reading(path: file) } catch {
        reader.report("BINANCE_API_SECRET_FILE", "BINANCE_API_SECRET_FILE: \(error.message)")
      }
    }
    let key = reader.text("BINANCE_API_KEY")
    if key == nil { reader.report("", "mode \(mode) needs BINANCE_API_KEY") }
    if apiSecret == nil, privateKeyFile == nil, reader.text("BINANCE_API_SECRET_FILE") == nil {
      reader.report("", "mode \(mode) needs BINANCE_API_SECRET, BINANCE_API_SECRET_FILE or BINANCE_PRIVATE_KEY_FILE")
    }
    guard mode == .live, let key else { return }
    guard let confirmation = reader.text("BOTD_CONFIRM_LIVE") else {
      return reader.report(
        "",
        "mode live trades real money and needs a second confirmation: --confirm-live followed by the first 8 characters of your API key")
    }
    guard key.utf8.count >= 16, confirmation == String(key.prefix(8)) else {
      return reader.report(
        "BOTD_CONFIRM_LIVE", "--confirm-live is not the first 8 characters of BINANCE_API_KEY; nothing was started")
    }
  }
}
