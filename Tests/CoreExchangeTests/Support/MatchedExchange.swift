import BinanceJSON
import CoreTestSupport
import ExchangeSimulation
@testable import SimulatorServer
import Time
@testable import TradingCore
import TradingModel
import Venue
@testable import VenueBinance

/// The simulated exchange with its real matching, the wire's own words, and a network that misbehaves from a seed, without sockets and in
/// virtual time. It keeps the truth in ``book``.
///
/// Requests go out as the parameters that `BinanceRestClient` sends, are read as botsim reads them, and their answers come back as JSON. The
/// user stream is one connection: what it brings stays in order, and is lost with it; answers may overtake it and each other.
final class MatchedExchange: DrivenExchange {
  /// The modes of self-trade prevention that the symbol allows; empty: its own default applies.
  var prevention: BinanceJSON.SymbolTerms.SelfTradePrevention = []
  var exchange: SimulatedExchange
  let symbol: Symbol
  let book: TruthBook
  let bots: [BotID]
  var faults: NetworkFaults
  var habits: MarketHabits
  var coverage = Coverage()
  /// Steps of the market before everything calms down.
  var stepsLeft: Int

  var network: SeededRandom
  var chance: SeededRandom
  var middle: Double
  var candles = CandleBuilder(interval: .oneSecond)
  /// Orders of the account's owner that may be open.
  var persons: [String] = []
  var personCount = 0
  /// Orders that others rest.
  var others: [Int64] = []
  let calmRules: TradingRules
  let calmTerms: ExchangeSimulation.SymbolTerms

  /// Whether the core knows the number of an order by now: nobody amends one that was placed this moment.
  var isKnownToCore: (ClientOrderID) -> Bool = { _ in false }
  /// What was sent under each name.
  var requests: [ClientOrderID: OrderRequest] = [:]
  /// The names that orders were sent with, by their numbers; amended orders have others by now.
  private(set) var names: [Int64: ClientOrderID] = [:]
  private var lived: Set<ClientOrderID> = []
  private var known: [TruthOrder]?

  private var agenda: [(time: Timestamp, number: Int, action: () -> CoreEvent?)] = []
  private var agendaCount = 0
  private(set) var life = 1
  /// Deliveries and arrivals under way that the process waits for.
  private(set) var underWay = 0

  // Streams: those of an earlier epoch bring nothing any more.
  private var streamEpoch = 0
  private var isSubscribed = false
  private var lastUserEvent = Timestamp.zero
  private var isMarketUp = true
  private var lastMarketEvent = Timestamp.zero

  var writesDown = false
  /// What the exchange did, one line each.
  private(set) var happened: [String] = []
  /// What was there of each asset before the first trade.
  let before: [String: Amount]

  static let account = 0

  init(
    seed: UInt64, steps: Int, instrument: SimulatedInstrument, house: HouseConfiguration, quote: Amount, coins: Quantity, bots: [BotID],
    faults: NetworkFaults, habits: MarketHabits, start: Timestamp
  ) {
    symbol = instrument.rules.symbol
    exchange = SimulatedExchange(
      instruments: [instrument],
      accounts: [SimulatedAccount(balances: [(instrument.rules.quoteAsset, quote), (instrument.rules.baseAsset, coins)])],
      configuration: SimulatedExchange.Configuration(house: house, truthMaximum: 0))
    book = TruthBook(baseAsset: instrument.rules.baseAsset, ownersCoins: coins) { FillDivision.parts(of: $0, shares: $1, sold: $2) }
    self.bots = bots
    self.faults = faults
    self.habits = habits
    stepsLeft = steps
    before = [instrument.rules.quoteAsset: quote, instrument.rules.baseAsset: coins]
    network = SeededRandom(seed: seed ^ 0x6e65_7477_6f72_6b00)
    chance = SeededRandom(seed: seed ^ 0x6d61_726b_6574_0000)
    middle = instrument.referencePrice.statisticValue
    calmRules = instrument.rules
    calmTerms = instrument.terms
    exchange.continueHistory(of: symbol, lastPrice: instrument.referencePrice, nextTradeID: 1)
    at(start.advanced(byMilliseconds: 50)) { [unowned self] in
      step(at: start.advanced(byMilliseconds: 50))
      return nil
    }
  }

  // MARK: Agenda

  var nextTime: Timestamp? { agenda.first?.time }

  func at(_ time: Timestamp, _ action: @escaping () -> CoreEvent?) {
    agendaCount += 1
    var place = agenda.count
    while place > 0, agenda[place - 1].time > time { place -= 1 }
    agenda.insert((time, agendaCount, action), at: place)
  }

  func take(upTo time: Timestamp) -> (Timestamp, CoreEvent?)? {
    guard let first = agenda.first, first.time <= time else { return nil }
    agenda.removeFirst()
    return (first.time, first.action())
  }

  /// Something that the process waits for.
  func later(_ time: Timestamp, _ action: @escaping () -> CoreEvent?) {
    underWay += 1
    at(time) { [unowned self] in
      underWay -= 1
      return action()
    }
  }

  /// Brings an event to the process that lives now.
  func deliver(_ event: CoreEvent, at time: Timestamp) {
    let life = life
    later(time) { [unowned self] in life == self.life ? event : nil }
  }

  func happens(_ chance: Double) -> Bool { chance > 0 && network.uniform() < chance }

  /// A moment after one way through the network.
  func delay(from now: Timestamp) -> Timestamp { now.advanced(byMilliseconds: Int64(2 + network.integer(below: faults.delayMilliseconds))) }

  // MARK: Truth

  var rules: TradingRules { exchange.rules(symbol) ?? calmRules }

  func everLived(_ id: ClientOrderID) -> Bool { lived.contains(id) }

  var openOrders: [TruthOrder] {
    if let known { return known }
    let open = exchange.openOrders(account: Self.account).compactMap { truth(of: $0) }
    known = open
    return open
  }

  private func truth(of order: ExchangeOrder) -> TruthOrder? {
    guard let name = names[order.orderID] else { return nil }
    var request =
      requests[name]
      ?? OrderRequest(clientOrderID: name, symbol: order.symbol, side: order.side, type: order.type, quantity: order.quantity)
    request.quantity = order.quantity - order.prevented
    request.price = order.price
    request.stopPrice = order.stopPrice
    let status: OrderStatus = order.status == .pendingNew ? .waiting : order.executed.isPositive ? .partiallyFilled : .accepted
    return TruthOrder(
      request: request, venueID: VenueOrderID(order.orderID), status: status, executed: order.executed, quote: order.cumulativeQuote,
      acceptedAt: order.time)
  }

  /// Writes down what the exchange did, and tells it to who listens.
  func tell(_ events: [ExchangeEvent], at now: Timestamp) {
    guard !events.isEmpty else { return }
    known = nil
    for event in events {
      switch event {
      case .execution(let execution):
        note(execution)
        tellUser(at: now) {
          guard let value = try? JSONValue(parsing: OrderPayloads.executionReport(execution)),
            let report = try? ReportDecoding.report(value)
          else { preconditionFailure("a report cannot be read") }
          return .report(report)
        }
      case .balances(let account, let assets, _):
        let balances = exchange.balances(account: account).filter { assets.contains($0.asset) }
        tellUser(at: now) { .balances(balances, isComplete: false) }
      case .list(_, let type): coverage.count("list status \(type.rawValue)")
      case .trade(let trade):
        var closed: [Candle] = []
        candles.add(price: trade.price, quantity: trade.quantity, at: now, closed: &closed)
        tellCandles(closed, at: now)
        tellMarket(
          .trade(
            MarketTrade(
              symbol: symbol, id: TradeID(trade.id), price: trade.price, quantity: trade.quantity, time: now,
              isBuyerMaker: trade.isBuyerMaker)), at: now)
      }
    }
    book.noteOffers(openOrders, bots: bots)
  }

  func write(_ line: @autoclosure () -> String) { if writesDown { happened.append(line()) } }

  private func note(_ execution: ExchangeExecution) {
    let order = execution.order
    write(
      "\(execution.time) \(order.clientOrderID) \(execution.kind.rawValue) \(order.status.rawValue): \(order.side) \(order.type) "
        + "\(order.executed) of \(order.quantity) at \(order.price) stop \(order.stopPrice) \(order.expiryReason.map { "\($0)" } ?? "")")
    if names[order.orderID] == nil, let name = ClientOrderID(order.clientOrderID) {
      names[order.orderID] = name
      lived.insert(name)
    } else if execution.kind == .new {
      coverage.count("list armed")
    }
    guard let name = names[order.orderID] else { return }
    coverage.note(execution, isOurs: book.owner[name] != nil, isShared: book.shares[name] != nil)
    guard let fill = execution.fill else { return }
    book.book(
      TruthTrade(
        fill: Fill(
          symbol: symbol, tradeID: TradeID(fill.tradeID), venueOrderID: VenueOrderID(fill.orderID), price: fill.price,
          quantity: fill.quantity, quoteQuantity: fill.quoteQuantity, commission: fill.commission, commissionAsset: fill.commissionAsset,
          isMaker: fill.isMaker, time: fill.time), side: order.side, clientOrderID: name))
  }

  // MARK: The process

  func processStarted(at now: Timestamp) -> [CoreEvent] {
    isMarketUp = true
    let subscribed = now.advanced(byMilliseconds: Int64(20 + network.integer(below: 1_500)))
    later(subscribed) { [unowned self, life] in
      if life == self.life { subscribe(at: subscribed) }
      return nil
    }
    return [.feed(nil, .live)]
  }

  func processDied(at now: Timestamp) {
    life += 1
    streamEpoch += 1
    isSubscribed = false
  }

  // MARK: The user stream

  private func tellUser(at now: Timestamp, _ event: () -> CoreEvent) {
    guard isSubscribed else { return }
    lastUserEvent = max(lastUserEvent, delay(from: now))
    let (epoch, time) = (streamEpoch, lastUserEvent)
    if happens(faults.unreadable) {
      coverage.count("report unreadable")
      return later(time) { [unowned self] in
        guard epoch == streamEpoch else { return nil }
        comeUp(at: time)
        return .executionStream(isLive: false)
      }
    }
    let event = event()
    later(time) { [unowned self] in epoch == streamEpoch ? event : nil }
  }

  /// The stream ends, and that is noticed at once or after some seconds; later it is made anew.
  func endStream(at now: Timestamp) {
    guard isSubscribed else { return }
    coverage.count("user stream lost")
    isSubscribed = false
    streamEpoch += 1
    let epoch = streamEpoch
    let noticed = now.advanced(byMilliseconds: Int64(network.integer(below: 2) * network.integer(below: 5_000)))
    let back = noticed.advanced(byMilliseconds: Int64(200 + network.integer(below: 6_000)))
    deliver(.executionStream(isLive: false), at: noticed)
    later(back) { [unowned self] in
      if epoch == streamEpoch { subscribe(at: back) }
      return nil
    }
  }

  private func subscribe(at now: Timestamp) {
    streamEpoch += 1
    isSubscribed = true
    lastUserEvent = now
    comeUp(at: now)
  }

  /// Open orders and balances are read and told before the stream counts as live; what fails is tried again.
  private func comeUp(at now: Timestamp) {
    let (epoch, life) = (streamEpoch, life)
    let isLost = happens(faults.lostAnswer + faults.lostRequest)
    let orders = delay(from: delay(from: now))
    later(orders) { [unowned self] in
      guard epoch == streamEpoch, life == self.life else { return nil }
      guard !isLost else {
        let again = orders.advanced(byMilliseconds: 500)
        later(again) { [unowned self] in
          if epoch == streamEpoch { comeUp(at: again) }
          return nil
        }
        return .executionStream(isLive: false)
      }
      let reports = openReports(at: orders)
      let balances = delay(from: delay(from: orders))
      later(balances) { [unowned self] in
        guard epoch == streamEpoch else { return nil }
        let told = delay(from: balances)
        for report in reports { deliver(.report(report), at: told) }
        deliver(.balances(allBalances, isComplete: true), at: told)
        deliver(.executionStream(isLive: true), at: told)
        return nil
      }
      return nil
    }
  }

  var allBalances: [AssetBalance] { exchange.balances(account: Self.account).filter { !$0.free.isZero || !$0.locked.isZero } }

  private func openReports(at now: Timestamp) -> [ExecutionReport] {
    visibleOrders(at: now).map { order in
      let value = TradingEndpoints.json { OrderPayloads.queried(order, to: &$0) }
      guard let json = try? JSONValue(parsing: value), let report = try? ReportDecoding.order(json, source: .query) else {
        preconditionFailure("an open order cannot be read")
      }
      return report
    }
  }

  /// Open orders as queries show them: the newest may be missing for a while.
  func visibleOrders(at now: Timestamp) -> [ExchangeOrder] {
    exchange.openOrders(account: Self.account).filter { isVisible($0, at: now) }
  }

  /// The same for all queries of one order.
  func isVisible(_ order: ExchangeOrder, at now: Timestamp) -> Bool {
    guard faults.queryLagMilliseconds > 0 else { return true }
    let lag = order.orderID &* 7_919 % faults.queryLagMilliseconds
    return now.nanoseconds(since: order.time) >= lag * 1_000_000
  }

  // MARK: The market's stream

  func tellMarket(_ event: MarketEvent, at now: Timestamp) {
    guard isMarketUp else { return }
    lastMarketEvent = max(lastMarketEvent, delay(from: now))
    let (life, time) = (life, lastMarketEvent)
    at(time) { [unowned self] in life == self.life && isMarketUp ? .market(event) : nil }
  }

  /// In a calm market nobody decides to trade.
  func tellCandles(_ closed: [Candle], at now: Timestamp) {
    guard !isCalm else { return }
    for candle in closed {
      let close = Interval.oneSecond.nextOpenTime(after: candle.openTime)
      tellMarket(
        .candle(CandleUpdate(symbol: symbol, interval: .oneSecond, candle: candle, isClosed: true, eventTime: max(close, now))), at: now)
    }
  }

  func endMarketStream(at now: Timestamp) {
    guard isMarketUp else { return }
    coverage.count("market stream lost")
    isMarketUp = false
    let (life, back) = (life, now.advanced(byMilliseconds: Int64(500 + network.integer(below: 8_000))))
    deliver(.feed(nil, .stale), at: now.advanced(byMilliseconds: Int64(network.integer(below: 3_000))))
    later(back) { [unowned self] in
      guard life == self.life else { return nil }
      isMarketUp = true
      return .feed(nil, .live)
    }
  }
}
