import Time
public import TradingModel
public import Venue

/// A spot exchange: accounts with free and locked funds, filters, commissions, order and trade numbers, histories, and a matching
/// engine per symbol. Pure: it is told the time, and the same calls give the same answers.
///
/// Who trades with us
/// - **Generated market** (``HouseConfiguration/Mode/generated``): the house keeps a ladder of limit orders around each generated
///   quote, and each generated trade arrives as an immediate-or-cancel order of another house account. Our orders stand in the same
///   book; price-time priority decides. All trades are public and set the last price.
/// - **Recorded market** (``HouseConfiguration/Mode/recorded``): the recorded prices are the truth. Before each recorded trade is taken
///   in, our resting orders that it goes *through* (buys above it, sells below it) are filled whole at their own limit, as maker; then
///   the house's ladder moves around the recorded quote (or the recorded price, where there are no quotes); then the last price moves
///   and stops trigger. Our taking orders trade with the ladder. None of our trades is published or moves the recorded price.
///
/// Funds: a buy locks quote (limit price × quantity; for a market order what the book asks now; for a stop-loss 105 % of the stop
/// price × quantity, or all that is free if that still covers the stop price), a sell locks base. What is not spent returns when the
/// order ends; in between, what goes with the part that self-trade prevention or an amendment took off. The legs of a pair share what
/// is locked, and pending orders have theirs locked from the start: both in ``ExchangeOrderList/locked``. Commissions:
/// ``CommissionSchedule``.
/// Client order ids must differ among *open* orders only, as on the exchange.
public struct SimulatedExchange: Sendable {
  public struct Configuration: Hashable, Sendable {
    public var makerFee: FixedDecimal
    public var takerFee: FixedDecimal
    public var house: HouseConfiguration
    /// Orders kept per exchange; beyond it new ones are refused (-1008).
    public var ordersMaximum: Int
    /// Entries kept in the truth log; later ones are counted, not kept.
    public var truthMaximum: Int

    public init(
      makerFee: FixedDecimal = FixedDecimal(raw: 100_000), takerFee: FixedDecimal = FixedDecimal(raw: 100_000),
      house: HouseConfiguration = HouseConfiguration(), ordersMaximum: Int = 1_000_000, truthMaximum: Int = 1_000_000
    ) {
      self.makerFee = makerFee
      self.takerFee = takerFee
      self.house = house
      self.ordersMaximum = ordersMaximum
      self.truthMaximum = truthMaximum
    }
  }

  public let configuration: Configuration
  public internal(set) var accounts: [SimulatedAccount]
  public internal(set) var truth: [TruthRecord] = []
  /// Requests received, kept in ``truth`` or not.
  public internal(set) var truthCount: Int64 = 0
  /// What the house gained or lost, by asset; with it and ``commissions`` funds are conserved.
  public internal(set) var house: [String: Amount] = [:]
  public internal(set) var commissions: [String: Amount] = [:]
  /// What came in by deposits and wiped accounts, less what went out, by asset.
  public internal(set) var transferred: [String: Amount] = [:]
  /// Rates of all accounts and symbols.
  public var commission: CommissionSchedule
  /// Filters over all symbols.
  public var filters = ExchangeFilters()

  var markets: [ExchangeMarket]
  let marketIndex: [Symbol: Int]
  var openIDs: [Int: [String: OpenOrderKey]] = [:]
  var orderCount = 0
  var nextExecutionID: Int64 = 1
  var nextGeneratedClientID: Int64 = 1
  /// Lists by number, and the numbers in order.
  var lists: [Int64: ExchangeOrderList] = [:]
  var listIDs: [Int64] = []
  var nextListID: Int64 = 1
  /// Open lists by account and client id.
  var openListIDs: [Int: [String: Int64]] = [:]
  /// Lists whose orders changed and that have not been looked at since.
  var listsToProgress: [Int64] = []
  var isProgressingLists = false
  /// Pending orders are not placed now: an answer is being made up that shows them pending.
  var isHoldingLists = false

  struct OpenOrderKey: Hashable, Sendable {
    var market: Int
    var orderID: Int64
  }

  static let houseMaker = -1
  static let houseTaker = -2
  static let otherMaker = -3

  public init(
    instruments: [SimulatedInstrument], accounts: [SimulatedAccount], configuration: Configuration = Configuration()
  ) {
    self.configuration = configuration
    self.accounts = accounts
    commission = CommissionSchedule(maker: configuration.makerFee, taker: configuration.takerFee)
    markets = instruments.map { ExchangeMarket(instrument: $0, configuration: configuration.house) }
    var index: [Symbol: Int] = [:]
    for (position, instrument) in instruments.enumerated() { index[instrument.rules.symbol] = position }
    marketIndex = index
  }

  /// Symbols that can be traded, delisted ones left out.
  public var instruments: [SimulatedInstrument] { markets.filter { !$0.isDelisted }.map(\.instrument) }
  public func instrument(_ symbol: Symbol) -> SimulatedInstrument? {
    guard let index = marketIndex[symbol], !markets[index].isDelisted else { return nil }
    return markets[index].instrument
  }
  public func lastPrice(_ symbol: Symbol) -> Price? { marketIndex[symbol].flatMap { markets[$0].engine.lastPrice } }

  /// The best prices: the book's; of a recorded market the recorded quote, or with time zero the levels around the last price.
  public func quote(_ symbol: Symbol) -> Quote? {
    guard let index = marketIndex[symbol] else { return nil }
    if configuration.house.mode == .recorded {
      guard markets[index].quote == nil, let last = markets[index].engine.lastPrice else { return markets[index].quote }
      let best = bestLevels(market: index, last: last)
      return Quote(
        symbol: symbol, bidPrice: best.bid.price, bidQuantity: best.bid.quantity, askPrice: best.ask.price,
        askQuantity: best.ask.quantity, time: .zero)
    }
    guard let bid = markets[index].engine.bestBid, let ask = markets[index].engine.bestAsk else { return markets[index].quote }
    return Quote(
      symbol: symbol, bidPrice: bid.price, bidQuantity: bid.quantity, askPrice: ask.price, askQuantity: ask.quantity,
      time: markets[index].quote?.time ?? .zero)
  }

  /// Lays out the book of a recorded market as it stands now. Reading ``depth(_:limit:)`` needs it; placing orders does it by itself.
  public mutating func prepareBook(of symbol: Symbol) {
    guard let index = marketIndex[symbol], markets[index].isLadderStale, let last = markets[index].engine.lastPrice else { return }
    var none: [ExchangeEvent] = []
    let best = bestLevels(market: index, last: last)
    // Stale means that no order of ours rests, so nothing can happen here.
    placeLadder(bid: best.bid, ask: best.ask, market: index, at: .zero, &none)
  }

  /// The best `limit` levels of both sides, and the number of the book's last change.
  public func depth(_ symbol: Symbol, limit: Int) -> (updateID: Int64, bids: [DepthLevel], asks: [DepthLevel])? {
    guard let index = marketIndex[symbol] else { return nil }
    let engine = markets[index].engine
    return (engine.updateID, engine.depth(.buy, limit: limit), engine.depth(.sell, limit: limit))
  }

  /// Tells the exchange a symbol's past: its last price, and the number that its next trade gets at least. The house's first ladder
  /// stands around that price.
  public mutating func continueHistory(of symbol: Symbol, lastPrice: Price, nextTradeID: Int64) {
    guard let index = marketIndex[symbol], lastPrice.isPositive else { return }
    var ignored: [BookEvent] = []
    markets[index].engine.skipTradeIDs(to: nextTradeID)
    markets[index].engine.moveLastPrice(to: lastPrice, events: &ignored)
    guard markets[index].quote == nil else { return }
    var none: [ExchangeEvent] = []
    let best = HouseLadder.best(around: lastPrice, rules: markets[index].rules, configuration: configuration.house)
    placeLadder(bid: best.bid, ask: best.ask, market: index, at: .zero, &none)
  }

  /// Takes in what the market did: generated or recorded trades and quotes. Candles and tickers say nothing new.
  public mutating func onMarket(_ event: MarketEvent, events: inout [ExchangeEvent]) {
    switch event {
    case .quote(let quote):
      guard let index = marketIndex[quote.symbol], quote.bidPrice.isPositive, quote.askPrice > quote.bidPrice else { return }
      markets[index].quote = quote
      guard configuration.house.mode == .generated || !markets[index].isQuiet else {
        markets[index].isLadderStale = true
        return
      }
      placeLadder(
        bid: DepthLevel(price: quote.bidPrice, quantity: quote.bidQuantity),
        ask: DepthLevel(price: quote.askPrice, quantity: quote.askQuantity), market: index, at: quote.time, &events)
    case .trade(let trade):
      guard let index = marketIndex[trade.symbol], trade.price.isPositive else { return }
      if configuration.house.mode == .recorded {
        noteForAverage(price: trade.price, quantity: trade.quantity, market: index, at: trade.time)
      }
      if configuration.house.mode == .generated {
        passTrade(trade, market: index, &events)
      } else {
        followTrade(trade, market: index, &events)
      }
    case .candle, .ticker: return
    }
  }
}

extension SimulatedExchange {
  /// A generated trade: an aggressive order of the house's other account.
  private mutating func passTrade(_ trade: MarketTrade, market index: Int, _ events: inout [ExchangeEvent]) {
    let order = BookOrder(
      id: markets[index].houseID(), account: Self.houseTaker, side: trade.isBuyerMaker ? .sell : .buy, type: .limit,
      timeInForce: .immediateOrCancel, price: trade.price, quantity: trade.quantity)
    var book: [BookEvent] = []
    markets[index].engine.submit(order, events: &book)
    apply(book, market: index, at: trade.time, &events)
  }

  /// A recorded trade: our orders that it goes through, then the ladder, then the last price.
  private mutating func followTrade(_ trade: MarketTrade, market index: Int, _ events: inout [ExchangeEvent]) {
    var book: [BookEvent] = []
    guard !markets[index].isQuiet else {
      // Nothing of ours can act; the ladder is laid out when somebody looks or comes.
      markets[index].isLadderStale = true
      markets[index].engine.moveLastPrice(to: trade.price, events: &book)
      return
    }
    sweep(through: trade.price, market: index, at: trade.time, &events)
    let best = bestLevels(market: index, last: trade.price)
    placeLadder(bid: best.bid, ask: best.ask, market: index, at: trade.time, &events)
    markets[index].engine.moveLastPrice(to: trade.price, events: &book)
    apply(book, market: index, at: trade.time, &events)
  }

  /// Takes the ladder off and fills every order beyond a price, whole and at its own limit.
  mutating func sweep(through price: Price, market index: Int, at time: Timestamp, _ events: inout [ExchangeEvent]) {
    removeLadder(market: index)
    var book: [BookEvent] = []
    for side in Side.allCases {
      let quantity = markets[index].engine.quantity(of: side, beyond: price)
      guard quantity.isPositive else { continue }
      let order = BookOrder(
        id: markets[index].houseID(), account: Self.houseTaker, side: side.opposite, type: .limit, timeInForce: .immediateOrCancel,
        price: price, quantity: quantity)
      markets[index].engine.submit(order, events: &book)
    }
    apply(book, market: index, at: time, &events)
  }

  private func bestLevels(market index: Int, last: Price) -> (bid: DepthLevel, ask: DepthLevel) {
    guard let quote = markets[index].quote else {
      return HouseLadder.best(around: last, rules: markets[index].rules, configuration: configuration.house)
    }
    return (
      DepthLevel(price: quote.bidPrice, quantity: quote.bidQuantity), DepthLevel(price: quote.askPrice, quantity: quote.askQuantity)
    )
  }

  private mutating func removeLadder(market index: Int) {
    var ignored: [BookEvent] = []
    for id in markets[index].houseOrders { markets[index].engine.cancel(id, events: &ignored) }
    markets[index].houseOrders.removeAll(keepingCapacity: true)
  }

  mutating func placeLadder(
    bid: DepthLevel, ask: DepthLevel, market index: Int, at time: Timestamp, _ events: inout [ExchangeEvent]
  ) {
    removeLadder(market: index)
    markets[index].isLadderStale = false
    let ladder = HouseLadder(bid: bid, ask: ask, rules: markets[index].rules, configuration: configuration.house)
    var book: [BookEvent] = []
    for (side, levels) in [(Side.buy, ladder.bids), (Side.sell, ladder.asks)] {
      for level in levels where level.quantity.isPositive {
        let id = markets[index].houseID()
        markets[index].engine.submit(
          BookOrder(id: id, account: Self.houseMaker, side: side, type: .limit, price: level.price, quantity: level.quantity), events: &book
        )
        markets[index].houseOrders.append(id)
      }
    }
    apply(book, market: index, at: time, &events)
  }
}
