import MarketModel
import Statistics
import Time
import Strategies
import TradingCore
import TradingModel
import PaperTrading

extension BacktestReport {
  /// Makes the report of a run.
  /// - Parameters:
  ///   - charts: the traded candles by symbol, for the price charts; may be empty.
  ///   - dataNotes: what was repaired in the data, and where they came from.
  public init(_ outcome: BacktestOutcome, charts: [Chart] = [], dataNotes: [String] = []) {
    let builder = ReportBuilder(outcome)
    let first = outcome.settings.bots.first
    strategy = first?.strategyName ?? ""
    symbols = outcome.markets.map(\.symbol)
    interval = first?.interval ?? .oneMinute
    let names = symbols.map(\.text)
    let shown = names.count > 3 ? names.prefix(3).joined(separator: ", ") + " and \(names.count - 3) more" : names.joined(separator: ", ")
    title = "\(strategy) on \(shown), \(interval)"
    parameters = builder.parameters
    settings = builder.settings
    start = outcome.start
    end = outcome.end
    candleCount = outcome.candleCount
    quoteAsset = builder.quote
    performance = outcome.figures
    capital = outcome.capital
    finalEquity = outcome.finalEquity
    sections = builder.sections
    trades = outcome.trades
    equity = builder.equity
    months = builder.months
    exits = builder.exits
    bySymbol = builder.bySymbol
    denials = builder.denials
    self.charts = charts
    notes = builder.notes + dataNotes
    ended = outcome.ended.map { Ended(time: $0.time, reason: "trading became \($0.state): \($0.reason)") }
    detail = outcome.detail
    drawdowns = outcome.equity.history.drawdowns.list
    rollingSharpe = outcome.equity.history.rolling.values
    costs = CostCurve(
      netProfit: outcome.figures.netProfit, fees: outcome.figures.activity.feesInQuote, turnover: outcome.figures.activity.turnover)
  }

  /// The figure of that key, if the summary has it.
  public func figure(_ key: String) -> Figure? {
    for section in sections { if let figure = section.figures.first(where: { $0.key == key }) { return figure } }
    return nil
  }
}

/// Turns an outcome into what a report shows.
struct ReportBuilder {
  let outcome: BacktestOutcome
  let figures: PerformanceFigures
  let quote: String

  init(_ outcome: BacktestOutcome) {
    self.outcome = outcome
    figures = outcome.figures
    quote = outcome.bots.first?.quoteAsset ?? ""
  }

  var parameters: [BacktestReport.Setting] {
    guard let bot = outcome.settings.bots.first else { return [] }
    let completed = bot.strategyDescriptor?.completed(bot.parameters) ?? bot.parameters
    return completed.entries.map { .init($0.name, $0.value) }
  }

  private func entry(_ plan: EntryPlan) -> String? {
    guard plan.rests else { return nil }
    let place = plan.offset.isPositive ? "\(FigureText.percent(plan.offset.statisticValue)) below the price" : "at the price"
    return "\(plan.kind) \(place) for \(plan.lifetime) candle\(plan.lifetime == 1 ? "" : "s"), then \(plan.sequel)"
  }

  var settings: [BacktestReport.Setting] {
    guard let bot = outcome.settings.bots.first else { return [] }
    var list: [BacktestReport.Setting] = []
    func add(_ name: String, _ value: String?) { if let value { list.append(.init(name, value)) } }
    func fraction(_ value: FixedDecimal) -> String? { value.isPositive ? FigureText.percent(value.statisticValue) : nil }
    add("capital", outcome.settings.bots.count > 1 ? "\(bot.capital) \(quote) a bot" : "\(bot.capital) \(quote)")
    let sizing = bot.sizing == .volatility ? "volatility, \(bot.sizingRanges) average true ranges" : bot.sizing.description
    add("sizing", sizing + (bot.compounds ? ", of the equity (compounding)" : ", of the capital"))
    add("risk per trade", fraction(bot.riskPerTrade))
    add("maximum position", fraction(bot.maximumPosition))
    add("entry", entry(bot.entry))
    add("stop-loss", fraction(bot.stopLoss) ?? "none")
    add("take-profit", fraction(bot.takeProfit) ?? "none")
    add("trailing stop", fraction(bot.trailingStop))
    add("trailing stop", bot.trailingStopRanges.isPositive ? "\(bot.trailingStopRanges) average true ranges" : nil)
    add("time stop", bot.timeStopCandles > 0 ? "\(bot.timeStopCandles) \(bot.timeStopCandles == 1 ? "candle" : "candles")" : nil)
    add(
      "cooldown", bot.cooldownCandles > 0 ? "\(bot.cooldownCandles) \(bot.cooldownCandles == 1 ? "candle" : "candles") after a loss" : nil)
    add("guards", bot.guards.isEmpty ? nil : TradeGuard.text(bot.guards))
    let venue = outcome.settings.venue
    add("fees", "taker \(FigureText.percent(venue.takerFee.statisticValue)), maker \(FigureText.percent(venue.makerFee.statisticValue))")
    add("slippage", FigureText.percent(venue.slippage.statisticValue))
    add("spread", FigureText.percent(venue.spread.statisticValue))
    let limits = outcome.settings.limits
    add("max order", limits.orderNotionalMaximum.isPositive ? "\(limits.orderNotionalMaximum) \(quote)" : nil)
    add("max per symbol", limits.symbolNotionalMaximum.isPositive ? "\(limits.symbolNotionalMaximum) \(quote)" : nil)
    add("max exposure", limits.totalNotionalMaximum.isPositive ? "\(limits.totalNotionalMaximum) \(quote)" : nil)
    add("max open positions", limits.openPositionsMaximum > 0 ? "\(limits.openPositionsMaximum)" : nil)
    add("max open orders", limits.openOrdersMaximum > 0 ? "\(limits.openOrdersMaximum)" : nil)
    add("max orders per minute", limits.ordersPerMinuteMaximum > 0 ? "\(limits.ordersPerMinuteMaximum)" : nil)
    add("max daily loss", limits.dailyLossMaximum.isPositive ? "\(limits.dailyLossMaximum) \(quote), then \(limits.breachState)" : nil)
    add("max drawdown", fraction(limits.drawdownMaximum).map { "\($0), then \(limits.breachState)" })
    add("symbol guards", limits.symbolGuards.isEmpty ? nil : TradeGuard.text(limits.symbolGuards))
    add("account guards", limits.accountGuards.isEmpty ? nil : TradeGuard.text(limits.accountGuards))
    for detail in outcome.detail { add(outcome.detail.count > 1 ? "detail of \(detail.symbol)" : "detail", detail.words) }
    return list
  }

  var equity: [BacktestReport.EquitySample] {
    var peak = outcome.capital.statisticValue
    let capital = peak
    return outcome.equity.samples.map { sample in
      peak = max(peak, sample.equity)
      return .init(
        time: sample.time, equity: sample.equity, drawdown: peak > 0 ? max(0, (peak - sample.equity) / peak) : 0,
        exposure: sample.exposure, market: capital * (1 + sample.market))
    }
  }

  var months: [BacktestReport.Month] {
    var before = outcome.capital
    var list: [BacktestReport.Month] = []
    for period in outcome.equity.months {
      let last = period.end.advanced(byMilliseconds: -1)
      let date = CivilDate.fromDaysSinceEpoch(last.milliseconds / 86_400_000)
      let opens = Interval.oneMonth.openTime(containing: last)
      let base = before.statisticValue
      let profit = period.equity - before
      list.append(
        .init(
          year: Int(date.year), month: Int(date.month), profit: profit, fraction: base > 0 ? profit.statisticValue / base : 0,
          tradeCount: outcome.trades.count { $0.isClosed && $0.closedAt >= opens && $0.closedAt <= period.end }))
      before = period.equity
    }
    return list
  }

  var exits: [BacktestReport.Group] {
    var kinds: [String] = []
    for trade in outcome.trades where !kinds.contains(trade.exitKind) { kinds.append(trade.exitKind) }
    return kinds.sorted().map { kind in Self.group(kind, outcome.trades.filter { $0.exitKind == kind }) }
  }

  var bySymbol: [BacktestReport.Group] {
    outcome.markets.map { market in Self.group(market.symbol.text, outcome.trades.filter { $0.symbol == market.symbol }) }
  }

  static func group(_ name: String, _ list: [RoundTrip]) -> BacktestReport.Group {
    let count = Double(list.count)
    let seconds = list.reduce(0.0) { $0 + Double($1.closedAt.nanoseconds(since: $1.openedAt)) / 1e9 }
    return BacktestReport.Group(
      name: name, tradeCount: list.count, winCount: list.count { $0.profit.isPositive }, profit: list.reduce(.zero) { $0 + $1.profit },
      averageFraction: list.isEmpty ? 0 : list.reduce(0) { $0 + $1.fraction } / count, averageSeconds: list.isEmpty ? 0 : seconds / count)
  }

  var denials: [BacktestReport.Group] {
    outcome.denialCounts.map { (code: $0.key, count: $0.value) }.sorted {
      ($1.count, $0.code.description) < ($0.count, $1.code.description)
    }.map {
      .init(name: $0.code.description, tradeCount: $0.count, winCount: 0, profit: .zero, averageFraction: 0, averageSeconds: 0)
    }
  }

  var notes: [String] {
    let venue = outcome.settings.venue
    var list = [
      "Entries and strategy exits fill at the close of the candle that signalled, moved against us by half the spread plus the slippage (\(FigureText.fixed(100 * (venue.slippage.statisticValue + venue.spread.statisticValue / 2), 3)) %) and rounded to the tick against us.",
      venue.intrabarRule == .lowFirst
        ? "Inside a candle the price goes open, low, high, close: where a stop-loss and a take-profit lie in one candle, the stop-loss is hit. Stops and targets fill at their own price, moved by the slippage; behind an opening gap, at the open."
        : "Inside a candle the price goes open, high, low, close: where a stop-loss and a take-profit lie in one candle, the take-profit is hit (optimistic). Stops and targets fill at their own price, moved by the slippage; behind an opening gap, at the open.",
      "Equity counts open positions at market price, at the close of every candle; days and months are UTC. Sharpe, Sortino and volatility use daily returns, 365 days a year, risk-free rate 0, and need seven whole days.",
    ]
    list += outcome.detail.map(\.note)
    if outcome.warmUpCount > 0 {
      list.append(
        "\(outcome.warmUpCount) \(outcome.warmUpCount == 1 ? "candle" : "candles") before the start warmed the strategies up and did not trade."
      )
    }
    if outcome.trades.contains(where: { !$0.isClosed }) {
      list.append(
        "Positions open at the end are valued at the last close at which they were held (one bought at the very last, at what it cost) and count in equity, not in the statistics of trades."
      )
    }
    if outcome.trades.contains(where: \.isExitTimeModelled) {
      list.append(
        "Trades that ended inside a candle have the time of the path assumed there (a third or two thirds of the candle): durations and time in the market come from that model."
      )
    }
    for fee in figures.activity.feesWithoutRate {
      list.append("Fees of \(fee.withoutRate) \(fee.asset) are not taken off: no rate is known.")
    }
    for change in outcome.stateChanges where change != outcome.ended {
      list.append("\(FigureText.minute(change.time)): trading became \(change.state): \(change.reason)")
    }
    return list
  }
}

extension DetailCoverage {
  /// "1m candles inside 120 of 200 candles, 2025-12-01 00:00 to 2025-12-01 10:00"
  public var words: String {
    guard let range, !isWhole else { return "\(interval) candles inside \(isWhole ? "every candle" : "no candle")" }
    return
      "\(interval) candles inside \(coveredCount) of \(candleCount) candles, \(FigureText.minute(range.lowerBound)) to \(FigureText.minute(range.upperBound))"
  }

  /// A sentence for the result's notes.
  public var note: String {
    let follows = "the price follows the \(interval) candles of the detail file"
    guard !isWhole else { return "Inside each \(candleInterval) candle of \(symbol) \(follows)." }
    return
      "Inside \(coveredCount) of the \(candleCount) \(candleInterval) candles of \(symbol) \(follows); inside the others, which it does not cover whole, it goes as the intrabar rule says."
  }
}
