import Time
import NIOCore
import ServiceRuntime
import TradingModel

/// Fetches missed candles for many series, a bounded number at a time; failures are asked again after a growing pause. Confined to its loop.
final class CandleRefiller: @unchecked Sendable {
  typealias Completion = (Result<FetchedCandles, BinanceError>) -> Void

  private let loop: any EventLoop
  private let history: any CandleHistory
  private let configuration: BinanceMarketStream.Configuration
  private var waiting: [(series: SeriesKey, after: Timestamp?, completion: Completion)] = []
  private var running = 0
  private var backoffs: [SeriesKey: BackoffMachine] = [:]
  private(set) var count = 0

  init(loop: any EventLoop, history: any CandleHistory, configuration: BinanceMarketStream.Configuration) {
    self.loop = loop
    self.history = history
    self.configuration = configuration
  }

  /// Answers later, on the loop. A request after a failure of the same series waits for its pause first.
  func request(_ series: SeriesKey, after: Timestamp?, completion: @escaping Completion) {
    count += 1
    guard backoffs[series] != nil else { return enqueue(series, after, completion) }
    let delay = backoffs[series]?.nextDelayNanoseconds(jitter: .random(in: .min ... .max)) ?? 0
    let bound = NIOLoopBound(completion, eventLoop: loop)
    loop.scheduleTask(in: .nanoseconds(delay)) { [weak self] in self?.enqueue(series, after, bound.value) }
  }

  private func enqueue(_ series: SeriesKey, _ after: Timestamp?, _ completion: @escaping Completion) {
    waiting.append((series, after, completion))
    run()
  }

  private func run() {
    while running < configuration.refillsMaximum, !waiting.isEmpty {
      let next = waiting.removeFirst()
      running += 1
      history.closedCandles(next.series, after: next.after, limit: configuration.warmUpCandles) { [weak self] result in
        guard let self else { return }
        running -= 1
        settle(next.series, next.after, result)
        next.completion(result)
        run()
      }
    }
  }

  private func settle(_ series: SeriesKey, _ after: Timestamp?, _ result: Result<FetchedCandles, BinanceError>) {
    // A refill that brings nothing is repeated only after a pause, like one that failed.
    if case .success(let fetched) = result, fetched.candles.last.map({ $0.openTime > (after ?? .init(nanoseconds: .min)) }) ?? false {
      backoffs[series] = nil
    } else if backoffs[series] == nil {
      backoffs[series] = BackoffMachine(firstNanoseconds: 200_000_000, maximumNanoseconds: 10_000_000_000)
    }
  }
}
