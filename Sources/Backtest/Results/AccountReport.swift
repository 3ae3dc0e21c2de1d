import Statistics
public import Time
public import TradingModel

extension BacktestReport {
  /// Whether it is of a daemon's account and not of a backtest.
  public var isOfAccount: Bool { source != "backtest" }

  /// The report of what a daemon's bots did, from its own words; groups are made here, everything else is given.
  ///
  /// - Parameters:
  ///   - source: the daemon's mode.
  ///   - capital: given to the bots now.
  public init(
    source: String, title: String, strategy: String, symbols: [Symbol], interval: Interval, range: ClosedRange<Timestamp>,
    quoteAsset: String, capital: Amount, finalEquity: Amount, sections: [Section], trades: [RoundTrip], equity: [EquitySample],
    months: [Month], settings: [Setting], notes: [String]
  ) {
    self.source = source
    self.title = title
    self.strategy = strategy
    parameters = []
    self.settings = settings
    self.symbols = symbols
    self.interval = interval
    start = range.lowerBound
    end = range.upperBound
    candleCount = 0
    self.quoteAsset = quoteAsset
    performance = PerformanceFigures()
    self.capital = capital
    self.finalEquity = finalEquity
    self.sections = sections
    self.trades = trades
    self.equity = equity
    self.months = months
    exits = Set(trades.map(\.exitKind)).sorted().map { kind in ReportBuilder.group(kind, trades.filter { $0.exitKind == kind }) }
    bySymbol = symbols.map { symbol in ReportBuilder.group(symbol.text, trades.filter { $0.symbol == symbol }) }
    denials = []
    charts = []
    self.notes = notes
  }
}
