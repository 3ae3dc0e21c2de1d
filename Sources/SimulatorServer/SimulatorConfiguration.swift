public import Time
public import ServiceRuntime
public import TradingModel

/// A recording to replay.
public struct ReplayFile: Hashable, Sendable {
  public var path: String
  /// `nil`: from the file's name (`btcusdt-1m-2024-12.csv`), or from the messages of a feed.
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
    public var balances: [(asset: String, amount: Amount)]

    public init(apiKey: String, secret: Secret, balances: [(asset: String, amount: Amount)]) {
      self.apiKey = apiKey
      self.secret = secret
      self.balances = balances
    }
  }

  public var host = "127.0.0.1"
  /// 0: any free port.
  public var port = 0
  public var seed: UInt64 = 1
  /// Symbols of the generated market. Where recordings are given, their symbols are traded instead.
  public var symbols: [Symbol] = []
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
  /// How much past a generated market has at its start, in seconds.
  public var historySeconds = 14_400
  /// Simulated time between two looks at a generated symbol.
  public var stepMilliseconds: Int64 = 200
  /// Simulated time between two updates of one unfinished candle.
  public var klineUpdateMilliseconds: Int64 = 250
  /// Closed candles kept per series.
  public var candlesMaximum = 5_000
  public var makerFee = FixedDecimal(raw: 100_000)
  public var takerFee = FixedDecimal(raw: 100_000)
  /// Answer 429 beyond the limits; they are counted in any case.
  public var enforcesRateLimits = false
  public var requestWeightLimit = 6_000
  public var orderLimitTenSeconds = 100
  public var orderLimitDay = 200_000
  /// Real time between two PINGs, and how long a PONG may take.
  public var pingSeconds = 20.0
  public var pongTimeoutSeconds = 60.0
  /// WebSocket connections are closed at this age, in real time.
  public var connectionLifetimeSeconds = 86_400.0
  /// A stream reader this far behind is disconnected.
  public var pendingBytesMaximum = 16 << 20

  public init() {}

  /// The keys that tests use unless they bring their own.
  public static let testAPIKey = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
  public static let testAPISecret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"
}
