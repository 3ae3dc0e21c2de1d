public import TradingModel

/// How a bot buys: at once at the market, or with an order that rests for some candles below the price.
public struct EntryPlan: Hashable, Sendable, Codable {
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible, Codable {
    /// A market order: fills at once, pays the taker's fee.
    case market = 1
    /// A limit order that rests (GTC); what of it can be had at once is taken, and pays the taker's fee.
    case limit = 2
    /// A limit order that never takes (LIMIT_MAKER): all of it pays the maker's fee.
    case maker = 3

    public var description: String {
      switch self {
      case .market: "market"
      case .limit: "limit"
      case .maker: "maker"
      }
    }
    public init?(_ text: String) {
      guard let value = Self.allCases.first(where: { $0.description == text }) else { return nil }
      self = value
    }
  }

  /// What follows where the order's lifetime ends and nothing of it was filled. What was filled in part is kept and protected, and the rest
  /// is dropped.
  public enum Sequel: UInt8, Hashable, Sendable, CaseIterable, CustomStringConvertible, Codable {
    /// The signal is given up.
    case drop = 1
    /// It is bought at the market, at the close of the lifetime's last candle.
    case market = 2

    public var description: String {
      switch self {
      case .drop: "drop"
      case .market: "market"
      }
    }
    public init?(_ text: String) {
      guard let value = Self.allCases.first(where: { $0.description == text }) else { return nil }
      self = value
    }
  }

  public var kind: Kind
  /// How far below the price of the decision it rests, as a fraction; zero: at that price.
  public var offset: FixedDecimal
  /// Closed candles after which it is cancelled, 1 to ``lifetimeMaximum``.
  public var lifetime: Int
  public var sequel: Sequel

  /// At the market, the default.
  public static let market = EntryPlan()
  /// Largest ``offset``, exclusive.
  public static let offsetMaximum = FixedDecimal(raw: 50_000_000)  // 0.5
  /// Longest ``lifetime``.
  public static let lifetimeMaximum = 10_000

  /// A plan; each part has its default.
  public init(kind: Kind = .market, offset: FixedDecimal = .zero, lifetime: Int = 1, sequel: Sequel = .drop) {
    self.kind = kind
    self.offset = offset
    self.lifetime = lifetime
    self.sequel = sequel
  }

  /// Whether its order waits on the venue.
  public var rests: Bool { kind != .market }

  /// Where it rests for a decision at `price`, on the tick at or below.
  func limit(at price: Price, tick: Price) -> Price { (price - price * offset).roundedDown(toMultipleOf: tick) }
}
