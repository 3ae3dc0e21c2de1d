import BotAPI
import TradingCore
import TradingModel

/// A setting of a bot: the one table of their names in messages and files, and of their options.
struct BotField: Sendable {
  typealias Path<Value> = any WritableKeyPath<V1.BotSpec, Value> & Sendable

  /// Where it lives in a message.
  enum Place: Sendable {
    case text(Path<String>)
    case count(Path<Int64>, ClosedRange<Int64>)
    case flag(Path<Bool>)
    /// A mapping of names to values.
    case parameters
    /// A text, or a list of them.
    case guards
  }

  /// As `BotSpec` names it, for example `stop_loss`.
  let name: String
  /// Its option, for example `--stop-loss`.
  let option: String
  let place: Place

  private init(_ name: String, _ option: String, _ place: Place) {
    self.name = name
    self.option = option
    self.place = place
  }

  private static let candles = 0...Int64(BotConfiguration.candlesMaximum)

  /// In the order in which a person reads them.
  static let all: [BotField] = [
    BotField("symbol", "--symbol", .text(\.symbol)), BotField("strategy", "--strategy", .text(\.strategy)),
    BotField("parameters", "--param", .parameters), BotField("interval", "--interval", .text(\.interval)),
    BotField("capital", "--capital", .text(\.capital)), BotField("compound", "--compound", .flag(\.compound)),
    BotField("sizing", "--sizing", .text(\.sizing)), BotField("sizing_atr", "--sizing-atr", .text(\.sizingAtr)),
    BotField("risk_per_trade", "--risk-per-trade", .text(\.riskPerTrade)),
    BotField("max_position_fraction", "--max-position", .text(\.maxPositionFraction)),
    BotField("entry", "--entry", .text(\.entry)), BotField("entry_offset", "--entry-offset", .text(\.entryOffset)),
    BotField("entry_lifetime", "--entry-lifetime", .count(\.entryLifetime, 1...Int64(EntryPlan.lifetimeMaximum))),
    BotField("entry_then", "--entry-then", .text(\.entryThen)), BotField("stop_loss", "--stop-loss", .text(\.stopLoss)),
    BotField("take_profit", "--take-profit", .text(\.takeProfit)), BotField("trailing_stop", "--trailing-stop", .text(\.trailingStop)),
    BotField("trailing_stop_atr", "--trailing-stop-atr", .text(\.trailingStopAtr)),
    BotField("time_stop_candles", "--time-stop", .count(\.timeStopCandles, candles)),
    BotField("cooldown_candles", "--cooldown", .count(\.cooldownCandles, candles)), BotField("guards", "--guard", .guards),
    BotField("auto_start", "--auto-start", .flag(\.autoStart)),
  ]

  private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

  /// The setting of that name.
  static func named(_ name: String) -> BotField? { byName[name] }

  /// The values that settings have, by name: a parameter is `parameters.period`. Nothing for what is not there.
  func values(of spec: V1.BotSpec) -> [(name: String, value: String)] {
    switch place {
    case .text(let path): spec[keyPath: path].isEmpty ? [] : [(name, spec[keyPath: path])]
    case .count(let path, _): spec[keyPath: path] == 0 ? [] : [(name, String(spec[keyPath: path]))]
    case .flag(let path): spec[keyPath: path] ? [(name, "true")] : []
    case .parameters: spec.parameters.map { ("\(name).\($0.key)", $0.value) }
    case .guards: spec.guards.isEmpty ? [] : [(name, spec.guards)]
    }
  }
}

extension V1.BotSpec {
  /// These settings as an update that leaves nothing of what was: what is not there is taken away.
  var whole: V1.BotSpec {
    var spec = self
    for path in [\V1.BotSpec.takeProfit, \.trailingStop, \.trailingStopAtr] where spec[keyPath: path].isEmpty { spec[keyPath: path] = "0" }
    if spec.entry != EntryPlan.Kind.market.description, spec.entryOffset.isEmpty { spec.entryOffset = "0" }
    if spec.timeStopCandles == 0 { spec.timeStopCandles = -1 }
    if spec.cooldownCandles == 0 { spec.cooldownCandles = -1 }
    if spec.guards.isEmpty { spec.guards = "none" }
    return spec
  }

  /// The settings as the core has them; what cannot be read is replaced.
  func configuration(id: String) -> BotConfiguration {
    BotSettingsText(self).configuration(id: .init(id), base: nil).configuration
  }
}
