public import Time
public import TradingCore
public import TradingModel

/// Runs backtests for `RunBacktest`: the port that keeps the engine of backtests and the reading of candle files out of this module.
public protocol BacktestRunner: Sendable {
  /// Runs a job to its end on the calling thread and returns what it gave; the same job gives the same result.
  ///
  /// - Parameter progress: told now and then while candles trade; `false` ends the run with ``BacktestFailure/Code/canceled``.
  /// - Throws: ``BacktestFailure`` for settings that cannot run, for a file that cannot be read, and when it was ended.
  /// - Complexity: microseconds for each candle that trades; the candles of a file are held in memory until the end.
  func run(_ job: BacktestJob, progress: (BacktestJob.Progress) -> Bool) throws(BacktestFailure) -> BacktestResult
}

/// A backtest as it was asked for, its settings checked.
public struct BacktestJob: Sendable {
  /// Where one symbol's candles come from.
  public enum Candles: Sendable {
    /// These, in order, of one interval.
    case held([Candle], Interval)
    /// Those of a file.
    case file(BacktestFile)
  }

  /// One symbol's past.
  public struct Market: Sendable {
    /// The exchange's rules of the symbol.
    public var rules: TradingRules
    /// Its candles.
    public var candles: Candles
    /// A market of these candles.
    public init(rules: TradingRules, candles: Candles) {
      self.rules = rules
      self.candles = candles
    }
  }

  /// How far a backtest is.
  public struct Progress: Sendable, Hashable {
    /// Candles that traded, all symbols together.
    public var candlesDone: Int
    /// Candles that trade in all.
    public var candlesTotal: Int
    /// The time that the run has come to.
    public var time: Timestamp
    /// So far.
    public init(candlesDone: Int, candlesTotal: Int, time: Timestamp) {
      self.candlesDone = candlesDone
      self.candlesTotal = candlesTotal
      self.time = time
    }
  }

  /// Each on a symbol of its own.
  public var bots: [BotConfiguration]
  /// Fee of orders that fill at once, a fraction; `nil`: the runner's default, as for the other three.
  public var takerFee: FixedDecimal?
  /// Fee of limit orders that waited, a fraction.
  public var makerFee: FixedDecimal?
  /// How much worse than the market market orders and stops fill, a fraction.
  public var slippage: FixedDecimal?
  /// Distance between bid and ask, a fraction.
  public var spread: FixedDecimal?
  /// Limits of all bots together.
  public var limits: RiskLimits
  /// Candles that open before only warm strategies up; `nil`: the first candle trades.
  public var from: Timestamp?
  /// Candles that open at or after are not used.
  public var to: Timestamp?
  /// One for each bot's symbol.
  public var markets: [Market]
  /// What is to be said of the candles in the result's notes.
  public var notes: [String]

  /// A job without bots, markets and limits.
  public init() {
    bots = []
    limits = RiskLimits()
    markets = []
    notes = []
  }
}

/// A candle file in the daemon's data directory.
public struct BacktestFile: Sendable, Hashable {
  /// Its name, without a path.
  public var name: String
  /// Puts flat candles where it lacks some; otherwise such a file is refused.
  public var fillGaps: Bool
  /// Skips rows that are no candles; otherwise such a file is refused.
  public var skipBad: Bool
  /// Rows that may be read; a longer file is refused.
  public var rowsMaximum: Int
  /// A file of this name.
  public init(name: String, fillGaps: Bool, skipBad: Bool, rowsMaximum: Int) {
    self.name = name
    self.fillGaps = fillGaps
    self.skipBad = skipBad
    self.rowsMaximum = rowsMaximum
  }
}

/// Why a backtest gave no result.
public struct BacktestFailure: Error, Sendable, Hashable {
  /// What kind of reason it is.
  public enum Code: Sendable, Hashable {
    /// A setting is wrong; ``BacktestFailure/field`` names it.
    case invalidSetting
    /// The candles do not suffice: none, too few, or of another interval than asked for.
    case insufficientData
    /// The file cannot be read, or is no candle file.
    case unreadableFile
    /// It was ended by its progress.
    case canceled
  }

  /// The kind of reason.
  public var code: Code
  /// The request's field, e.g. `spec.stop_loss`; empty when none is to blame.
  public var field: String
  /// A sentence for people.
  public var message: String
  /// A failure of this kind.
  public init(_ code: Code, field: String, message: String) {
    self.code = code
    self.field = field
    self.message = message
  }
}
