import ControlPlane
import Engine
import NIOCore
import TradingCore
import TradingModel
import Venue
import VenueBinance

/// The brake's hand at the exchange for orders that no bot placed.
struct ExchangeOrders: AccountOrders {
  /// Used on the core's loop.
  let exchange: ExchangeAssembly

  func list(_ completion: @escaping @Sendable (AccountOrdersOutcome) -> Void) {
    exchange.engine.loop.execute { AccountSweep(exchange, completion).list() }
  }

  func cancelAll(_ completion: @escaping @Sendable (AccountOrdersOutcome) -> Void) {
    exchange.engine.loop.execute { AccountSweep(exchange, completion).cancelAll() }
  }
}

/// One look at the account's open orders, or one cancel of them: list, cancel symbol by symbol, list again, until none is left that is not a
/// bot's. On the core's loop.
private final class AccountSweep {
  private let exchange: ExchangeAssembly
  private let completion: @Sendable (AccountOrdersOutcome) -> Void
  private var outcome = AccountOrdersOutcome()
  private var round = 0
  /// Symbols whose orders are still to be canceled in this round.
  private var symbols: [String] = []
  private var underWay = 0
  /// What the last cancel of a symbol failed with.
  private var failures: [String: String] = [:]

  /// How often it is tried: an order may come, or an answer be lost, meanwhile.
  private static let roundsMaximum = 3
  private static let pauseMilliseconds: Int64 = 500
  /// Cancels that are asked for at the same time.
  private static let width = 8

  init(_ exchange: ExchangeAssembly, _ completion: @escaping @Sendable (AccountOrdersOutcome) -> Void) {
    self.exchange = exchange
    self.completion = completion
  }

  func list() {
    guard isOpen else { return }
    read { [self] orders in finish(orders) }
  }

  func cancelAll() {
    guard isOpen else { return }
    begin()
  }

  /// Nothing is asked in the name of an account that may be another one.
  private var isOpen: Bool {
    if exchange.gate?.isOpen == true { return true }
    outcome.problems.append(.init(message: "the account is not verified yet: orders that no bot placed were neither read nor canceled"))
    completion(outcome)
    return false
  }

  private func begin() {
    round += 1
    read { [self] orders in
      symbols = Set(orders.map(\.symbol)).sorted(by: >)
      guard !symbols.isEmpty else { return completion(outcome) }
      guard round <= Self.roundsMaximum else { return giveUp(orders) }
      next()
    }
  }

  /// Open orders that are no bot's.
  private func read(_ body: @escaping ([AccountOrder]) -> Void) {
    exchange.rest.accountOrders { [self] result in
      switch result {
      case .success(let orders): body(orders.filter { !isOurs($0) })
      case .failure where round < Self.roundsMaximum:
        round += 1
        later { $0.read(body) }
      case .failure(let error):
        outcome.problems.append(.init(message: "the account's open orders cannot be read: \(error.message)"))
        completion(outcome)
      }
    }
  }

  private func isOurs(_ order: AccountOrder) -> Bool {
    ClientOrderID(order.clientOrderID).map { exchange.engine.core.order($0) != nil } ?? false
  }

  private func next() {
    while underWay < Self.width, let symbol = symbols.popLast() {
      underWay += 1
      exchange.rest.cancelAccountOrders(ofSymbol: symbol) { [self] result in
        underWay -= 1
        switch result {
        case .success(let orders): outcome.orders += orders.filter { !isOurs($0) }
        case .failure(let error): failures[symbol] = error.message
        }
        next()
      }
    }
    guard underWay == 0, symbols.isEmpty else { return }
    // The list may come from a database that lags.
    later { $0.begin() }
  }

  private func later(_ body: @escaping (AccountSweep) -> Void) {
    exchange.engine.loop.assumeIsolated().scheduleTask(in: .milliseconds(Self.pauseMilliseconds)) { body(self) }
  }

  private func giveUp(_ orders: [AccountOrder]) {
    for (symbol, left) in Dictionary(grouping: orders, by: \.symbol).sorted(by: { $0.key < $1.key }) {
      let reason = failures[symbol].map { ": \($0)" } ?? ""
      outcome.problems.append(
        .init(
          symbol: symbol,
          message:
            "\(left.count) \(left.count == 1 ? "order" : "orders") of \(symbol) \(left.count == 1 ? "is" : "are") still open\(reason)"))
    }
    completion(outcome)
  }

  private func finish(_ orders: [AccountOrder]) {
    outcome.orders = orders
    completion(outcome)
  }
}
