public import Statistics
public import Time
public import TradingModel

/// What a backtest found, as values that a table, JSON and a page show alike. Money is exact; ratios are statistics.
public struct BacktestReport: Sendable, Hashable {
  /// A figure of the summary, as people read it.
  public struct Figure: Sendable, Hashable {
    /// Machine name, lower case with underscores: `profit_factor`.
    public var key: String
    /// For people: "Profit factor".
    public var label: String
    /// Its value, formatted: "1.42", "-3.1 %", "2024-03-01 → 2024-04-11".
    public var text: String
    /// The value as JSON has it: a decimal, a number or a time, with the digits that `Stats` has. Empty where the figure is not known.
    public var number: String
    /// Whether JSON writes ``number`` as a number (ratios, counts, seconds) and not as a string (amounts).
    public var isRatio: Bool
    /// What it measures; `nil` where two values of it cannot be subtracted.
    public var kind: FigureKind?
    public init(key: String, label: String, text: String, number: String = "", isRatio: Bool = false, kind: FigureKind? = nil) {
      self.kind = kind
      self.key = key
      self.label = label
      self.text = text
      self.number = number
      self.isRatio = isRatio
    }

    /// Shown as `-`, absent in JSON.
    public var isUnknown: Bool { number.isEmpty && text == FigureText.unknown }
  }

  /// Figures that belong together, under a heading.
  public struct Section: Sendable, Hashable {
    public var title: String
    public var figures: [Figure]
    public init(title: String, figures: [Figure]) {
      self.title = title
      self.figures = figures
    }
  }

  /// The portfolio's value at one instant.
  public struct EquitySample: Sendable, Hashable {
    public var time: Timestamp
    /// Quote asset, open positions at market price.
    public var equity: Double
    /// Fall from the highest equity so far as a fraction of it, 0…1.
    public var drawdown: Double
    /// Market value of open positions as a fraction of equity.
    public var exposure: Double
    /// What the starting capital would be worth had it been invested equally in the symbols at the start and left alone; of a daemon's
    /// account, the capital that the bots had then.
    public var market: Double
    public init(time: Timestamp, equity: Double, drawdown: Double, exposure: Double, market: Double) {
      self.time = time
      self.equity = equity
      self.drawdown = drawdown
      self.exposure = exposure
      self.market = market
    }
  }

  /// One month (UTC).
  public struct Month: Sendable, Hashable {
    public var year: Int
    /// 1…12
    public var month: Int
    /// Change of equity in quote asset.
    public var profit: Amount
    /// Change of equity as a fraction of the equity at the month's start.
    public var fraction: Double
    public var tradeCount: Int
    public init(year: Int, month: Int, profit: Amount, fraction: Double, tradeCount: Int) {
      self.year = year
      self.month = month
      self.profit = profit
      self.fraction = fraction
      self.tradeCount = tradeCount
    }
  }

  /// Trades that ended, or were made, for the same reason.
  public struct Group: Sendable, Hashable {
    /// "stop_loss", "exit", or a bot or symbol.
    public var name: String
    public var tradeCount: Int
    public var winCount: Int
    public var profit: Amount
    /// Mean of the trades' returns.
    public var averageFraction: Double
    public var averageSeconds: Double
    public init(name: String, tradeCount: Int, winCount: Int, profit: Amount, averageFraction: Double, averageSeconds: Double) {
      self.name = name
      self.tradeCount = tradeCount
      self.winCount = winCount
      self.profit = profit
      self.averageFraction = averageFraction
      self.averageSeconds = averageSeconds
    }
  }

  /// A symbol's prices for the chart: candles joined until there are at most ``ChartCandles/candlesMaximum``, of all symbols together.
  public struct Chart: Sendable, Hashable {
    public var symbol: Symbol
    public var candles: [Candle]
    public init(symbol: Symbol, candles: [Candle]) {
      self.symbol = symbol
      self.candles = candles
    }
  }

  /// The breach of a limit that ended trading before the data did.
  public struct Ended: Sendable, Hashable {
    public var time: Timestamp
    /// What trading became, and why: "trading became reducing: lost 12 since …".
    public var reason: String
    public init(time: Timestamp, reason: String) {
      self.time = time
      self.reason = reason
    }

    /// For people, at the top of the result.
    public var sentence: String { "Trading ended \(FigureText.minute(time)) (UTC), before the data did: \(reason)." }
  }

  /// What the report is of: "backtest", or the mode of a daemon: "paper", "live" ...
  public var source = "backtest"
  /// "rsi on BTCUSDT, 5m"
  public var title: String
  public var strategy: String
  /// Every parameter with its value, defaults included.
  public var parameters: [Setting]
  /// The bot's other settings: capital, stop-loss …
  public var settings: [Setting]
  public var symbols: [Symbol]
  public var interval: Interval
  public var start: Timestamp
  /// End of the last candle.
  public var end: Timestamp
  public var candleCount: Int
  public var quoteAsset: String
  /// Every figure of the run; the sections show them.
  public var performance: PerformanceFigures
  public var capital: Amount
  public var finalEquity: Amount
  public var sections: [Section]
  public var trades: [RoundTrip]
  /// At most 2,000 samples, first and last included.
  public var equity: [EquitySample]
  public var months: [Month]
  public var exits: [Group]
  public var bySymbol: [Group]
  /// Signals that became no order, by reason.
  public var denials: [Group]
  public var charts: [Chart]
  /// How fills were made, what was repaired in the data, what to know.
  public var notes: [String]
  /// `nil`: trading went on to the end of the data.
  public var ended: Ended?
  /// The markets with finer candles, and how much of the run those cover.
  public var detail: [DetailCoverage] = []
  /// Deepest first.
  public var drawdowns: [EquityFigures.Drawdown] = []
  /// At the end of each whole day.
  public var rollingSharpe: [RollingSharpe.Value] = []
  /// What the same trades would have earned at other costs of a fill.
  public var costs: CostCurve?
  /// Another result to compare this one with.
  public var beside: ResultBeside?

  public struct Setting: Sendable, Hashable {
    public var name: String
    public var value: String
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }
}

/// A position from its first fill to its last.
public struct RoundTrip: Sendable, Hashable {
  /// From 1, in order of closing.
  public var number: Int
  public var botID: BotID
  public var symbol: Symbol
  public var openedAt: Timestamp
  public var closedAt: Timestamp
  /// Average prices.
  public var entryPrice: Price
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
  public var entryReason: String
  /// "exit", "stop_loss", "take_profit", "trailing_stop", "time_stop", "end_of_data"
  public var exitKind: String
  public var exitReason: String
  /// False: still open when the data ended, valued at the last price.
  public var isClosed: Bool
  /// The furthest price against it while it was open, as a fraction of the entry (MAE); `nil` where prices are not known.
  public var adverseExcursion: Double?
  /// The furthest price for it while it was open, as a fraction of the entry (MFE); `nil` where prices are not known.
  public var favorableExcursion: Double?
  /// Whether it ended inside a candle: the time of its exit comes from the path assumed there.
  public var isExitTimeModelled: Bool

  public init(
    number: Int, botID: BotID, symbol: Symbol, openedAt: Timestamp, closedAt: Timestamp, entryPrice: Price, exitPrice: Price,
    quantity: Quantity, fees: Amount, profit: Amount, fraction: Double, candles: Int, entryReason: String, exitKind: String,
    exitReason: String, isClosed: Bool, adverseExcursion: Double? = nil, favorableExcursion: Double? = nil,
    isExitTimeModelled: Bool = false
  ) {
    self.adverseExcursion = adverseExcursion
    self.favorableExcursion = favorableExcursion
    self.isExitTimeModelled = isExitTimeModelled
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
