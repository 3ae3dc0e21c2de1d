import Backtest
import CandleFiles
import ControlPlane
import PaperTrading
import Presentation
import Statistics

/// Fills the control plane's port: runs backtests in this process, files are those of the state directory's `data` folder.
struct LocalBacktestRunner: BacktestRunner {
  private let dataDirectory: String

  init(stateDirectory: String) { dataDirectory = "\(stateDirectory)/data" }

  func run(_ job: BacktestJob, progress: (BacktestJob.Progress) -> Bool) throws(BacktestFailure) -> BacktestResult {
    var notes = job.notes
    var markets: [BacktestMarket] = []
    for market in job.markets { markets.append(try read(market, &notes)) }
    notes += markets.map { RulesNote.text($0.rules, "come from the daemon, as the exchange has them now") }
    do throws(BacktestError) {
      var backtest = try Backtest(Self.settings(job), markets: markets)
      let outcome = try backtest.run { at in
        progress(BacktestJob.Progress(candlesDone: at.candlesDone, candlesTotal: at.candlesTotal, time: at.time))
      }
      return BacktestResult(
        BacktestReport(outcome, dataNotes: notes), candleCount: outcome.candleCount, performance: outcome.figures)
    } catch {
      throw BacktestFailure(error)
    }
  }

  private static func settings(_ job: BacktestJob) -> BacktestSettings {
    var settings = BacktestSettings(bots: job.bots, limits: job.limits, from: job.from, to: job.to)
    if let fee = job.takerFee { settings.venue.takerFee = fee }
    if let fee = job.makerFee { settings.venue.makerFee = fee }
    if let slippage = job.slippage { settings.venue.slippage = slippage }
    if let spread = job.spread { settings.venue.spread = spread }
    return settings
  }

  private func read(_ market: BacktestJob.Market, _ notes: inout [String]) throws(BacktestFailure) -> BacktestMarket {
    switch market.candles {
    case .held(let candles, let interval): return BacktestMarket(rules: market.rules, interval: interval, candles: candles)
    case .file(let file):
      var options = CandleReadOptions()
      options.fillGaps = file.fillGaps
      options.skipBad = file.skipBad
      options.rowsMaximum = file.rowsMaximum
      do throws(CandleFileError) {
        let series = try CandleFile.read(path: "\(dataDirectory)/\(file.name)", options: options)
        let repairs = series.repairs
        if repairs.gapsFilled > 0 { notes.append("\(file.name): \(repairs.gapsFilled) missing candles were filled with flat ones.") }
        if repairs.skippedRows > 0 { notes.append("\(file.name): \(CountText.of(repairs.skippedRows, "row was", "rows were")) skipped.") }
        return BacktestMarket(rules: market.rules, interval: series.interval, candles: series.candles)
      } catch {
        throw BacktestFailure(.unreadableFile, field: "data_file", message: error.description)
      }
    }
  }
}

extension BacktestFailure {
  fileprivate init(_ error: BacktestError) {
    let code: Code =
      switch error.code {
      case .invalidSetting: .invalidSetting
      case .insufficientData: .insufficientData
      case .canceled: .canceled
      }
    self.init(code, field: error.field, message: error.message)
  }
}

extension BacktestResult {
  fileprivate init(_ report: BacktestReport, candleCount: Int, performance: PerformanceFigures) {
    let figures = report.sections.flatMap { section in
      section.figures.map { figure in
        Figure(
          section: section.title, key: figure.key, label: figure.label, text: figure.text, number: figure.number,
          isRatio: figure.isRatio)
      }
    }
    self.init(
      title: report.title, figures: figures, trades: report.trades.map { BacktestTrade($0) },
      equity: report.equity.map { EquitySample(time: $0.time, equity: $0.equity) }, notes: report.notes, candleCount: candleCount,
      ended: report.ended.map { Ended(time: $0.time, reason: $0.reason) }, performance: performance)
  }
}

extension BacktestTrade {
  fileprivate init(_ trade: RoundTrip) {
    self.init(
      number: trade.number, botID: trade.botID, symbol: trade.symbol, openedAt: trade.openedAt, closedAt: trade.closedAt,
      entryPrice: trade.entryPrice, exitPrice: trade.exitPrice, quantity: trade.quantity, fees: trade.fees, profit: trade.profit,
      fraction: trade.fraction, candles: trade.candles, entryReason: trade.entryReason, exitKind: trade.exitKind,
      exitReason: trade.exitReason, isClosed: trade.isClosed, adverseExcursion: trade.adverseExcursion,
      favorableExcursion: trade.favorableExcursion, isExitTimeModelled: trade.isExitTimeModelled)
  }
}
