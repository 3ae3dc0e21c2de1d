import Foundation
import Logging
import ServiceRuntime
import TTRPC
import TradingCore
import TradingModel
import VenueBinance

/// What `botctl config` shows: every setting in force, with its source.
struct SettingListing {
  private let settings: DaemonSettings
  private let reader: SettingReader
  private let flags: DaemonSettings.Flags
  private let modeSource: SettingSource

  init(_ settings: DaemonSettings, _ reader: SettingReader, _ flags: DaemonSettings.Flags, modeSource: SettingSource) {
    self.settings = settings
    self.reader = reader
    self.flags = flags
    self.modeSource = modeSource
  }

  var all: [DaemonSettings.Listed] { SettingName.all.map(named) + flagsAlone }

  private func named(_ setting: SettingName) -> DaemonSettings.Listed {
    let given = reader.text(setting.name)
    var value = inForce(setting.name) ?? given ?? ""
    if setting.isSecret { value = given == nil ? "" : "***" }
    let source =
      switch setting.name {
      case "BOTD_MODE": modeSource
      case "BOTD_LISTEN": listenSource
      default: reader.source(setting.name)
      }
    return DaemonSettings.Listed(
      name: setting.name, value: Self.withoutUser(value), source: source.description, isSecret: setting.isSecret)
  }

  /// What is in force where that is more than what was given; `nil` elsewhere.
  private func inForce(_ name: String) -> String? {
    let isExchange = settings.mode != .simulated
    switch name {
    case "BOTD_MODE": return settings.mode.description
    case "BOTD_STATE_DIR": return settings.stateDirectory
    case "BOTD_LISTEN": return settings.listen.map(\.description).joined(separator: ",")
    case "BOTD_LOG_LEVEL": return settings.log.level.rawValue
    case "BOTD_LOG_FORMAT": return settings.log.format.rawValue
    case "BOTD_LOG_TIMESTAMPS": return settings.log.timestamps.rawValue
    case "BOTD_TOKENS_FILE": return settings.tokensFile
    case "BOTD_ALLOW_WITHDRAWAL_KEY": return "\(settings.allowsWithdrawalKey)"
    case "BOTD_DELIST_DAYS": return "\(settings.delistDays)"
    case "BOTD_UMBRELLA_DISTANCE": return "\(settings.umbrellaDistance)"
    case "BINANCE_ENABLE_BOTS": return "\(settings.botsEnabled)"
    // Where BOTD_MODE decides alone, what the switches would have to say.
    case "BINANCE_TEST_MODE": return reader.text(name) ?? "\(settings.mode.isPaper)"
    case "BINANCE_TESTNET": return reader.text(name) ?? "\(settings.mode != .live)"
    case "BINANCE_REST_URL": return settings.restURL ?? (isExchange ? ExchangeAssembly.endpoints(settings).rest : nil)
    case "BINANCE_STREAM_URL": return settings.streamURL ?? (isExchange ? ExchangeAssembly.endpoints(settings).stream : nil)
    case "BINANCE_WS_API_URL": return settings.webSocketAPIURL ?? (isExchange ? ExchangeAssembly.endpoints(settings).webSocketAPI : nil)
    case "REDIS_PORT": return "\(settings.redis?.port ?? DaemonSettings.RedisSettings.portDefault)"
    default: return nil
    }
  }

  private var listenSource: SettingSource {
    guard flags.listen.isEmpty else { return .flag }
    return reader.text("BOTD_LISTEN") == nil ? reader.source("BOTD_ADDRESS") : reader.source("BOTD_LISTEN")
  }

  private var flagsAlone: [DaemonSettings.Listed] {
    func listed(_ name: String, _ value: String) -> DaemonSettings.Listed {
      let source = flags.given.contains(name) ? SettingSource.flag : .default
      return DaemonSettings.Listed(name: name, value: value, source: source.description, isSecret: false)
    }
    var result = [
      DaemonSettings.Listed(
        name: "--env-file", value: reader.filePath ?? "", source: flags.environmentFile == nil ? "default" : "flag", isSecret: false),
      listed("--example-bots", "\(settings.exampleBots)"), listed("--show-trades", "\(settings.showsTrades)"),
      listed("--accept-copy", "\(settings.acceptsCopy)"),
    ]
    guard settings.mode == .simulated else { return result }
    let speed = settings.simulation.speed
    result += [
      listed("--seed", "\(settings.simulation.seed)"), listed("--speed", speed == speed.rounded() ? "\(Int(speed))" : "\(speed)"),
      listed("--symbols", settings.simulation.symbols.map(\.text).joined(separator: ",")),
    ]
    return result
  }

  /// An address without the user and the password that may stand in it.
  static func withoutUser(_ text: String) -> String {
    guard let scheme = text.range(of: "://") else { return text }
    let rest = text[scheme.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    guard let at = authority.lastIndex(of: "@") else { return text }
    return text[..<scheme.upperBound] + "***" + rest[at...]
  }
}
