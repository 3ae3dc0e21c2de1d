import ArgumentParser
import Backtest
import ControlCommands
import ParameterSearch
import Presentation
import ServiceRuntime
import Time
import TradingModel

struct OptimizeRun: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "optimize",
    abstract: "Searches the past for the parameters that traded best, and checks them on data that it held back.",
    discussion: """
      Needs no daemon; runs on all cores. Combinations are ranked by what they did on the first part of the data (in sample); what they did
      on the rest shows whether that was more than luck. Ctrl-C shows what is finished; with --results the same command goes on from there.

      Examples:
        botctl optimize --candles btcusdt-5m-2024.csv --strategy rsi --range period=7:21:7 --range oversold=20:35:5
        botctl optimize --candles btcusdt-5m-2024.csv --strategy ema_cross --range fast=5:50 --range slow=20:200:5 \
      --range stop_loss=0.01:0.05:0.01 --random 500 --objective calmar --results search.jsonl
        botctl optimize --candles btcusdt-5m-2024.csv --strategy macd --range fast=8:16:2 --range slow=20:32:4 --walk-forward 6
      """)

  @OptionGroup var candleOptions: CandleOptions
  @OptionGroup var settings: BotSettings
  @OptionGroup var options: BacktestOptions
  @OptionGroup var search: OptimizeOptions
  @OptionGroup var outputOptions: OutputOptions

  @Flag(help: "No colours (also: NO_COLOR).")
  var noColor = false

  func run() async throws {
    try outputOptions.refuseCSV()
    let environment = ControlEnvironment.current
    let output = Output(outputOptions, environment: environment, noColor: noColor)
    let progress = ProgressLine(environment)
    defer { progress.clear() }
    let plan = try OptimizePlan(self, progress)
    let file = try search.results.map { path throws(CommandFailure) in try ResultFile(path, plan.search) }
    let collector = SearchCollector(plan, file: file, progress)
    environment.onInterrupt { collector.stop() }
    let began = MonotonicClock.nanoseconds()
    await SearchWorkers.run(collector.pending, workers: search.jobs) { collector.run($0) }
    progress.clear()
    let trials = try collector.finished()
    let total = plan.search.jobCount
    if let file, file.resumedCount > 0 {
      output.remark("\(CountText.of(file.resumedCount, "trial")) of \(file.path) \(file.resumedCount == 1 ? "was" : "were") not run again")
    }
    if plan.search.isWalkForward {
      guard trials.count == total, let walk = try await walk(plan, trials, collector, progress) else {
        throw Self.stopped(trials.count, total, search.results)
      }
      progress.clear()
      WalkForwardOutput(output, self, plan).show(walk)
    } else {
      let ranking = SearchRanking(trials, objective: plan.objective, minimumTrades: search.minTrades)
      let deflated: Double?
      do throws(BacktestError) {
        deflated = try plan.search.deflatedSharpe(ranking, isCanceled: { collector.isOver })
      } catch {
        deflated = nil
      }
      if !trials.isEmpty { OptimizeOutput(output, self, plan).show(ranking, deflatedSharpe: deflated) }
      guard trials.count == total else { throw Self.stopped(trials.count, total, search.results) }
    }
    for note in plan.notes { output.remark("· \(note)") }
    output.remark(
      "\(CountText.of(collector.runCount, "trial")) in \(TimeText.length(MonotonicClock.nanoseconds() - began))"
        + (search.results.map { ", kept in \($0)" } ?? ""))
  }

  /// Runs the best of each window on what follows it; `nil` when it was interrupted.
  private func walk(
    _ plan: OptimizePlan, _ trials: [SearchTrial], _ collector: SearchCollector, _ progress: ProgressLine
  ) async throws -> WalkForward? {
    let search = plan.search
    let bySpan = Dictionary(grouping: trials, by: \.span)
    let rankings = search.spans.indices.map { span in
      SearchRanking(bySpan[span] ?? [], objective: plan.objective, minimumTrades: self.search.minTrades)
    }
    let segments = SearchSlots<SearchSegment>(count: rankings.count)
    await SearchWorkers.run(Array(rankings.indices), workers: self.search.jobs) { number in
      guard let best = rankings[number].best, let period = search.spans[number].outOfSample else { return true }
      progress.show("out of sample", Double(number) / Double(rankings.count))
      return segments.fill(number) { () throws(BacktestError) in
        try search.segment(best.index, in: period, isCanceled: { collector.isOver })
      }
    }
    if collector.isOver { return nil }
    let pairs = zip(rankings, try segments.values()).compactMap { ranking, segment in segment.map { (ranking: ranking, outOfSample: $0) } }
    return WalkForward(search, pairs, objective: plan.objective)
  }

  private static func stopped(_ done: Int, _ total: Int, _ results: String?) -> CommandFailure {
    let remedy =
      results.map { "they are kept in \($0), and the same command goes on from there" }
      ?? "with --results FILE they would be kept, and the same command would go on from there"
    return CommandFailure(.failure, "stopped after \(done) of \(CountText.of(total, "trial")); \(remedy)")
  }
}
