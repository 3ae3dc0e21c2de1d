import Presentation
import Statistics
import Time
import TradingCore
import TradingModel

extension ReportBuilder {
  private typealias Figure = BacktestReport.Figure

  var sections: [BacktestReport.Section] { [result, risk, trading] + excursions + [durations] + guards + [run] }

  /// None without guards.
  private var guards: [BacktestReport.Section] {
    let limits = outcome.settings.limits
    let scopes: [(name: String, guards: [TradeGuard])] = [
      ("bot", outcome.settings.bots.first?.guards ?? []), ("symbol", limits.symbolGuards), ("account", limits.accountGuards),
    ]
    var figures: [Figure] = []
    for (scope, guards) in scopes {
      for kind in TradeGuard.Kind.allCases where guards.contains(where: { $0.kind == kind }) {
        let use = outcome.guards.first { $0.scope == scope && "\($0.cause)" == "\(kind)" }
        let key = "\(scope)_\(kind)".map { $0 == "-" ? "_" : String($0) }.joined()
        figures.append(count("\(key)_locks", "Locks by \(kind), \(scope)", use?.lockCount ?? 0))
        figures.append(count("\(key)_suppressed", "Entries suppressed by it", use?.suppressedCount ?? 0))
      }
    }
    return figures.isEmpty ? [] : [.init(title: "Guards", figures: figures)]
  }

  private func money(_ key: String, _ label: String, _ amount: Amount?) -> Figure {
    Figure(key: key, label: label, text: FigureText.money(amount, quote), number: amount?.description ?? "", kind: .money)
  }

  /// With the digits of a decimal. A whole one has a point as every ratio has: what has none is a count.
  private func decimal(_ value: Double?) -> String {
    guard let text = RoundedFigures.decimal(value)?.description else { return "" }
    return text.contains(".") ? text : text + ".0"
  }

  /// Fractions are decimals in `Stats`, and have the same digits here.
  private func percent(_ key: String, _ label: String, _ fraction: Double?) -> Figure {
    Figure(
      key: key, label: label, text: fraction.map(FigureText.percent) ?? FigureText.unknown,
      number: decimal(fraction), isRatio: true, kind: .fraction)
  }

  /// Fractions a year are ratios in `Stats`.
  private func percentAYear(_ key: String, _ label: String, _ fraction: Double?) -> Figure {
    Figure(
      key: key, label: label, text: fraction.map(FigureText.percent) ?? FigureText.unknown, number: FigureText.number(fraction),
      isRatio: true, kind: .fraction)
  }

  /// A decimal in `Stats` too.
  private func factor(_ key: String, _ label: String, _ value: Double?) -> Figure {
    Figure(key: key, label: label, text: FigureText.ratio(value), number: decimal(value), isRatio: true, kind: .ratio)
  }

  private func ratio(_ key: String, _ label: String, _ value: Double?) -> Figure {
    Figure(key: key, label: label, text: FigureText.ratio(value), number: FigureText.number(value), isRatio: true, kind: .ratio)
  }

  private func count(_ key: String, _ label: String, _ value: Int?) -> Figure {
    Figure(
      key: key, label: label, text: value.map { FigureText.grouped(Int64($0)) } ?? FigureText.unknown,
      number: value.map { "\($0)" } ?? "", isRatio: true, kind: .count)
  }

  private func time(_ key: String, _ label: String, _ value: Timestamp?) -> Figure {
    Figure(
      key: key, label: label, text: value.map(FigureText.minute) ?? FigureText.unknown, number: value.map(TimeText.rfc3339) ?? "",
      kind: .time)
  }

  private func seconds(_ key: String, _ label: String, _ value: Double?) -> Figure {
    Figure(
      key: key, label: label, text: value.map(FigureText.duration) ?? FigureText.unknown, number: FigureText.number(value), isRatio: true,
      kind: .seconds)
  }

  private var result: BacktestReport.Section {
    .init(
      title: "Result",
      figures: [
        money("starting_capital", "Starting capital", outcome.capital), money("final_equity", "Final equity", figures.equity.equity),
        money("net_profit", "Net profit", figures.netProfit), percent("net_profit_fraction", "Net profit %", figures.equity.chainedReturn),
        money("gross_profit_before_fees", "Profit before fees", figures.profitBeforeFees),
        money("fees", "Fees", figures.activity.feesInQuote), money("maker_fees", "Fees as maker", figures.activity.makerFees),
        money("realized_pnl", "Realized", figures.realized),
        percentAYear("cagr", "CAGR", figures.equity.annualGrowth), percent("market_change_fraction", "Market change", figures.marketChange),
        percent("excess_return", "Above the market", figures.excessReturn),
        percent("break_even_cost", "Break-even cost a fill", figures.breakEvenCost),
        percent("fees_fraction", "Fees paid a fill", figures.activity.feesFraction),
      ])
  }

  private var risk: BacktestReport.Section {
    let equity = figures.equity
    return .init(
      title: "Risk",
      figures: [
        ratio("sharpe", "Sharpe ratio", equity.sharpe), ratio("sortino", "Sortino ratio", equity.sortino),
        ratio("calmar", "Calmar ratio", equity.calmar), percentAYear("annual_volatility", "Volatility a year", equity.volatility),
        percent("max_drawdown_fraction", "Maximum drawdown %", equity.drawdownFraction),
        money("max_drawdown", "Lost in that drawdown", equity.drawdown?.lost ?? (equity.chainedReturn == nil ? nil : .zero)),
        time("drawdown_start", "Drawdown from", equity.drawdown?.peak), time("drawdown_bottom", "Drawdown to", equity.drawdown?.bottom),
        time("drawdown_recovery", "Recovered", equity.drawdown?.recovery),
        money("largest_fall", "Largest fall of the profit", equity.largestFall),
        seconds("longest_underwater_seconds", "Longest under water", Double(equity.longestUnderwater) / 1e9),
      ])
  }

  private var trading: BacktestReport.Section {
    let trades = figures.trades
    let closed = outcome.trades.filter(\.isClosed)
    let best = closed.max { $0.profit < $1.profit }
    let worst = closed.min { $0.profit < $1.profit }
    return .init(
      title: "Trades",
      figures: [
        count("trades", "Trades", trades.count), count("wins", "Wins", trades.wins), count("losses", "Losses", trades.losses),
        count("break_even_trades", "Break-even", trades.breakEvens), percent("win_rate", "Win rate", trades.winRate),
        factor("profit_factor", "Profit factor", trades.profitFactor), money("expectancy", "Expectancy a trade", trades.expectancy),
        ratio("expectancy_ratio", "Expectancy ratio", trades.expectancyRatio),
        ratio("system_quality", "System quality (SQN)", trades.systemQuality), money("average_win", "Average win", trades.averageWin),
        money("average_loss", "Average loss", trades.averageLoss), money("best_trade", "Best trade", trades.best),
        percent("best_trade_fraction", "Best trade %", best?.fraction), money("worst_trade", "Worst trade", trades.worst),
        percent("worst_trade_fraction", "Worst trade %", worst?.fraction),
        count("longest_win_streak", "Most wins in a row", trades.longestWinStreak),
        count("longest_loss_streak", "Most losses in a row", trades.longestLossStreak),
        count("open_trades", "Open at the end", figures.openPositions), count("denied", "Signals denied", figures.activity.denialCount),
      ])
  }

  /// None without a trade whose prices were followed.
  private var excursions: [BacktestReport.Section] {
    var sums = ExcursionStatistics()
    for trade in outcome.trades where trade.isClosed {
      guard let adverse = trade.adverseExcursion, let favorable = trade.favorableExcursion else { continue }
      sums.add(adverse: adverse, favorable: favorable, sign: trade.profit.isPositive ? 1 : trade.profit.isNegative ? -1 : 0)
    }
    guard !sums.isEmpty else { return [] }
    return [
      .init(
        title: "Furthest prices while open",
        figures: [
          percent("mae_average", "Against, average (MAE)", sums.meanAdverse),
          percent("mfe_average", "For, average (MFE)", sums.meanFavorable),
          percent("mae_average_wins", "Against, average of wins", sums.meanAdverseOfWins),
          percent("mae_largest_win", "Against, largest of a win", sums.largestAdverseOfWins),
          percent("mfe_average_losses", "For, average of losses", sums.meanFavorableOfLosses),
        ])
    ]
  }

  private var durations: BacktestReport.Section {
    let trades = figures.trades
    var list = [
      seconds("average_trade_seconds", "Average trade", trades.averageSeconds),
      seconds("average_win_seconds", "Average win", trades.averageWinSeconds),
      seconds("average_loss_seconds", "Average loss", trades.averageLossSeconds),
      seconds("longest_trade_seconds", "Longest trade", trades.longestSeconds),
      seconds("shortest_trade_seconds", "Shortest trade", trades.shortestSeconds),
    ]
    if let mean = figures.meanTimeInMarket {
      list.append(percent("time_in_market", "Time with any position", figures.timeInMarket))
      list.append(percent("time_in_market_mean", "Time in the market, mean of the bots", mean))
    } else {
      list.append(percent("time_in_market", "Time in the market", figures.timeInMarket))
    }
    return .init(title: "Time", figures: list)
  }

  private var run: BacktestReport.Section {
    .init(
      title: "Run",
      figures: [
        time("start", "From", outcome.start), time("end", "To", outcome.end), count("candles", "Candles", outcome.candleCount),
        count("fills", "Fills", figures.activity.fills), count("maker_fills", "Fills as maker", figures.activity.makerFills),
        money("turnover", "Turnover", figures.activity.turnover),
        money("maker_turnover", "Turnover as maker", figures.activity.makerTurnover),
        money("slippage", "Slippage against the decision", figures.activity.slippage),
      ])
  }
}
