public import Statistics
public import Time
public import TradingModel

/// What a backtest gave. Money is exact; ratios are statistics.
public struct BacktestResult: Sendable, Hashable {
  /// A figure of the summary, as people read it.
  public struct Figure: Sendable, Hashable {
    /// The heading that it stands under.
    public var section: String
    /// Machine name: `profit_factor`.
    public var key: String
    /// For people: "Profit factor".
    public var label: String
    /// Its value, formatted.
    public var text: String
    /// The number; empty where the figure is a text.
    public var number: String
    /// It is a ratio or a count, not an amount.
    public var isRatio: Bool
    /// A figure under a heading.
    public init(section: String, key: String, label: String, text: String, number: String, isRatio: Bool) {
      self.isRatio = isRatio
      self.section = section
      self.key = key
      self.label = label
      self.text = text
      self.number = number
    }
  }

  /// The portfolio's value at one instant.
  public struct EquitySample: Sendable, Hashable {
    /// The instant.
    public var time: Timestamp
    /// Quote asset, open positions at market price.
    public var equity: Double
    /// A value at an instant.
    public init(time: Timestamp, equity: Double) {
      self.time = time
      self.equity = equity
    }
  }

  /// The breach of a limit that ended trading before the data did.
  public struct Ended: Sendable, Hashable {
    /// When it was.
    public var time: Timestamp
    /// What trading became, and why.
    public var reason: String
    /// An end at an instant.
    public init(time: Timestamp, reason: String) {
      self.time = time
      self.reason = reason
    }
  }

  /// "rsi on BTCUSDT, 5m"
  public var title: String
  /// By sections.
  public var figures: [Figure]
  /// Closed ones in order of closing, then those that were open at the end.
  public var trades: [BacktestTrade]
  /// In order of time.
  public var equity: [EquitySample]
  /// How fills were made, what was repaired in the data, what to know.
  public var notes: [String]
  /// Candles that traded, all symbols together.
  public var candleCount: Int
  /// `nil`: trading went on to the end of the data.
  public var ended: Ended?
  /// The figures of a bot that runs, of the run.
  public var performance: PerformanceFigures
  /// The whole result.
  public init(
    title: String, figures: [Figure], trades: [BacktestTrade], equity: [EquitySample], notes: [String], candleCount: Int,
    ended: Ended? = nil, performance: PerformanceFigures
  ) {
    self.title = title
    self.figures = figures
    self.trades = trades
    self.equity = equity
    self.notes = notes
    self.candleCount = candleCount
    self.ended = ended
    self.performance = performance
  }
}

/// A position of a backtest from its first fill to its last.
public struct BacktestTrade: Sendable, Hashable {
  /// From 1, in order of closing.
  public var number: Int
  /// Whose it is.
  public var botID: BotID
  /// What was traded.
  public var symbol: Symbol
  /// Time of the first fill.
  public var openedAt: Timestamp
  /// Time of the last one.
  public var closedAt: Timestamp
  /// Average price of the entry.
  public var entryPrice: Price
  /// Average price of the exit.
  public var exitPrice: Price
  /// Base asset bought.
  public var quantity: Quantity
  /// Fees of both sides in quote asset.
  public var fees: Amount
  /// Net profit in quote asset.
  public var profit: Amount
  /// Net profit over what the entry cost.
  public var fraction: Double
  /// Closed candles held.
  public var candles: Int
  /// Why it was opened.
  public var entryReason: String
  /// "exit", "stop_loss", "take_profit", "trailing_stop", "time_stop", "end_of_data"
  public var exitKind: String
  /// Why it was closed.
  public var exitReason: String
  /// False: still open when the data ended, valued at the last price.
  public var isClosed: Bool
  /// Furthest price against the position while it was open, as a fraction of the entry price; `nil`: not known.
  public var adverseExcursion: Double?
  /// Furthest price for it.
  public var favorableExcursion: Double?
  /// The time of the exit comes from the model of prices inside a candle.
  public var isExitTimeModelled: Bool
  /// A trade as the backtest found it.
  public init(
    number: Int, botID: BotID, symbol: Symbol, openedAt: Timestamp, closedAt: Timestamp, entryPrice: Price, exitPrice: Price,
    quantity: Quantity, fees: Amount, profit: Amount, fraction: Double, candles: Int, entryReason: String, exitKind: String,
    exitReason: String, isClosed: Bool, adverseExcursion: Double? = nil, favorableExcursion: Double? = nil,
    isExitTimeModelled: Bool = false
  ) {
    self.isExitTimeModelled = isExitTimeModelled
    self.adverseExcursion = adverseExcursion
    self.favorableExcursion = favorableExcursion
    self.number = number
    self.botID = botID
    self.symbol = symbol
    self.openedAt = openedAt
    self.closedAt = closedAt
    self.entryPrice = entryPrice
    self.exitPrice = exitPrice
    self.quantity = quantity
    self.fees = fees
    self.profit = profit
    self.fraction = fraction
    self.candles = candles
    self.entryReason = entryReason
    self.exitKind = exitKind
    self.exitReason = exitReason
    self.isClosed = isClosed
  }
}
