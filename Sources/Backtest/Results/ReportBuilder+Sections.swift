import Time
import TradingModel

extension ReportBuilder {
  private typealias Figure = BacktestReport.Figure

  var sections: [BacktestReport.Section] { [result, risk, trading, durations, run] }

  private func money(_ key: String, _ label: String, _ amount: Amount) -> Figure {
    Figure(key: key, label: label, text: FigureText.money(amount, quote), number: amount.description)
  }

  private func percent(_ key: String, _ label: String, _ fraction: Double?) -> Figure {
    Figure(key: key, label: label, text: fraction.map(FigureText.percent) ?? "–", number: FigureText.number(fraction))
  }

  private func ratio(_ key: String, _ label: String, _ value: Double?) -> Figure {
    Figure(key: key, label: label, text: FigureText.ratio(value), number: FigureText.number(value))
  }

  private func count(_ key: String, _ label: String, _ value: Int) -> Figure {
    Figure(key: key, label: label, text: FigureText.grouped(Int64(value)), number: "\(value)")
  }

  private func time(_ key: String, _ label: String, _ value: Timestamp?) -> Figure {
    Figure(key: key, label: label, text: value.map(FigureText.minute) ?? "–")
  }

  private func seconds(_ key: String, _ label: String, _ value: Double) -> Figure {
    Figure(key: key, label: label, text: FigureText.duration(value), number: FigureText.number(value))
  }

  private var result: BacktestReport.Section {
    let net = outcome.finalEquity - outcome.capital
    return .init(
      title: "Result",
      figures: [
        money("starting_capital", "Starting capital", outcome.capital), money("final_equity", "Final equity", outcome.finalEquity),
        money("net_profit", "Net profit", net), percent("net_profit_fraction", "Net profit %", statistics.totalReturn),
        money("gross_profit_before_fees", "Profit before fees", net + statistics.fees), money("fees", "Fees", statistics.fees),
        money("realized_pnl", "Realized", outcome.realized), percent("cagr", "CAGR", statistics.annualGrowth),
        percent("market_change_fraction", "Market change", statistics.marketChange),
        percent("excess_return", "Above the market", statistics.totalReturn - statistics.marketChange),
      ])
  }

  private var risk: BacktestReport.Section {
    let equity = outcome.equity
    return .init(
      title: "Risk",
      figures: [
        ratio("sharpe", "Sharpe ratio", statistics.sharpe), ratio("sortino", "Sortino ratio", statistics.sortino),
        ratio("calmar", "Calmar ratio", statistics.calmar), percent("annual_volatility", "Volatility a year", statistics.volatility),
        percent("max_drawdown_fraction", "Maximum drawdown %", equity.maximumDrawdownFraction),
        Figure(
          key: "max_drawdown", label: "Maximum drawdown", text: "\(FigureText.fixed(equity.maximumDrawdown, 2)) \(quote)",
          number: FigureText.number(equity.maximumDrawdown)),
        time("drawdown_start", "Drawdown from", equity.maximumDrawdown > 0 ? equity.drawdownPeakTime : nil),
        time("drawdown_bottom", "Drawdown to", equity.maximumDrawdown > 0 ? equity.drawdownTime : nil),
        time("drawdown_recovery", "Recovered", equity.recoveryTime),
        seconds("longest_underwater_seconds", "Longest under water", Double(equity.longestUnderwater) / 1e9),
      ])
  }

  private var trading: BacktestReport.Section {
    let all = outcome.trades.filter(\.isClosed)
    let best = all.max { $0.profit < $1.profit }
    let worst = all.min { $0.profit < $1.profit }
    let streaks = statistics.streaks
    return .init(
      title: "Trades",
      figures: [
        count("trades", "Trades", statistics.count), count("wins", "Wins", statistics.wins.count),
        count("losses", "Losses", statistics.losses.count), percent("win_rate", "Win rate", statistics.winRate),
        ratio("profit_factor", "Profit factor", statistics.profitFactor), money("expectancy", "Expectancy a trade", statistics.expectancy),
        ratio("expectancy_ratio", "Expectancy ratio", statistics.expectancyRatio),
        ratio("system_quality", "System quality (SQN)", statistics.systemQuality),
        money("average_win", "Average win", statistics.average(statistics.grossProfit, statistics.wins.count)),
        money("average_loss", "Average loss", statistics.average(statistics.grossLoss, statistics.losses.count)),
        money("best_trade", "Best trade", best?.profit ?? .zero), percent("best_trade_fraction", "Best trade %", best?.fraction),
        money("worst_trade", "Worst trade", worst?.profit ?? .zero), percent("worst_trade_fraction", "Worst trade %", worst?.fraction),
        count("longest_win_streak", "Most wins in a row", streaks.wins),
        count("longest_loss_streak", "Most losses in a row", streaks.losses),
        count("open_trades", "Open at the end", outcome.trades.count { !$0.isClosed }),
        count("denied", "Signals denied", outcome.denialCounts.values.reduce(0, +)),
      ])
  }

  private var durations: BacktestReport.Section {
    .init(
      title: "Time",
      figures: [
        seconds("average_trade_seconds", "Average trade", statistics.meanSeconds(outcome.trades.filter(\.isClosed))),
        seconds("average_win_seconds", "Average win", statistics.meanSeconds(statistics.wins)),
        seconds("average_loss_seconds", "Average loss", statistics.meanSeconds(statistics.losses)),
        seconds("longest_trade_seconds", "Longest trade", statistics.longestSeconds),
        seconds("shortest_trade_seconds", "Shortest trade", statistics.shortestSeconds),
        percent("time_in_market", "Time in the market", statistics.timeInMarket),
      ])
  }

  private var run: BacktestReport.Section {
    .init(
      title: "Run",
      figures: [
        time("start", "From", outcome.start), time("end", "To", outcome.end), count("candles", "Candles", outcome.candleCount),
        count("fills", "Fills", outcome.fills.count), money("turnover", "Turnover", statistics.turnover),
      ])
  }
}
