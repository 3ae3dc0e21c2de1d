import BinanceJSON
import ExchangeSimulation
import TradingModel
@testable import VenueBinance

/// What happened in sequences, by name, so that a test that meets nothing is seen.
struct Coverage: Sendable {
  private(set) var counts: [String: Int] = [:]

  subscript(name: String) -> Int { counts[name] ?? 0 }

  mutating func count(_ name: String, _ number: Int = 1) { counts[name, default: 0] += number }

  mutating func add(_ other: Coverage) { counts.merge(other.counts, uniquingKeysWith: +) }

  /// How a request ended.
  mutating func count(_ result: RestResult, isPlacing: Bool) {
    switch result {
    case .answered: break
    case .refused(let error, _): count("\(isPlacing ? "refused" : "denied") \(error.code) \(error.message)")
    case .notSent, .unknown: count(isPlacing ? "placement in doubt" : "answer lost")
    }
  }

  mutating func note(_ execution: ExchangeExecution, isOurs: Bool, isShared: Bool) {
    let order = execution.order
    guard isOurs else {
      if order.status == .expiredInMatch { count("self-trade prevention ended the owner's order") }
      return
    }
    let name =
      isShared ? "umbrella" : order.side == .buy ? "entry" : order.type == .limitMaker ? "target" : order.type == .market ? "exit" : "stop"
    switch execution.kind {
    case .trade:
      count(order.status == .filled ? "\(name) filled" : "\(name) filled in part")
      if let fill = execution.fill, order.side == .sell, order.type == .stopLoss,
        fill.price < order.stopPrice * FixedDecimal(raw: 99_500_000)
      {
        count("gap through a stop")
      }
    case .tradePrevention: count("self-trade prevention ended \(name)")
    case .expired:
      count("\(name) expired: \(order.expiryReason.map { "\($0)" } ?? "")\(order.executed.isPositive ? ", filled in part" : "")")
    case .canceled: count("\(name) canceled\(order.executed.isPositive ? ", filled in part" : "")")
    case .replaced: count("\(name) amended")
    case .new, .rejected: break
    }
  }

  /// One line each, in order of their names.
  var text: String { counts.sorted { $0.key < $1.key }.map { "\($0.value)\t\($0.key)" }.joined(separator: "\n") }
}
