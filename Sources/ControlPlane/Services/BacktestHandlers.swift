import BotAPI
import FigureMessages
import Dispatch
import MarketData
import ServiceRuntime
import Strategies
import Synchronization
import TTRPC
import Time
import TradingCore
import TradingModel
import Venue

/// `BacktestService`: runs backtests on a thread of their own, one after the other, so that they never delay an order or a call.
struct BacktestHandlers: Sendable {
  /// Candles that one run may read of a file.
  static let rowsMaximum = 1_000_000
  /// Candles of a series that the daemon holds.
  static let heldMaximum = 1_000_000
  /// Runs that may wait.
  static let pendingMaximum = 4

  let context: ControlContext
  private let runner: any BacktestRunner
  private let thread: PinnedThread

  init(context: ControlContext, runner: any BacktestRunner) throws(RuntimeError) {
    self.context = context
    self.runner = runner
    thread = try PinnedThread(name: "botd-backtest", capacity: Self.pendingMaximum)
  }

  /// Ends the thread; a run in progress ends with its stream.
  func stop() { thread.stop() }

  /// A run in progress: asked for once, stopped when the caller goes.
  private final class Run: Sendable {
    let isStarted = Atomic<Bool>(false)
    let isCanceled = Atomic<Bool>(false)
    /// Counted up whenever the caller can take more, or is gone.
    let writable = DispatchSemaphore(value: 0)

    func cancel() {
      isCanceled.store(true, ordering: .relaxed)
      writable.signal()
    }
  }

  func register(on server: RPCServer) {
    server.register(
      V1.BacktestService.runBacktest,
      stream: { _, stream in
        let run = Run()
        stream.onMessage { bytes in
          guard !run.isStarted.exchange(true, ordering: .relaxed) else {
            return stream.fail(
              RPCError(code: .invalidArgument, reason: "ALREADY_RUNNING", message: "a backtest takes one request; open another stream"))
          }
          self.begin(bytes, stream, run)
        }
        stream.onHalfClose {}
        stream.onCancel { _ in run.cancel() }
        stream.onDrain { run.cancel() }
        stream.onWritable { run.writable.signal() }
      })
  }

  private func begin(_ bytes: [UInt8], _ stream: RPCServerStream, _ run: Run) {
    do throws(RPCError) {
      let request = try V1.RunBacktestRequest.requested(bytes)
      let job = try job(request)
      let isTaken = thread.submit {
        do throws(RPCError) {
          try self.perform(request, job, stream, run)
        } catch {
          stream.fail(error)
        }
      }
      guard isTaken else {
        throw RPCError(
          code: .resourceExhausted, reason: "TOO_MANY_BACKTESTS",
          message:
            "\(Self.pendingMaximum) backtests wait already; try again when one is done, or run it without the daemon: botctl backtest")
      }
    } catch {
      stream.fail(error)
    }
  }

  // MARK: The request

  /// What is asked for, without its candles.
  private func job(_ request: V1.RunBacktestRequest) throws(RPCError) -> BacktestJob {
    var check = RequestCheck()
    var job = BacktestJob()
    job.takerFee = fraction(request.takerFee, "taker_fee", &check)
    job.makerFee = fraction(request.makerFee, "maker_fee", &check)
    job.slippage = fraction(request.slippage, "slippage", &check)
    job.spread = fraction(request.spread, "spread", &check)
    if let limits = request.limits { job.limits = check.limits(limits) }
    check.notNegative(request.fromTimeNs, field: "from_time_ns")
    check.notNegative(request.toTimeNs, field: "to_time_ns")
    if request.fromTimeNs > 0 { job.from = Timestamp(nanoseconds: request.fromTimeNs) }
    if request.toTimeNs > 0 { job.to = Timestamp(nanoseconds: request.toTimeNs) }
    if request.toTimeNs > 0, request.fromTimeNs >= request.toTimeNs {
      check.wrong("to_time_ns", "RANGE_EMPTY", "to_time_ns must be later than from_time_ns")
    }
    if !request.dataFile.isEmpty, !Self.isFileName(request.dataFile) {
      check.wrong("data_file", "NOT_A_FILE_NAME", "data_file must be the name of a file in the daemon's data directory, without a path")
    }
    if !request.dataFile.isEmpty, !request.symbols.isEmpty {
      check.wrong("symbols", "MUST_BE_EMPTY", "symbols must be empty together with data_file: a file holds one symbol")
    }
    let base = check.configuration(botID: BotID("backtest"), request.spec, base: nil, isBacktest: true, context)
    let more = check.symbols(request.symbols).sorted()
    if let base { job.bots = base.copies(on: [base.symbol] + more.filter { $0 != base.symbol }) }
    try check.finish()
    return job
  }

  private func fraction(_ text: String, _ field: String, _ check: inout RequestCheck) -> FixedDecimal? {
    guard let value = check.decimal(text, field: field) else { return nil }
    if value.isNegative || value >= .one { check.wrong(field, "FRACTION_OUT_OF_RANGE", "\(field) must be from 0 to below 1, not \(value)") }
    return value
  }

  private static func isFileName(_ text: String) -> Bool {
    !text.utf8.contains(UInt8(ascii: "/")) && !text.utf8.contains(0) && text != "." && text != ".." && text.utf8.count <= 255
  }

  // MARK: The run

  private func perform(_ request: V1.RunBacktestRequest, _ job: BacktestJob, _ stream: RPCServerStream, _ run: Run) throws(RPCError) {
    guard !run.isCanceled.load(ordering: .relaxed) else { throw Self.canceled }
    let began = MonotonicClock.nanoseconds()
    var job = job
    for bot in job.bots { job.markets.append(try market(request, bot, &job.notes)) }
    let result: BacktestResult
    do throws(BacktestFailure) {
      result = try runner.run(job) { at in
        guard !run.isCanceled.load(ordering: .relaxed), stream.isOpen else { return false }
        let progress = V1.BacktestProgress(
          candlesDone: Int64(at.candlesDone), candlesTotal: Int64(at.candlesTotal), timeNs: at.time.nanoseconds)
        // A reader that does not keep up misses some; the result is what counts.
        if stream.isWritable { Self.send(V1.RunBacktestResponse(payload: .progress(progress)), stream) }
        return true
      }
    } catch {
      throw Self.refusal(error)
    }
    if request.includeTrades {
      for trade in result.trades {
        // This thread is the run's own: it waits for a slow reader.
        while !stream.isWritable, stream.isOpen, !run.isCanceled.load(ordering: .relaxed) { run.writable.wait() }
        guard !run.isCanceled.load(ordering: .relaxed), stream.isOpen else { throw Self.canceled }
        Self.send(V1.RunBacktestResponse(payload: .trade(V1.BacktestTrade(trade))), stream)
      }
    }
    let elapsed = MonotonicClock.nanoseconds() - began
    Self.send(V1.RunBacktestResponse(payload: .result(V1.BacktestResult(result, elapsed: elapsed))), stream)
    stream.finish()
  }

  private static let canceled = RPCError(code: .cancelled, reason: "CANCELED", message: "the backtest was stopped")

  private static func refusal(_ error: BacktestFailure) -> RPCError {
    switch error.code {
    case .canceled: RPCError(code: .cancelled, reason: "CANCELED", message: error.message)
    case .insufficientData: RPCError(code: .failedPrecondition, reason: "NO_CANDLES", field: error.field, message: error.message)
    case .invalidSetting: RPCError(code: .invalidArgument, reason: "INVALID_SETTING", field: error.field, message: error.message)
    case .unreadableFile: RPCError(code: .invalidArgument, reason: "CANDLE_FILE", field: error.field, message: error.message)
    }
  }

  private static func send(_ message: V1.RunBacktestResponse, _ stream: RPCServerStream) {
    guard let bytes = try? message.encode() else { return }
    _ = stream.send(bytes)
  }

  private func market(
    _ request: V1.RunBacktestRequest, _ bot: BotConfiguration, _ notes: inout [String]
  ) throws(RPCError) -> BacktestJob.Market {
    guard let rules = context.board.rules(for: bot.symbol) else {
      throw RPCError(code: .notFound, reason: "SYMBOL_UNKNOWN", field: "spec.symbol", message: context.board.reasonWithoutRules(bot.symbol))
    }
    guard request.dataFile.isEmpty else {
      let file = BacktestFile(
        name: request.dataFile, fillGaps: request.fillGaps, skipBad: request.skipBad, rowsMaximum: Self.rowsMaximum)
      return BacktestJob.Market(rules: rules, candles: .file(file))
    }
    let candles = context.market.candles(bot.series, limit: Self.heldMaximum)
    guard !candles.isEmpty else {
      throw RPCError(
        code: .failedPrecondition, reason: "NO_CANDLES", field: "data_file",
        message:
          "the daemon holds no candles of \(bot.series): start a bot on it, name a data_file, or run botctl backtest --candles FILE without the daemon"
      )
    }
    notes.append("The candles are those that the daemon holds of \(bot.series), \(candles.count) of them.")
    return BacktestJob.Market(rules: rules, candles: .held(candles, bot.interval))
  }
}

extension V1.BacktestResult {
  /// The result as clients get it; its trades are sent apart.
  fileprivate init(_ result: BacktestResult, elapsed: Int64) {
    var peak = -Double.infinity
    let equity = result.equity.map { sample in
      peak = max(peak, sample.equity)
      return V1.EquityPoint(
        timeNs: sample.time.nanoseconds, equity: FixedDecimal(nearestTo: sample.equity)?.description ?? "",
        drawdown: FixedDecimal(nearestTo: peak - sample.equity)?.description ?? "")
    }
    var stats = V1.Stats(result.performance)
    stats.candles = Int64(result.candleCount)
    let figures = result.figures.map { figure in
      V1.BacktestFigure(
        section: figure.section, key: figure.key, label: figure.label, text: figure.text, number: figure.number,
        isRatio: figure.isRatio)
    }
    self.init(
      equity: equity, elapsedNs: elapsed, figures: figures, notes: result.notes, candles: Int64(result.candleCount), title: result.title,
      stats: stats, endedReason: result.ended?.reason ?? "", endedTimeNs: result.ended?.time.nanoseconds ?? 0)
  }
}

extension V1.BacktestTrade {
  fileprivate init(_ trade: BacktestTrade) {
    self.init(
      number: Int64(trade.number), botID: trade.botID.text, symbol: trade.symbol.text, openedTimeNs: trade.openedAt.nanoseconds,
      closedTimeNs: trade.closedAt.nanoseconds, entryPrice: trade.entryPrice.description, exitPrice: trade.exitPrice.description,
      quantity: trade.quantity.description, fees: trade.fees.description, profit: trade.profit.description,
      profitFraction: FixedDecimal(nearestTo: trade.fraction)?.description ?? "", candles: Int64(trade.candles),
      entryReason: trade.entryReason, exitKind: trade.exitKind, exitReason: trade.exitReason, isClosed: trade.isClosed,
      maxAdverseExcursion: trade.adverseExcursion.map { FixedDecimal.text(of: $0) } ?? "",
      maxFavorableExcursion: trade.favorableExcursion.map { FixedDecimal.text(of: $0) } ?? "",
      exitTimeModelled: trade.isExitTimeModelled)
  }
}
