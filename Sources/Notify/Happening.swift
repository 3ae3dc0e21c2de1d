public import Time
public import TradingModel

/// How urgent something is.
public enum Level: Int, Sendable, Hashable, Comparable, CaseIterable {
  case info = 1
  case warning = 2
  case critical = 3

  public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

  /// The level's word in settings and messages.
  public var word: String {
    switch self {
    case .info: "info"
    case .warning: "warning"
    case .critical: "critical"
    }
  }

  /// The level of that word; `nil` when there is none.
  public init?(word: String) {
    guard let level = Self.allCases.first(where: { $0.word == word }) else { return nil }
    self = level
  }
}

/// Something that a person may want to be told: an event of the daemon, a threshold that was passed, or the daemon's own silence.
public struct Happening: Sendable, Hashable {
  /// What kind of thing; the first seven are the daemon's.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case bot, signal, order, trade, alert, risk, health
    /// A statistic passed a rule's threshold.
    case threshold
    /// The way from botd to a person: botd or a channel does not answer, or does again.
    case link
  }

  /// Place in the daemon's journal; 0: none.
  public var sequence: Int64
  public var time: Timestamp
  public var kind: Kind
  public var level: Level
  /// Bot it is about; empty: none.
  public var bot: String
  /// Symbol it is about; empty: none.
  public var symbol: String
  /// What happened, for programs: `SELL`, `halted`, `COINS_MISSING`.
  public var code: String
  /// What happened, in words.
  public var what: String
  /// What it earned after fees, in `asset`; `nil`: nothing was realized.
  public var profit: Amount?
  /// The asset of ``profit``.
  public var asset: String

  /// A happening of these parts.
  public init(
    sequence: Int64 = 0, time: Timestamp, kind: Kind, level: Level, bot: String = "", symbol: String = "", code: String = "",
    what: String, profit: Amount? = nil, asset: String = ""
  ) {
    self.sequence = sequence
    self.time = time
    self.kind = kind
    self.level = level
    self.bot = bot
    self.symbol = symbol
    self.code = code
    self.what = what
    self.profit = profit
    self.asset = asset
  }
}
