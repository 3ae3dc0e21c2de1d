import Time
import NIOCore
import ServiceRuntime
import TradingModel
import Venue
import ExchangeSimulation

extension Simulation {
  /// Hands on what the exchange said: to the public, to whom it concerns, and to the truth.
  func handle(_ events: [ExchangeEvent]) {
    guard !events.isEmpty else { return }
    defer { publishAggregates(of: events) }
    if queryHistory.isRecording { queryHistory.record(events, at: WallClock.now()) }
    for event in events {
      switch event {
      case .trade(let trade):
        let facts = MarketTradeFacts(
          id: trade.id, price: trade.price, quantity: trade.quantity, time: trade.time, isBuyerMaker: trade.isBuyerMaker)
        publish(facts, symbol: trade.symbol, quoteQuantity: trade.quoteQuantity, at: marketTime)
      case .execution(let execution):
        record(.execution(execution))
        if let fill = execution.fill, execution.order.executed == fill.quantity {
          limits.addOrders(fill.isMaker ? -5 : -1, account: execution.order.account, at: WallClock.now())
        }
        guard !apiSessions.isEmpty else { continue }
        publishUserEvent(
          OrderPayloads.executionReport(execution), account: execution.order.account, subject: Self.subject(execution))
      case .list(let list, let type):
        record(.list(list, type))
        guard !apiSessions.isEmpty else { continue }
        var subject = Self.subject("listStatus", account: list.account)
        subject.symbol = list.symbol.text
        publishUserEvent(OrderPayloads.listStatus(list, type), account: list.account, subject: subject)
      case .balances(let account, let assets, let time):
        let balances = exchange.balances(account: account).filter { assets.contains($0.asset) }
        record(.balances(account: account, balances))
        guard !apiSessions.isEmpty else { continue }
        publishUserEvent(
          OrderPayloads.accountPosition(balances, at: time), account: account,
          subject: Self.subject("outboundAccountPosition", account: account))
      }
    }
  }

  /// What faults can choose an execution report by.
  private static func subject(_ execution: ExchangeExecution) -> FaultSubject {
    var subject = subject("executionReport", account: execution.order.account)
    subject.symbol = execution.order.symbol.text
    subject.side = execution.order.side.wireName
    subject.orderType = execution.order.type.wireName
    subject.clientOrderID = execution.order.clientOrderID
    subject.execution = execution.kind.rawValue
    return subject
  }

  private static func subject(_ name: String, account: Int) -> FaultSubject {
    var subject = FaultSubject(.userEvent, name)
    subject.account = account
    return subject
  }

  // MARK: The truth

  /// Writes something down for whoever judges the run.
  func record(_ event: TruthEvent) {
    let entry = truth.append(event, at: marketTime, wall: WallClock.now())
    truthFile?.append(TruthLines.line(entry, wall: true))
    guard let follower = followers.first, !isTellingFollowers else { return }
    isTellingFollowers = true
    follower.eventLoop.assumeIsolated().execute { [weak self] in
      guard let self else { return }
      isTellingFollowers = false
      for follower in followers { follower.advance() }
    }
  }

  /// The exchange's own records of order requests go into the truth too.
  func recordOrders() {
    let records = exchange.truth
    guard ordersTold < records.count else { return }
    for record in records[ordersTold...] { self.record(.order(record)) }
    ordersTold = records.count
  }

  func removeFollower(_ follower: TruthFollower) { followers.removeAll { $0 === follower } }
}
