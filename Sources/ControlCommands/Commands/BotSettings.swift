package import ArgumentParser
package import BotAPI
import TradingCore

/// The options that describe a bot; all optional for the parser, so that everything missing is named at once.
package struct BotSettings: ParsableArguments {
  package init() {}

  @Option(help: "Symbol, for example BTCUSDT.")
  package var symbol: String?

  @Option(help: "Strategy (botctl strategies).")
  package var strategy: String?

  @Option(
    name: .customLong("param"),
    help: ArgumentHelp("Parameter of the strategy; may be repeated.", valueName: "name=value"))
  package var parameters: [String] = []

  @Option(help: "Candle interval: 1s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 3d 1w. (create: 1m when not given)")
  package var interval: String?

  @Option(parsing: .unconditional, help: "Capital in the quote asset, for example 1000.")
  package var capital: String?

  @Option(
    parsing: .unconditional, help: "Fraction of the capital at risk per trade. (default: 0.02)")
  package var riskPerTrade: String?

  @Option(
    parsing: .unconditional, help: "Largest position as a fraction of the capital. (default: 0.1)")
  package var maxPosition: String?

  @Option(
    parsing: .unconditional,
    help: "Stop-loss: fraction below the entry price; 0: none. (default: 0.02)")
  package var stopLoss: String?

  @Option(
    parsing: .unconditional,
    help: "Take-profit: fraction above the entry price; 0: none. (default: none)")
  package var takeProfit: String?

  @Option(
    parsing: .unconditional,
    help: "Trailing stop: fraction below the highest price; 0: none. (default: none)")
  package var trailingStop: String?

  @Option(
    name: .customLong("trailing-stop-atr"), parsing: .unconditional,
    help: "Trailing stop in average true ranges (14 candles) at the entry; 0: none. (default: none)")
  package var trailingStopRanges: String?

  @Option(
    parsing: .unconditional, help: "Closes a position after this many candles; 0: never. (default: never)")
  package var timeStop: Int64?

  @Option(
    parsing: .unconditional, help: "Candles without an entry after a trade that lost; 0: none. (default: none)")
  package var cooldown: Int64?

  @Option(
    help: ArgumentHelp(
      "How entries are sized: risk (to the stop-loss), volatility (average true range) or fraction (--max-position). (default: risk)"))
  package var sizing: String?

  @Option(
    name: .customLong("sizing-atr"), parsing: .unconditional,
    help: "For --sizing volatility: average true ranges of fall that lose --risk-per-trade. (default: 2)")
  package var sizingRanges: String?

  /// What `create` takes when no interval is given.
  package static let intervalDefault = "1m"

  /// The settings as a message.
  package var spec: V1.BotSpec {
    V1.BotSpec(
      symbol: (symbol ?? "").uppercased(), strategy: strategy ?? "",
      parameters: parameters.compactMap(Self.parameter),
      interval: interval ?? "", capital: capital ?? "", riskPerTrade: riskPerTrade ?? "",
      maxPositionFraction: maxPosition ?? "",
      stopLoss: stopLoss ?? "", takeProfit: takeProfit ?? "", trailingStop: trailingStop ?? "",
      trailingStopAtr: trailingStopRanges ?? "", timeStopCandles: timeStop ?? 0, cooldownCandles: cooldown ?? 0, sizing: sizing ?? "",
      sizingAtr: sizingRanges ?? "")
  }

  /// `period=14` as a pair; nil when it is not of that form.
  package static func parameter(_ text: String) -> V1.KeyValue? {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex,
      text.index(after: equals) != text.endIndex
    else { return nil }
    return V1.KeyValue(
      key: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
  }
}

/// Checks of bot settings that need no daemon.
package enum BotSettingsCheck {
  static let intervals = [
    "1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d", "3d", "1w",
  ]

  /// Everything that is missing (when `complete` is asked for) or wrong.
  package static func problems(botID: String, _ settings: BotSettings, complete: Bool) -> [Problem] {
    var result: [Problem] = []
    if !isBotID(botID) {
      result.append(
        Problem(
          field: "bot_id",
          "\"\(botID)\" is no id: use 1 to 32 of a-z, 0-9, - and _, starting with a letter or a digit"
        ))
    }
    result += required(settings, complete)
    result += fractions(settings)
    result += parameters(settings)
    result += choices(settings)
    return result
  }

  private static func choices(_ settings: BotSettings) -> [Problem] {
    var result: [Problem] = []
    if let sizing = settings.sizing, PositionSizing(sizing) == nil {
      let names = PositionSizing.allCases.map(\.description).joined(separator: ", ")
      result.append(Problem(field: "spec.sizing", "\"\(sizing)\" is none of \(names)"))
    }
    for (field, value) in [("time_stop_candles", settings.timeStop), ("cooldown_candles", settings.cooldown)] {
      guard let value, value < -1 || value > Int64(BotConfiguration.candlesMaximum) else { continue }
      result.append(Problem(field: "spec.\(field)", "must be 0 (none) to \(BotConfiguration.candlesMaximum) candles, not \(value)"))
    }
    return result
  }

  static func isBotID(_ id: String) -> Bool {
    guard let first = id.utf8.first, id.utf8.count <= 32, isLowercaseOrDigit(first) else {
      return false
    }
    return id.utf8.allSatisfy {
      isLowercaseOrDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
    }
  }

  private static func isLowercaseOrDigit(_ byte: UInt8) -> Bool {
    (97...122).contains(byte) || (48...57).contains(byte)
  }

  private static func required(_ settings: BotSettings, _ complete: Bool) -> [Problem] {
    var result: [Problem] = []
    switch settings.symbol {
    case nil:
      if complete {
        result.append(Problem(field: "spec.symbol", "is missing, for example --symbol BTCUSDT"))
      }
    case let symbol?:
      let upper = symbol.uppercased().utf8
      if !(2...20).contains(upper.count)
        || !upper.allSatisfy({ (65...90).contains($0) || (48...57).contains($0) })
      {
        result.append(
          Problem(
            field: "spec.symbol",
            "\"\(symbol)\" is no symbol: letters and digits only, for example BTCUSDT"))
      }
    }
    if complete, settings.strategy == nil {
      result.append(
        Problem(
          field: "spec.strategy",
          "is missing, for example --strategy rsi (botctl strategies lists all)"))
    }
    switch settings.interval {
    case nil: break
    case let interval?:
      if !intervals.contains(interval) {
        result.append(
          Problem(
            field: "spec.interval", "\"\(interval)\" is none of \(intervals.joined(separator: " "))"
          ))
      }
    }
    switch settings.capital {
    case nil:
      if complete {
        result.append(Problem(field: "spec.capital", "is missing, for example --capital 1000"))
      }
    case let capital?:
      if let units = DecimalText.units(capital) {
        if units <= 0 {
          result.append(Problem(field: "spec.capital", "must be above 0, not \(capital)"))
        }
      } else {
        result.append(Problem(field: "spec.capital", notDecimal(capital)))
      }
    }
    return result
  }

  private static func fractions(_ settings: BotSettings) -> [Problem] {
    let one: Int128 = 100_000_000
    let rules: [(String, String?, zero: Bool, most: Int128?, String)] = [
      (
        "risk_per_trade", settings.riskPerTrade, false, one,
        "above 0 and at most 1, for example 0.02 for 2 %"
      ),
      (
        "max_position_fraction", settings.maxPosition, false, one,
        "above 0 and at most 1, for example 0.1 for 10 %"
      ),
      (
        "stop_loss", settings.stopLoss, true, one - 1,
        "from 0 (none) to below 1, for example 0.02 for 2 %"
      ),
      ("take_profit", settings.takeProfit, true, nil, "0 (none) or more, for example 0.04 for 4 %"),
      (
        "trailing_stop", settings.trailingStop, true, one - 1,
        "from 0 (none) to below 1, for example 0.015 for 1.5 %"
      ),
      (
        "trailing_stop_atr", settings.trailingStopRanges, true, one * 100,
        "from 0 (none) to 100 average true ranges, for example 3"
      ),
      (
        "sizing_atr", settings.sizingRanges, false, one * 100,
        "above 0 and at most 100 average true ranges, for example 2"
      ),
    ]
    return rules.compactMap { name, text, zero, most, meaning in
      guard let text else { return nil }
      guard let units = DecimalText.units(text) else {
        return Problem(field: "spec.\(name)", notDecimal(text))
      }
      let tooSmall = zero ? units < 0 : units <= 0
      guard tooSmall || units > (most ?? .max) else { return nil }
      return Problem(field: "spec.\(name)", "\(text) is out of range: \(meaning)")
    }
  }

  private static func parameters(_ settings: BotSettings) -> [Problem] {
    var result: [Problem] = []
    var seen: Set<String> = []
    for text in settings.parameters {
      guard let pair = BotSettings.parameter(text) else {
        result.append(
          Problem(
            field: "spec.parameters",
            "\"\(text)\" is not of the form name=value, for example --param period=14"))
        continue
      }
      if !seen.insert(pair.key).inserted {
        result.append(Problem(field: "spec.parameters[\(pair.key)]", "is given more than once"))
      }
    }
    return result
  }

  private static func notDecimal(_ text: String) -> String {
    "\"\(text)\" is not a decimal number: digits and at most 8 decimals, for example 1000 or 0.02"
  }
}
