import TradingModel

extension TradeGuard: CustomStringConvertible {
  /// As people write it: "stoploss trades=3 lookback=24c stop=4h profit=0".
  public var description: String {
    switch kind {
    case .stopLoss, .lowProfit: "\(kind) trades=\(tradesMinimum) lookback=\(lookback) stop=\(duration) profit=\(limit)"
    case .drawdown: "\(kind) trades=\(tradesMinimum) lookback=\(lookback) stop=\(duration) max=\(limit)"
    case .cooldown: "\(kind) stop=\(duration)"
    }
  }

  /// A list of guards as one text; empty for none.
  public static func text(_ guards: [TradeGuard]) -> String { guards.map(\.description).joined(separator: "; ") }
}

/// Guards as people write them: the one reader of them, for the command line, the RPC, backtests and searches.
///
///     stoploss trades=3 lookback=24c stop=4h; cooldown stop=30m
///
/// A list is separated by `;`, the settings of a guard by spaces or commas; "none" is the empty list.
public enum TradeGuardText {
  /// How guards are written, for people.
  public static let forms =
    "stoploss trades=3 lookback=1d stop=4h [profit=0], drawdown max=0.1 lookback=2d stop=12h [trades=1], "
    + "low-profit profit=0.01 lookback=1d stop=2h [trades=1] or cooldown stop=30m; spans are minutes (90m), hours (4h), days (2d) or, for "
    + "a bot, candles (24c)"

  /// Longest text, in bytes.
  public static let bytesMaximum = 4_096

  /// The guards of a text and everything that is wrong with it, as sentences; nothing of the guards may be used unless there is nothing.
  public static func read(_ text: String, allowsCandles: Bool) -> (guards: [TradeGuard], problems: [String]) {
    guard text.utf8.count <= bytesMaximum else { return ([], ["is longer than \(bytesMaximum) bytes"]) }
    let parts = text.split(separator: ";").map { $0.split { $0 == " " || $0 == "," || $0 == "\t" || $0 == "\n" } }.filter { !$0.isEmpty }
    guard parts != [["none"]] else { return ([], []) }
    var guards: [TradeGuard] = []
    var problems: [String] = []
    for words in parts {
      var reader = GuardReader(words)
      if let one = reader.guardOf() { guards.append(one) }
      problems += reader.problems
    }
    if problems.isEmpty { problems = TradeGuard.problems(guards, allowsCandles: allowsCandles) }
    return (guards, problems)
  }

  /// A span such as "90m", "4h", "2d" or "24c"; `nil` when it is none.
  public static func span(_ text: some StringProtocol) -> TradeGuard.Span? {
    guard let unit = text.last, text.utf8.count <= 9, let count = Int(text.dropLast()), count >= 0 else { return nil }
    switch unit {
    case "m": return .minutes(count)
    case "h": return .minutes(count * 60)
    case "d": return .minutes(count * 1_440)
    case "c": return .candles(count)
    default: return nil
    }
  }
}

/// Reads one guard.
private struct GuardReader {
  private let name: String
  private var settings: [(key: Substring, value: Substring)] = []
  private(set) var problems: [String] = []

  init(_ words: [Substring]) {
    name = String(words[0])
    for word in words.dropFirst() {
      let pair = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard pair.count == 2 else {
        problems.append("\(Self.shown(name)): \"\(Self.shown(word))\" is not of the form setting=value")
        continue
      }
      if settings.contains(where: { $0.key == pair[0] }) { problems.append("\(Self.shown(name)): \(Self.shown(pair[0])) is given twice") }
      settings.append((pair[0], pair[1]))
    }
  }

  mutating func guardOf() -> TradeGuard? {
    guard let kind = TradeGuard.Kind(name) else {
      let known = TradeGuard.Kind.allCases.map(\.description).joined(separator: ", ")
      problems.append("there is no guard \"\(Self.shown(name))\"; there are \(known), for example \(TradeGuardText.forms)")
      return nil
    }
    var one = TradeGuard(kind: kind, duration: .minutes(1))
    one.duration = span("stop") ?? one.duration
    switch kind {
    case .cooldown: break
    case .stopLoss:
      one.tradesMinimum = count("trades", isRequired: true)
      one.lookback = span("lookback") ?? .minutes(1)
      one.limit = decimal("profit") ?? .zero
    case .lowProfit:
      one.tradesMinimum = count("trades", isRequired: false)
      one.lookback = span("lookback") ?? .minutes(1)
      one.limit = decimal("profit") ?? .zero
    case .drawdown:
      one.tradesMinimum = count("trades", isRequired: false)
      one.lookback = span("lookback") ?? .minutes(1)
      one.limit = decimal("max", isRequired: true) ?? .zero
    }
    for (key, _) in settings { problems.append("\(kind): there is no setting \"\(Self.shown(key))\"") }
    return one
  }

  private mutating func take(_ key: String) -> Substring? {
    guard let at = settings.firstIndex(where: { $0.key == key }) else { return nil }
    return settings.remove(at: at).value
  }

  private mutating func span(_ key: String) -> TradeGuard.Span? {
    guard let text = take(key) else {
      problems.append("\(name): \(key) is missing, for example \(key)=4h")
      return nil
    }
    if let span = TradeGuardText.span(text) { return span }
    problems.append("\(name): \(key) \"\(Self.shown(text))\" is no span, which is like 90m, 4h, 2d or 24c (candles)")
    return nil
  }

  private mutating func count(_ key: String, isRequired: Bool) -> Int {
    guard let text = take(key) else {
      if isRequired { problems.append("\(name): \(key) is missing, for example \(key)=3") }
      return 1
    }
    if text.utf8.count <= 9, let count = Int(text) { return count }
    problems.append("\(name): \(key) \"\(Self.shown(text))\" is no whole number")
    return 1
  }

  private mutating func decimal(_ key: String, isRequired: Bool = false) -> FixedDecimal? {
    guard let text = take(key) else {
      if isRequired { problems.append("\(name): \(key) is missing, for example \(key)=0.1") }
      return nil
    }
    if let value = FixedDecimal(text: String(text)) { return value }
    problems.append("\(name): \(key) \"\(Self.shown(text))\" is no decimal such as 0.02")
    return nil
  }

  /// A text as it may be shown: no control characters, not too long.
  private static func shown(_ text: some StringProtocol) -> String {
    let plain = String(String.UnicodeScalarView(text.unicodeScalars.prefix(40).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
    return text.unicodeScalars.count > 40 ? plain + "…" : plain
  }
}
