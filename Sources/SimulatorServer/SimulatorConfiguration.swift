public import Time
public import ServiceRuntime
public import MarketModel
public import Signing
public import TradingModel

/// A recording to replay.
public struct ReplayFile: Hashable, Sendable {
  public var path: String
  /// `nil`: from the file's name (`btcusdt-1m-2024-12.csv`).
  public var symbol: Symbol?
  /// Candle files only; `nil`: from the file's name.
  public var interval: Interval?

  public init(path: String, symbol: Symbol? = nil, interval: Interval? = nil) {
    self.path = path
    self.symbol = symbol
    self.interval = interval
  }
}

/// All that the exchange simulator can be told at its start.
public struct SimulatorConfiguration: Sendable {
  /// How fast simulated time runs.
  public enum Speed: Hashable, Sendable {
    /// Simulated seconds per real second, greater than zero.
    case factor(Double)
    /// As fast as the readers of the streams read: the market waits while a connection's buffer is full.
    case maximum
  }

  /// Which clock `/api/v3/time` serves and timestamps are judged by.
  public enum Clock: Hashable, Sendable {
    /// The simulated one. Timestamps are accepted on any clock that a client can know: simulated time, real time, or real time plus a
    /// difference that `/api/v3/time` has shown before. So a client with a real clock can sign though simulated time runs faster.
    case simulated
    /// The machine's clock, and nothing else.
    case wall
  }

  /// A key and the funds behind it.
  public struct Account: Sendable {
    public var apiKey: String
    public var secret: Secret
    /// What the account signs with instead of the secret: RSA or Ed25519; `nil`: HMAC with the secret.
    public var publicKey: PublicKey?
    public var balances: [(asset: String, amount: Amount)]

    public init(apiKey: String, secret: Secret, balances: [(asset: String, amount: Amount)]) {
      self.apiKey = apiKey
      self.secret = secret
      self.balances = balances
      let hash = apiKey.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
      number = 100_000_000 + Int64(hash % 900_000_000)
    }

    /// The account's number for good, as the exchange gives every account one: it follows from its first key.
    public let number: Int64
  }

  public var host = "127.0.0.1"
  /// 0: any free port.
  public var port = 0
  public var seed: UInt64 = 1
  /// Symbols of the generated market. Where recordings are given, their symbols are traded instead.
  public var symbols: [Symbol] = []
  /// The rules of an exchange's own answer; then no other symbol can be traded. `nil`: rules that fit the symbol's name.
  public var listed: [Symbol: TradingRules]?
  /// Base and quote of symbols whose names do not tell them.
  public var assets: [Symbol: SymbolAssets] = [:]
  public var speed = Speed.factor(1)
  public var clock = Clock.simulated
  public var accounts: [Account] = []
  public var replays: [ReplayFile] = []
  /// Do not move until `/sim/resume`.
  public var startsPaused = false
  /// Do not move until so many stream subscriptions exist.
  public var waitsForSubscribers = 0
  /// When the generated market starts; `nil`: now.
  public var startTime: Timestamp?
  /// How much past a generated market has at its start, in seconds; 0 to ``historySecondsMaximum``. Each second and symbol costs a trade at the start.
  public var historySeconds = 14_400
  /// A week. Longer ones come from recordings.
  public static let historySecondsMaximum = 604_800
  /// Simulated time between two looks at a generated symbol.
  public var stepMilliseconds: Int64 = 200
  /// Simulated time between two updates of one unfinished candle.
  public var klineUpdateMilliseconds: Int64 = 250
  /// Closed candles kept per series.
  public var candlesMaximum = 5_000
  /// Price levels on each side of the book, 1 to 50.
  public var bookLevels = 10
  /// At most so much, in the quote asset, on each level; `nil`: plenty. A small amount makes a thin book.
  public var bookLevelNotional: Amount?
  /// Every symbol has a reference price: the mean of the last ten seconds. Off: error -2043, and filters use average prices.
  public var hasReferencePrices = false
  public var makerFee = FixedDecimal(raw: 100_000)
  public var takerFee = FixedDecimal(raw: 100_000)
  /// Answer 429 beyond the limits; they are counted in any case.
  public var enforcesRateLimits = false
  public var requestWeightLimit = 6_000
  public var rawRequestLimit = 300_000
  public var orderLimitTenSeconds = 100
  public var orderLimitDay = 200_000
  /// Real time between two PINGs, and how long a PONG may take.
  public var pingSeconds = 20.0
  public var pongTimeoutSeconds = 60.0
  /// WebSocket connections are closed at this age, in real time.
  public var connectionLifetimeSeconds = 86_400.0
  /// A stream reader this far behind is disconnected.
  public var pendingBytesMaximum = 16 << 20

  /// PEM files; with both, REST, streams and WebSocket API speak TLS only.
  public var tlsCertificateFile: String?
  public var tlsKeyFile: String?
  /// Gets every line of the truth; made anew at the start. `nil`: the truth is only kept in memory.
  public var truthFile: String?
  /// About how much memory the truth may take; beyond it the oldest entries are given up.
  public var truthBytesMaximum = 64 << 20

  public init() {}

  /// The keys that tests use unless they bring their own.
  public static let testAPIKey = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
  public static let testAPISecret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
}
