import ControlPlane
import Presentation
import ServiceRuntime
import Synchronization
import TradingCore
import TradingModel
import Venue

/// What happened to orders since the process began, and how the order loop is: written on the core's loop, read by metrics.
final class TradingCounts: Sendable {
  private struct Counts: Sendable {
    var placed: [OrderPurpose: UInt64] = [:]
    var ended: [OrderStatus: UInt64] = [:]
    var refused: [Refusal: UInt64] = [:]
    var lostAnswers: UInt64 = 0
    var alerts: [Alert.Severity: UInt64] = [:]
  }

  private let counts = Mutex(Counts())
  private let ticked = Atomic<Int64>(0)
  private let waiting = Atomic<Int>(0)
  /// From handing an order to the exchange to its answer; none on paper.
  let roundTrips = LatencyHistogram()

  /// Takes what a commit holds; each commit once, recorded or not.
  func take(_ entries: [JournalEntry]) {
    for entry in entries { take(entry.record) }
  }

  private func take(_ record: Record) {
    switch record {
    case .orderIntent(let intent): counts.withLock { $0.placed[intent.purpose, default: 0] += 1 }
    case .orderUpdated(let update):
      counts.withLock { counts in
        if update.status.isTerminal { counts.ended[update.status, default: 0] += 1 }
        if update.cause == .answerLost { counts.lostAnswers += 1 }
      }
    case .alert(let alert): counts.withLock { $0.alerts[alert.severity, default: 0] += 1 }
    default: break
    }
  }

  /// The exchange answered an order.
  func answered(_ outcome: SubmitOutcome) {
    guard case .rejected(let code, let message) = outcome else { return }
    let kind = Refusal(code: code, message: message)
    counts.withLock { $0.refused[kind, default: 0] += 1 }
  }

  /// The order loop came round. On the core's loop.
  func ticked(at now: Int64, waiting count: Int) {
    ticked.store(now, ordering: .relaxed)
    waiting.store(count, ordering: .relaxed)
  }

  /// - Parameter now: the monotonic clock.
  func write(_ text: inout MetricsText, at now: Int64) {
    let last = ticked.load(ordering: .relaxed)
    text.single(
      "botd_order_loop_age_seconds", .gauge, "Since the order loop came round last; it does so four times a second.",
      last == 0 ? nil : .seconds(max(0, now - last)))
    text.single(
      "botd_order_loop_waiting", .gauge, "What waits in the order loop for the journal or for an order.",
      .number(waiting.load(ordering: .relaxed)))
    let counts = counts.withLock { $0 }
    text.family("botd_orders_placed_total", .counter, "Orders decided since the daemon began, by purpose.") { samples in
      for purpose in OrderPurpose.allCases { samples.add(.number(counts.placed[purpose] ?? 0), ["purpose": "\(purpose)"]) }
    }
    text.family("botd_orders_ended_total", .counter, "Orders that ended since the daemon began, by their last status.") { samples in
      for status in OrderStatus.allCases where status.isTerminal {
        samples.add(.number(counts.ended[status] ?? 0), ["status": "\(status)"])
      }
    }
    text.family("botd_orders_refused_total", .counter, "Orders that the exchange did not take since the daemon began, by kind.") {
      samples in
      for kind in Refusal.allCases { samples.add(.number(counts.refused[kind] ?? 0), ["kind": "\(kind)"]) }
    }
    text.single(
      "botd_order_answers_lost_total", .counter, "Orders whose answer was lost since the daemon began.", .number(counts.lostAnswers))
    text.family("botd_alerts_total", .counter, "Alerts since the daemon began, by severity.") { samples in
      for severity in Alert.Severity.allCases {
        samples.add(.number(counts.alerts[severity] ?? 0), ["severity": "\(severity)"])
      }
    }
    text.histogram(
      "botd_order_round_trip_duration_seconds", "From handing an order to the exchange to its answer.", roundTrips.reading)
  }
}

extension MetricsText {
  /// A histogram of what was counted.
  mutating func histogram(_ name: String, _ help: String, _ reading: LatencyHistogram.Reading) {
    histogram(
      name, help, bounds: reading.bounds, cumulative: reading.cumulative, count: reading.count, sumNanoseconds: reading.sum)
  }
}

/// How long orders take to the exchange and back. On the core's loop.
struct OrderRoundTrips {
  /// Orders without an answer that are remembered; of more, the answers are not timed.
  static let pendingMaximum = 4_096

  private let counts: TradingCounts
  private var sent: [ClientOrderID: Int64] = [:]

  init(_ counts: TradingCounts) { self.counts = counts }

  /// An order was handed over, at a time of the monotonic clock.
  mutating func sent(_ order: ClientOrderID, at now: Int64) {
    if sent.count < Self.pendingMaximum { sent[order] = now }
  }

  /// It was answered, or its answer is known to be lost.
  mutating func answered(_ order: ClientOrderID, _ outcome: SubmitOutcome, at now: Int64) {
    counts.answered(outcome)
    guard let began = sent.removeValue(forKey: order) else { return }
    if case .unknown = outcome { return }
    counts.roundTrips.observe(now - began)
  }
}
