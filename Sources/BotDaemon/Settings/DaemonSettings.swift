import BotAPI
import Foundation
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
  public var logLevel: String
  public var tls: TLSSettings?
  public var tokensFile: String?
  public var botsEnabled: Bool
  public var apiKey: Secret?
  public var apiSecret: Secret?
  public var privateKeyFile: String?
  public var restURL: String?
  public var streamURL: String?
  public var webSocketAPIURL: String?
  public var redis: RedisSettings?
  public var database: PostgresConfiguration?
  public var simulation = SimulationSettings()
  /// Creates and starts the example bots when there are none yet.
  public var exampleBots = false
  /// Shows bots trading on the terminal.
  public var showsTrades = false
  /// Names and values as people may see them, secrets masked.
  public var listing: [(name: String, value: String)] = []

  public struct TLSSettings: Sendable {
    public var certificateFile: String
    public var keyFile: String
    public var clientCAFile: String?
  }
  public struct RedisSettings: Sendable {
    public var host: String
    public var port: Int
    public var password: Secret?
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
    public init() {}
  }

  /// Merges flags, environment and `.env` file.
  /// - Throws: ``SettingsError`` with one sentence about the first thing that is wrong.
  public static func load(flags: Flags, environment: [String: String]) throws(SettingsError) -> DaemonSettings {
    var values: [String: String] = [:]
    var secretsAreExposed: String?
    let path = flags.environmentFile ?? ".env"
    if let file = try EnvironmentFile.read(path: path) {
      for (name, value) in try EnvironmentFile.parse(file.text, path: path) {
        try checkName(name, source: path)
        values[name] = value
        if !file.isPrivate, SettingName.all.contains(where: { $0.name == name && $0.isSecret }), !value.isEmpty { secretsAreExposed = path }
      }
    } else if flags.environmentFile != nil {
      throw SettingsError("there is no file \(path) (--env-file)")
    }
    for (name, value) in environment.sorted(by: { $0.key < $1.key }) {
      try checkName(name, source: "the environment")
      values[name] = value
    }
    let reader = SettingReader(values: values)
    let mode = try self.mode(flags, reader)
    if mode == .live, let secretsAreExposed {
      throw SettingsError("\(secretsAreExposed) holds secrets and others can read it; run: chmod 600 \(secretsAreExposed)")
    }
    var settings = DaemonSettings(
      mode: mode, stateDirectory: try stateDirectory(flags, reader, mode), listen: try addresses(flags, reader),
      logLevel: flags.logLevel ?? reader.text("BOTD_LOG_LEVEL") ?? "info", botsEnabled: try reader.boolean("BINANCE_ENABLE_BOTS") ?? true)
    guard ["trace", "debug", "info", "notice", "warning", "error"].contains(settings.logLevel) else {
      throw SettingsError("log level \"\(settings.logLevel)\" is not one of trace, debug, info, notice, warning, error")
    }
    settings.tokensFile = reader.text("BOTD_TOKENS_FILE")
    settings.tls = try tls(reader)
    settings.restURL = try url(flags.restURL ?? reader.text("BINANCE_REST_URL"), "BINANCE_REST_URL", schemes: ["http", "https"])
    settings.streamURL = try url(flags.streamURL ?? reader.text("BINANCE_STREAM_URL"), "BINANCE_STREAM_URL", schemes: ["ws", "wss"])
    settings.webSocketAPIURL = try url(
      flags.webSocketAPIURL ?? reader.text("BINANCE_WS_API_URL"), "BINANCE_WS_API_URL", schemes: ["ws", "wss"])
    settings.redis = try redis(flags, reader)
    settings.database = try database(reader)
    settings.simulation = flags.simulation
    settings.exampleBots = flags.exampleBots
    settings.showsTrades = flags.showsTrades
    try settings.loadKeys(flags, reader)
    settings.listing = SettingName.all.map { setting in
      let value = values[setting.name] ?? ""
      return (setting.name, setting.isSecret && !value.isEmpty ? "***" : value)
    }
    return settings
  }

  private init(mode: TradingMode, stateDirectory: String, listen: [RPCAddress], logLevel: String, botsEnabled: Bool) {
    self.mode = mode
    self.stateDirectory = stateDirectory
    self.listen = listen
    self.logLevel = logLevel
    self.botsEnabled = botsEnabled
  }

  private static func checkName(_ name: String, source: String) throws(SettingsError) {
    guard name.hasPrefix("BINANCE_") || name.hasPrefix("BOTD_"), !SettingName.all.contains(where: { $0.name == name }) else { return }
    // Words for the build and the tests, not for the daemon.
    if name.hasPrefix("BOTD_TEST_") { return }
    let remedy = SettingName.suggestion(for: name).map { "; did you mean \($0)?" } ?? "; `botd --help` lists them"
    throw SettingsError("\(name) in \(source) is not a setting\(remedy)")
  }

  private static func mode(_ flags: Flags, _ reader: SettingReader) throws(SettingsError) -> TradingMode {
    let testMode = try reader.boolean("BINANCE_TEST_MODE")
    let testnet = try reader.boolean("BINANCE_TESTNET")
    guard let text = flags.mode ?? reader.text("BOTD_MODE") else {
      if testMode ?? true { return .paper }
      return testnet ?? true ? .testnet : .live
    }
    guard let mode = TradingMode(text) else {
      throw SettingsError("mode \"\(text)\" is not one of \(TradingMode.allCases.map(\.description).joined(separator: ", "))")
    }
    if mode == .live, testMode == true || testnet == true {
      let name = testMode == true ? "BINANCE_TEST_MODE" : "BINANCE_TESTNET"
      throw SettingsError("mode live contradicts \(name)=true; set it to false if you mean real money")
    }
    return mode
  }

  private static func stateDirectory(
    _ flags: Flags, _ reader: SettingReader, _ mode: TradingMode
  ) throws(SettingsError) -> String {
    if let given = flags.stateDirectory ?? reader.text("BOTD_STATE_DIR") {
      let expanded = given.hasPrefix("~/") ? NSHomeDirectory() + given.dropFirst(1) : given
      return expanded.hasPrefix("/") ? expanded : FileManager.default.currentDirectoryPath + "/" + expanded
    }
    return NSHomeDirectory() + "/.botd/\(mode)"
  }

  private static func addresses(_ flags: Flags, _ reader: SettingReader) throws(SettingsError) -> [RPCAddress] {
    var texts = flags.listen
    if texts.isEmpty, let listed = reader.text("BOTD_LISTEN") {
      texts = listed.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
    }
    if texts.isEmpty, let address = reader.text("BOTD_ADDRESS") { texts = [address] }
    if texts.isEmpty { texts = [DefaultAddress.text(environment: reader.values)] }
    var result: [RPCAddress] = []
    for text in texts {
      do { result.append(try RPCAddress(parsing: text)) } catch { throw SettingsError("listen address: \(error.message)") }
    }
    return result
  }

  private static func tls(_ reader: SettingReader) throws(SettingsError) -> TLSSettings? {
    let certificate = reader.text("BOTD_TLS_CERT")
    let key = reader.text("BOTD_TLS_KEY")
    let authority = reader.text("BOTD_TLS_CLIENT_CA")
    guard certificate != nil || key != nil || authority != nil else { return nil }
    guard let certificate, let key else { throw SettingsError("BOTD_TLS_CERT and BOTD_TLS_KEY go together") }
    return TLSSettings(certificateFile: certificate, keyFile: key, clientCAFile: authority)
  }

  private static func url(_ text: String?, _ name: String, schemes: [String]) throws(SettingsError) -> String? {
    guard let text else { return nil }
    guard let url = URL(string: text), let scheme = url.scheme, schemes.contains(scheme), let host = url.host, !host.isEmpty else {
      throw SettingsError("\(name) must begin with \(schemes.map { $0 + "://" }.joined(separator: " or ")) and name a host")
    }
    return text.hasSuffix("/") ? String(text.dropLast()) : text
  }

  private static func redis(_ flags: Flags, _ reader: SettingReader) throws(SettingsError) -> RedisSettings? {
    guard let host = flags.redisHost ?? reader.text("REDIS_HOST") else { return nil }
    let portText = flags.redisPort ?? reader.text("REDIS_PORT") ?? "6379"
    guard let port = Int(portText), (1...65_535).contains(port) else {
      throw SettingsError("REDIS_PORT must be 1 to 65535, not \"\(portText.prefix(20))\"")
    }
    return RedisSettings(host: host, port: port, password: reader.secret("REDIS_PASSWORD"))
  }

  private static func database(_ reader: SettingReader) throws(SettingsError) -> PostgresConfiguration? {
    guard let text = reader.text("DATABASE_URL") else { return nil }
    do { return try PostgresConfiguration(url: text) } catch { throw SettingsError(error.message) }
  }

  private mutating func loadKeys(_ flags: Flags, _ reader: SettingReader) throws(SettingsError) {
    guard mode == .testnet || mode == .live else { return }
    apiKey = reader.secret("BINANCE_API_KEY")
    apiSecret = reader.secret("BINANCE_API_SECRET")
    privateKeyFile = reader.text("BINANCE_PRIVATE_KEY_FILE")
    if apiSecret == nil, let file = reader.text("BINANCE_API_SECRET_FILE") {
      do { apiSecret = try Secret.reading(path: file) } catch { throw SettingsError("BINANCE_API_SECRET_FILE: \(error.message)") }
    }
    guard let key = reader.text("BINANCE_API_KEY") else { throw SettingsError("mode \(mode) needs BINANCE_API_KEY") }
    guard apiSecret != nil || privateKeyFile != nil else {
      throw SettingsError("mode \(mode) needs BINANCE_API_SECRET, BINANCE_API_SECRET_FILE or BINANCE_PRIVATE_KEY_FILE")
    }
    guard mode == .live else { return }
    let confirmation = flags.confirmLive ?? reader.text("BOTD_CONFIRM_LIVE")
    guard let confirmation else {
      throw SettingsError(
        "mode live trades real money and needs a second confirmation: --confirm-live followed by the first 8 characters of your API key")
    }
    guard key.utf8.count >= 16, confirmation == String(key.prefix(8)) else {
      throw SettingsError("--confirm-live is not the first 8 characters of BINANCE_API_KEY; nothing was started")
    }
  }
}

/// Typed access to merged settings; an empty value counts as not set.
struct SettingReader {
  var values: [String: String]

  func text(_ name: String) -> String? {
    guard let value = values[name], !value.isEmpty else { return nil }
    return value
  }

  func secret(_ name: String) -> Secret? { text(name).map { Secret($0) } }

  func boolean(_ name: String) throws(SettingsError) -> Bool? {
    guard let value = text(name) else { return nil }
    switch value.lowercased() {
    case "true", "1", "yes", "on": return true
    case "false", "0", "no", "off": return false
    default: throw SettingsError("\(name) must be true or false, not \"\(value.prefix(40))\"")
    }
  }
}
