import Backtest
import BotAPI
import ControlCommands
import Presentation
import Statistics
import Time
import TradingModel

/// The report page's values out of a daemon's words. Pure.
struct AccountReportMaker {
  let results: AccountResults
  private var stats: V1.Stats { results.stats }

  /// Samples drawn at most; a series that is longer keeps the extremes of its parts.
  private static let samplesMaximum = 2_000

  init(_ results: AccountResults) { self.results = results }

  func report(title: String) -> BacktestReport? {
    guard let first = results.points.first, let last = results.points.last else { return nil }
    let trades = roundTrips
    let names = Set(trades.map(\.symbol)).union(results.bots.compactMap { $0.spec.flatMap { Symbol($0.symbol) } })
    let strategies = Set(results.bots.compactMap { $0.spec?.strategy })
    let spec = results.bots.first?.spec
    let history = history
    var report = BacktestReport(
      source: stats.mode.name, title: title, strategy: strategies.count == 1 ? strategies.first ?? "" : "\(strategies.count) strategies",
      symbols: names.sorted(), interval: spec.flatMap { Interval(rawValue: $0.interval) } ?? .oneMinute,
      range: Timestamp(nanoseconds: first.timeNs)...Timestamp(nanoseconds: max(first.timeNs, last.timeNs)), quoteAsset: stats.quoteAsset,
      capital: Self.decimal(stats.equity) - Self.decimal(stats.netPnL), finalEquity: Self.decimal(stats.equity), sections: sections,
      trades: trades, equity: samples, months: months(trades), settings: settings,
      notes: [
        "Figures are those of botctl stats and botctl portfolio. Fees in a third asset count at their worth when they were paid.",
        "A trade is a round trip from flat to flat; what is open still is in equity, and in no trade.",
        "MAE and MFE are known of backtests only: the journal has no prices between fills.",
      ] + (stats.unconvertedAssets.isEmpty ? [] : ["Without \(stats.unconvertedAssets.joined(separator: ", ")): no rate is known."]))
    report.drawdowns = history.drawdowns.list
    report.rollingSharpe = history.rolling.values
    report.costs = CostCurve(
      netProfit: Self.decimal(stats.netPnL), fees: Self.decimal(stats.feesTotal), turnover: Self.decimal(stats.turnover))
    return report
  }

  /// Drawdowns and Sharpe ratios over time, out of the equity curve's points.
  private var history: EquityHistory {
    var history = EquityHistory()
    var series = EquityStatistics()
    for (index, point) in results.points.enumerated() {
      let time = Timestamp(nanoseconds: point.timeNs)
      let profit = Self.decimal(point.netProfit)
      if index == 0 {
        series.flow(equity: Self.decimal(point.equity) - profit, capital: .zero, at: time)
        series.observe(netProfit: profit, at: time)
        series.begin(at: time)
      } else {
        let flow = Self.decimal(point.flow)
        if !flow.isZero { series.flow(equity: flow, capital: .zero, at: time) }
        series.observe(netProfit: profit, at: time)
      }
      history.follow(series)
    }
    if let last = results.points.last { history.finish(at: Timestamp(nanoseconds: last.timeNs)) }
    return history
  }

  private static func decimal(_ text: String) -> FixedDecimal { FixedDecimal(text: text) ?? .zero }

  // MARK: Trades

  private struct Opening {
    var first: V1.LedgerEntry
    var bought = Quantity.zero
    var spent = Amount.zero
    var sold = Quantity.zero
    var received = Amount.zero
    var fees = Amount.zero
  }

  private var roundTrips: [RoundTrip] {
    var open: [Int64: Opening] = [:]
    var trips: [RoundTrip] = []
    for entry in results.entries where entry.kind == .fill && !entry.botID.isEmpty {
      guard let trade = entry.trade else { continue }
      var opening = open[entry.botCreatedSequence] ?? Opening(first: entry)
      opening.fees += Self.decimal(entry.feeInQuote)
      if trade.side == .buy {
        opening.bought += Self.decimal(trade.quantity)
        opening.spent += Self.decimal(trade.quoteQuantity)
      } else {
        opening.sold += Self.decimal(trade.quantity)
        opening.received += Self.decimal(trade.quoteQuantity)
      }
      open[entry.botCreatedSequence] = opening
      guard !entry.tradeProfit.isEmpty else { continue }
      open[entry.botCreatedSequence] = nil
      if let trip = Self.trip(opening, entry, trade, number: trips.count + 1) { trips.append(trip) }
    }
    return trips
  }

  private static func trip(_ opening: Opening, _ entry: V1.LedgerEntry, _ trade: V1.Trade, number: Int) -> RoundTrip? {
    guard let bot = BotID(entry.botID), let symbol = Symbol(entry.symbol) else { return nil }
    func average(_ amount: Amount, _ quantity: Quantity) -> Price {
      quantity.isPositive ? amount.divided(by: quantity, rounding: .nearestEven) : .zero
    }
    let profit = decimal(entry.tradeProfit)
    let spent = opening.spent.statisticValue
    return RoundTrip(
      number: number, botID: bot, symbol: symbol, openedAt: Timestamp(nanoseconds: entry.tradeOpenedTimeNs),
      closedAt: Timestamp(nanoseconds: entry.timeNs), entryPrice: average(opening.spent, opening.bought),
      exitPrice: average(opening.received, opening.sold), quantity: opening.sold, fees: opening.fees, profit: profit,
      fraction: spent > 0 ? profit.statisticValue / spent : 0, candles: 0, entryReason: opening.first.trade?.reason ?? "",
      exitKind: trade.purpose.name, exitReason: trade.reason, isClosed: true)
  }

  // MARK: Equity

  private var samples: [BacktestReport.EquitySample] {
    let all = results.points.map { point in
      let equity = Self.decimal(point.equity)
      let value = equity.statisticValue
      return BacktestReport.EquitySample(
        time: Timestamp(nanoseconds: point.timeNs), equity: value, drawdown: Self.decimal(point.drawdownFraction).statisticValue,
        exposure: value > 0 ? Self.decimal(point.positionValue).statisticValue / value : 0,
        market: (equity - Self.decimal(point.netProfit)).statisticValue)
    }
    guard all.count > Self.samplesMaximum else { return all }
    let size = (all.count + Self.samplesMaximum / 4 - 1) / (Self.samplesMaximum / 4)
    var kept: [BacktestReport.EquitySample] = []
    for start in stride(from: 0, to: all.count, by: size) {
      let part = start..<min(start + size, all.count)
      let low = part.min { all[$0].equity < all[$1].equity }
      let high = part.max { all[$0].equity < all[$1].equity }
      let deepest = part.max { all[$0].drawdown < all[$1].drawdown }
      let last = all.count - 1
      kept += Set([low, high, deepest, start == 0 ? 0 : nil, part.contains(last) ? last : nil].compactMap { $0 }).sorted().map { all[$0] }
    }
    return kept
  }

  /// Each month's profit, and its return chained over its days as everywhere.
  private func months(_ trades: [RoundTrip]) -> [BacktestReport.Month] {
    var list: [BacktestReport.Month] = []
    var before: V1.EquityPoint?
    var points = results.points[...]
    while let first = points.first {
      let range = Self.month(of: Timestamp(nanoseconds: first.timeNs))
      let part = points.prefix { $0.timeNs < range.upperBound.nanoseconds }
      points = points.dropFirst(part.count)
      var series = EquityStatistics()
      let from = before ?? first
      series.flow(
        equity: Self.decimal(from.equity) - Self.decimal(from.netProfit), capital: .zero, at: Timestamp(nanoseconds: from.timeNs))
      series.observe(netProfit: Self.decimal(from.netProfit), at: Timestamp(nanoseconds: from.timeNs))
      series.begin(at: Timestamp(nanoseconds: from.timeNs))
      for point in before == nil ? part.dropFirst() : part {
        let time = Timestamp(nanoseconds: point.timeNs)
        let flow = Self.decimal(point.flow)
        if !flow.isZero { series.flow(equity: flow, capital: .zero, at: time) }
        series.observe(netProfit: Self.decimal(point.netProfit), at: time)
      }
      guard let last = part.last else { break }
      let civil = CivilTime(range.lowerBound)
      list.append(
        .init(
          year: civil.year, month: civil.month,
          profit: Self.decimal(last.netProfit) - (before.map { Self.decimal($0.netProfit) } ?? .zero),
          fraction: series.figures(at: Timestamp(nanoseconds: last.timeNs)).chainedReturn ?? 0,
          tradeCount: trades.count { range.contains($0.closedAt) }))
      before = last
    }
    return list
  }

  private static func month(of time: Timestamp) -> Range<Timestamp> {
    let reader = TimeReader(now: time)
    return reader.start(of: .month, containing: time)..<reader.end(of: .month, containing: time)
  }

  // MARK: Figures

  private typealias Figure = BacktestReport.Figure

  private func money(_ key: String, _ label: String, _ text: String) -> Figure {
    let shown = FixedDecimal(text: text).map { "\(FigureText.fixed($0, 2)) \(stats.quoteAsset)" } ?? FigureText.unknown
    return Figure(key: key, label: label, text: shown, number: text, kind: .money)
  }

  /// A whole fraction has a point as every ratio has: what has none is a count.
  private func percent(_ key: String, _ label: String, _ text: String) -> Figure {
    Figure(
      key: key, label: label, text: text.isEmpty ? FigureText.unknown : DecimalText.percent(text),
      number: Self.pointed(text), isRatio: true,
      kind: .fraction)
  }

  private static func pointed(_ text: String) -> String { text.isEmpty || text.contains(".") ? text : text + ".0" }

  private func ratio(_ key: String, _ label: String, _ value: Double) -> Figure {
    Figure(
      key: key, label: label, text: value == 0 ? FigureText.unknown : FigureText.fixed(value, 2),
      number: value == 0 ? "" : FigureText.number(value), isRatio: true, kind: .ratio)
  }

  private func count(_ key: String, _ label: String, _ value: Int64) -> Figure {
    Figure(key: key, label: label, text: "\(value)", number: "\(value)", isRatio: true, kind: .count)
  }

  private var sections: [BacktestReport.Section] {
    [
      .init(
        title: "Result",
        figures: [
          money("capital", "Capital", stats.capital), money("equity", "Equity", stats.equity),
          money("net_profit", "Net profit", stats.netPnL),
          percent("net_profit_fraction", "Net profit %", stats.returnFraction), money("realized_pnl", "Realized", stats.realizedPnL),
          money("unrealized_pnl", "Unrealized", stats.unrealizedPnL), money("gross_pnl", "Profit before fees", stats.grossPnL),
          money("fees", "Fees", stats.feesTotal), percent("return_on_capital", "Return on capital", stats.returnOnCapital),
          percent("break_even_cost", "Break-even cost a fill", stats.breakEvenCost),
          percent("fees_fraction", "Fees paid a fill", feesFraction),
        ]),
      .init(
        title: "Risk",
        figures: [
          ratio("sharpe", "Sharpe ratio", stats.sharpeRatio), ratio("sortino", "Sortino ratio", stats.sortinoRatio),
          ratio("calmar", "Calmar ratio", stats.calmarRatio),
          percent("max_drawdown_fraction", "Maximum drawdown %", stats.maxDrawdownFraction),
          money("max_drawdown", "Lost in that drawdown", stats.maxDrawdown),
          money("largest_fall", "Largest fall of the profit", stats.largestFall), percent("exposure", "Exposure now", stats.exposure),
        ]),
      .init(
        title: "Trades",
        figures: [
          count("trades", "Trades", stats.trades), count("wins", "Wins", stats.wins), count("losses", "Losses", stats.losses),
          count("break_even_trades", "Break-even", stats.breakEven), percent("win_rate", "Win rate", stats.winRate),
          Figure(
            key: "profit_factor", label: "Profit factor",
            text: stats.profitFactor.isEmpty ? FigureText.unknown : DecimalText.fixed(stats.profitFactor, places: 2),
            number: Self.pointed(stats.profitFactor), isRatio: true, kind: .ratio),
          money("expectancy", "Expectancy a trade", stats.expectancy), money("average_win", "Average win", stats.averageWin),
          money("average_loss", "Average loss", stats.averageLoss), money("best_trade", "Best trade", stats.bestTrade),
          money("worst_trade", "Worst trade", stats.worstTrade), count("fills", "Fills", stats.fills),
          money("turnover", "Turnover", stats.turnover), money("slippage", "Slippage against the decision", stats.slippage),
          count("denied", "Signals denied", stats.signalsDenied),
        ]),
    ]
  }

  private var feesFraction: String {
    CostCurve(netProfit: .zero, fees: Self.decimal(stats.feesTotal), turnover: Self.decimal(stats.turnover)).paid?.description ?? ""
  }

  private var settings: [BacktestReport.Setting] {
    results.bots.prefix(200).map { bot in
      let spec = bot.spec ?? V1.BotSpec()
      return .init(bot.id, "\(spec.strategy) on \(spec.symbol), \(spec.interval), \(bot.state.name), capital \(spec.capital)")
    }
  }
}
