public import Time
public import TradingCore
public import TradingModel
import MarketModel
import Statistics
import Venue

/// The one fold of money: journal entries in, accounts of every bot ever and of the portfolio out.
///
/// Whoever shows money feeds a book with the same entries and shows its figures: the same entries give the same digits, told one by one or
/// from scratch. Cost: a fill, and the holders of its symbol; a mark, the holders of its symbol; anything else is constant.
///
/// Equity is observed at each fill of a bot, each mark of its series and each flow; of a portfolio at those of any of its bots. Between them
/// every price of a symbol moves the value of all who hold it.
public struct Book: Hashable, Sendable, Codable {
  /// Every bot ever, in order of creation.
  public internal(set) var accounts: [BotAccount] = []
  /// One for each quote asset, in order of first appearance.
  public internal(set) var portfolios: [PortfolioAccount] = []
  /// When the last entry was folded; zero before the first after the opening, which has the machine's time instead of the market's.
  public internal(set) var time: Timestamp = .zero

  var symbols: [BookSymbol] = []
  private var symbolNumbers: [Symbol: Int] = [:]
  private var living: [BotID: Int] = [:]
  private var all: [BotKey: Int] = [:]
  /// Orders whose fills may still come, with the price they were decided at.
  private var orders: [ClientOrderID: PendingOrder] = [:]

  private struct PendingOrder: Hashable, Codable {
    var decisionPrice: Price
    var filled: Quantity = .zero
    var executed: Quantity = .zero
    var isTerminal = false
  }

  public init() {}

  // MARK: Reading

  /// The bot of that name that is there now.
  public func number(of id: BotID) -> Int? { living[id] }

  /// A bot that is or was.
  public func number(of key: BotKey) -> Int? { all[key] }

  /// A bot that is or was.
  public func account(of key: BotKey) -> BotAccount? { all[key].map { accounts[$0] } }

  /// The bot of that name that is there now.
  public func account(of id: BotID) -> BotAccount? { living[id].map { accounts[$0] } }

  /// The number of a symbol that some bot trades or traded, for ``mark(_:interval:price:at:)``.
  public func symbolNumber(_ symbol: Symbol) -> Int? { symbolNumbers[symbol] }

  /// The last price that the journal knows; zero before the first.
  public func price(of symbol: Symbol) -> Price { symbolNumbers[symbol].map { symbols[$0].price } ?? .zero }

  // MARK: Folding

  /// Folds an entry; `points` is told every value that it changed: the bot's first, then its portfolio's.
  public mutating func apply(_ entry: JournalEntry, points: (BookPoint) -> Void = { _ in }) {
    if case .opened = entry.record { return }
    time = max(time, entry.time)
    switch entry.record {
    case .botCreated(let configuration): create(configuration, entry, points)
    case .botUpdated(let configuration): update(configuration, at: entry.time, points)
    case .botStateChanged(let change): changeState(change, at: entry.time)
    case .botRemoved(let id): remove(id, at: entry.time, points)
    case .orderDenied(let denial):
      guard let number = living[denial.botID] else { return }
      let name = denial.code.description
      accounts[number].activity.countDenial(name)
      portfolios[accounts[number].portfolioAt].activity.countDenial(name)
    case .signal(let signal):
      // None where the bot was not asked: its time was up while the strategy was away.
      guard signal.delayNanoseconds > 0, let number = living[signal.botID] else { return }
      accounts[number].activity.countAnswer(after: signal.delayNanoseconds)
      portfolios[accounts[number].portfolioAt].activity.countAnswer(after: signal.delayNanoseconds)
    case .orderIntent(let intent):
      orders[intent.request.clientOrderID] = PendingOrder(decisionPrice: intent.decisionPrice)
      guard intent.purpose == .entry, let number = living[intent.botID] else { return }
      countSignal(number)
      startPrice(number, intent.decisionPrice)
    case .orderUpdated(let update):
      guard var order = orders[update.clientOrderID] else { return }
      order.executed = max(order.executed, update.executedQuantity)
      order.isTerminal = update.status.isTerminal
      orders[update.clientOrderID] = order
      forgetIfComplete(update.clientOrderID)
    case .exitRequested(let exit):
      guard exit.purpose == .exit, let number = living[exit.botID] else { return }
      countSignal(number)
    case .fill(let record): book(record, at: entry.time, points)
    case .positionAdjusted(let adjustment): adjust(adjustment, at: entry.time, points)
    case .marked(let mark):
      self.mark(mark.symbol, interval: mark.interval, price: mark.close, at: mark.closeTime, points: points)
    case .symbolAssets(let assets):
      let symbol = symbolNumber(for: assets.symbol)
      // What its bots hold is summed up there already, under the name that was known then.
      if symbols[symbol].portfolioAt == nil { symbols[symbol].quoteAsset = assets.quote }
    default: break
    }
  }

  /// A candle of `interval` of a symbol closed at `price`: what is held of it is worth that.
  public mutating func mark(
    _ symbol: Symbol, interval: Interval, price: Price, at time: Timestamp, points: (BookPoint) -> Void = { _ in }
  ) {
    guard let at = symbolNumbers[symbol] else { return }
    mark(at, interval: interval, price: price, at: time)
    for holder in symbols[at].holders where accounts[holder].interval == interval { points(BookPoint(accounts[holder], at: time)) }
    if let portfolio = symbols[at].portfolioAt { points(BookPoint(portfolios[portfolio], portfolio, at: time)) }
  }

  /// Whether a bot of the series holds a position, dust aside. Cost: linear in the symbol's holders.
  public func isOpen(_ at: Int, interval: Interval) -> Bool {
    symbols[at].holders.contains { accounts[$0].position.isOpen && accounts[$0].interval == interval }
  }

  /// The same by ``symbolNumber(_:)``, telling nobody. Cost: linear in the symbol's holders, some nanoseconds each.
  public mutating func mark(_ at: Int, interval: Interval, price: Price, at time: Timestamp) {
    revalue(at, to: price)
    for slot in symbols[at].holders.indices {
      let holder = symbols[at].holders[slot]
      if accounts[holder].interval == interval { accounts[holder].observe(at: time) }
    }
    if let portfolio = symbols[at].portfolioAt { portfolios[portfolio].observe(at: time) }
  }

  /// Everything held of a symbol is worth `price` a unit.
  private mutating func revalue(_ at: Int, to price: Price) {
    symbols[at].price = price
    guard let portfolio = symbols[at].portfolioAt else { return }
    for slot in symbols[at].holders.indices {
      let change = accounts[symbols[at].holders[slot]].revalue(at: price)
      portfolios[portfolio].positionValue += change.value
      portfolios[portfolio].unrealized += change.unrealized
    }
  }

  private mutating func create(_ configuration: BotConfiguration, _ entry: JournalEntry, _ points: (BookPoint) -> Void) {
    guard living[configuration.id] == nil else { return }
    let symbol = symbolNumber(for: configuration.symbol)
    let portfolio = portfolioNumber(for: symbol)
    let number = accounts.count
    accounts.append(
      BotAccount(number: number, sequence: entry.sequence, at: entry.time, configuration, symbol: symbol, portfolio: portfolio))
    living[configuration.id] = number
    all[accounts[number].key] = number
    portfolios[portfolio].record.flow(equity: configuration.capital, capital: configuration.capital, at: entry.time)
    points(BookPoint(accounts[number], at: entry.time, flow: configuration.capital))
    points(BookPoint(portfolios[portfolio], portfolio, at: entry.time, flow: configuration.capital))
  }

  private mutating func update(_ configuration: BotConfiguration, at time: Timestamp, _ points: (BookPoint) -> Void) {
    guard let number = living[configuration.id] else { return }
    let portfolio = accounts[number].portfolioAt
    let change = configuration.capital + accounts[number].flows - accounts[number].capital
    accounts[number].capital += change
    accounts[number].interval = configuration.interval
    if accounts[number].symbol != configuration.symbol { move(number, to: configuration.symbol) }
    guard !change.isZero else { return }
    accounts[number].record.flow(equity: change, capital: change, at: time)
    portfolios[portfolio].record.flow(equity: change, capital: change, at: time)
    points(BookPoint(accounts[number], at: time, flow: change))
    points(BookPoint(portfolios[portfolio], portfolio, at: time, flow: change))
  }

  /// Coins came or left at their market value: capital that comes or leaves.
  private mutating func adjust(_ adjustment: PositionAdjustment, at time: Timestamp, _ points: (BookPoint) -> Void) {
    guard let number = living[adjustment.botID] else { return }
    let portfolio = accounts[number].portfolioAt
    let wasOpen = accounts[number].position.isOpen
    accounts[number].adjust(adjustment, at: time)
    portfolios[portfolio].realized += adjustment.realizedPnL
    let isOpen = accounts[number].position.isOpen
    if isOpen, !wasOpen {
      portfolios[portfolio].openPositions += 1
      portfolios[portfolio].presence.open(at: time)
    } else if wasOpen, !isOpen {
      portfolios[portfolio].openPositions -= 1
      portfolios[portfolio].presence.close(at: time)
    }
    if accounts[number].position.quantity.isPositive { join(number) }
    revalue(accounts[number].symbolAt, to: adjustment.price)
    if !accounts[number].position.quantity.isPositive { leave(number) }
    accounts[number].record.flow(equity: adjustment.flow, capital: adjustment.flow, at: time)
    portfolios[portfolio].record.flow(equity: adjustment.flow, capital: adjustment.flow, at: time)
    points(BookPoint(accounts[number], at: time, flow: adjustment.flow))
    points(BookPoint(portfolios[portfolio], portfolio, at: time, flow: adjustment.flow))
  }

  /// A bot trades another symbol; what it still holds is dust, and valued as the core values it.
  private mutating func move(_ number: Int, to symbol: Symbol) {
    let at = symbolNumber(for: symbol)
    _ = portfolioNumber(for: at)
    leave(number)
    accounts[number].symbol = symbol
    accounts[number].symbolAt = at
    if accounts[number].position.quantity.isPositive { join(number) }
  }

  private mutating func changeState(_ change: BotStateChange, at time: Timestamp) {
    guard change.state == .running, let number = living[change.botID], accounts[number].record.begunAt == nil else { return }
    accounts[number].record.begin(at: time)
    accounts[number].presence.begin(at: time)
    startPrice(number, change.referencePrice)
    let portfolio = accounts[number].portfolioAt
    portfolios[portfolio].record.begin(at: time)
    portfolios[portfolio].presence.begin(at: time)
  }

  /// The base of market change, once.
  private mutating func startPrice(_ number: Int, _ price: Price) {
    guard accounts[number].record.begunAt != nil else { return }
    if accounts[number].firstPrice.isZero { accounts[number].firstPrice = price }
    let symbol = accounts[number].symbolAt
    if symbols[symbol].firstPrice.isZero { symbols[symbol].firstPrice = price }
  }

  private mutating func remove(_ id: BotID, at time: Timestamp, _ points: (BookPoint) -> Void) {
    guard let number = living.removeValue(forKey: id) else { return }
    let portfolio = accounts[number].portfolioAt
    leave(number)
    // What it still held leaves at its last price.
    let left = accounts[number].unrealized
    portfolios[portfolio].positionValue -= accounts[number].positionValue
    portfolios[portfolio].unrealized -= left
    portfolios[portfolio].realized += left
    accounts[number].realized += left
    accounts[number].unrealized = .zero
    accounts[number].positionValue = .zero
    accounts[number].removedAt = time
    accounts[number].lastPrice = symbols[accounts[number].symbolAt].price
    if accounts[number].position.isOpen {
      accounts[number].presence.close(at: time)
      portfolios[portfolio].presence.close(at: time)
      portfolios[portfolio].openPositions -= 1
    }
    let out = -accounts[number].equity
    portfolios[portfolio].record.flow(equity: out, capital: -accounts[number].capital, at: time)
    points(BookPoint(accounts[number], at: time))
    points(BookPoint(portfolios[portfolio], portfolio, at: time, flow: out))
  }

  private mutating func book(_ record: FillRecord, at time: Timestamp, _ points: (BookPoint) -> Void) {
    let decisionPrice = decided(record)
    guard let id = record.botID, let number = living[id] else { return }
    let portfolio = accounts[number].portfolioAt
    let fee = BookedFee(record)
    let wasOpen = accounts[number].position.isOpen
    let (gain, ended) = accounts[number].book(record, fee, decisionPrice: decisionPrice)
    portfolios[portfolio].realized += gain
    portfolios[portfolio].activity.add(record, fee, decisionPrice: decisionPrice)
    let isOpen = accounts[number].position.isOpen
    if isOpen, !wasOpen {
      portfolios[portfolio].openPositions += 1
      portfolios[portfolio].presence.open(at: record.fill.time)
    } else if wasOpen, !isOpen {
      portfolios[portfolio].openPositions -= 1
      portfolios[portfolio].presence.close(at: record.fill.time)
    }
    if let ended { portfolios[portfolio].trades.add(profit: ended.profit, openedAt: ended.openedAt, closedAt: ended.closedAt) }
    if accounts[number].position.quantity.isPositive { join(number) }
    revalue(accounts[number].symbolAt, to: record.fill.price)
    if !accounts[number].position.quantity.isPositive { leave(number) }
    accounts[number].observe(at: time)
    portfolios[portfolio].observe(at: time)
    points(BookPoint(accounts[number], at: time))
    points(BookPoint(portfolios[portfolio], portfolio, at: time))
  }

  /// The price that the order of a fill was decided at; zero where it is not known.
  private mutating func decided(_ record: FillRecord) -> Price {
    guard let id = record.clientOrderID, var order = orders[id] else { return .zero }
    order.filled += record.fill.quantity
    orders[id] = order
    forgetIfComplete(id)
    return order.decisionPrice
  }

  private mutating func forgetIfComplete(_ id: ClientOrderID) {
    guard let order = orders[id], order.isTerminal, order.filled >= order.executed else { return }
    orders.removeValue(forKey: id)
  }

  private mutating func countSignal(_ number: Int) {
    accounts[number].activity.countSignal()
    portfolios[accounts[number].portfolioAt].activity.countSignal()
  }

  // MARK: Holders

  private mutating func join(_ number: Int) {
    guard !accounts[number].isHolder else { return }
    accounts[number].isHolder = true
    symbols[accounts[number].symbolAt].holders.append(number)
  }

  private mutating func leave(_ number: Int) {
    guard accounts[number].isHolder else { return }
    accounts[number].isHolder = false
    let at = accounts[number].symbolAt
    if let slot = symbols[at].holders.firstIndex(of: number) { symbols[at].holders.remove(at: slot) }
  }

  // MARK: Symbols and portfolios

  private mutating func symbolNumber(for symbol: Symbol) -> Int {
    if let known = symbolNumbers[symbol] { return known }
    let assets = symbol.assets
    symbols.append(BookSymbol(symbol: symbol, quoteAsset: assets?.quote ?? ""))
    symbolNumbers[symbol] = symbols.count - 1
    return symbols.count - 1
  }

  private mutating func portfolioNumber(for symbol: Int) -> Int {
    if let known = symbols[symbol].portfolioAt { return known }
    let quote = symbols[symbol].quoteAsset
    let index = portfolios.firstIndex { $0.quoteAsset == quote } ?? portfolios.count
    if index == portfolios.count { portfolios.append(PortfolioAccount(quoteAsset: quote)) }
    symbols[symbol].portfolioAt = index
    return index
  }
}

/// A symbol as the book knows it.
struct BookSymbol: Hashable, Sendable, Codable {
  let symbol: Symbol
  var quoteAsset: String
  /// The last price that the journal knows.
  var price: Price = .zero
  /// Its price when the first of its bots started.
  var firstPrice: Price = .zero
  /// Numbers of the bots that hold some of it, dust included.
  var holders: [Int] = []
  /// Where its bots' money is summed up; `nil` before the first bot.
  var portfolioAt: Int?

  init(symbol: Symbol, quoteAsset: String) {
    self.symbol = symbol
    self.quoteAsset = quoteAsset
  }
}
