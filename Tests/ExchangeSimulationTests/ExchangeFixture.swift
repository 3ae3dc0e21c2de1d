import Time
import Testing
import TradingModel
import Venue
import ExchangeSimulation

func decimal(_ text: String) -> FixedDecimal { FixedDecimal(text: text) ?? FixedDecimal(raw: -1) }

/// BTCUSDT with a quiet market at 60,000 and one account with 100,000 USDT and 2 BTC.
struct ExchangeFixture {
  let symbol: Symbol
  var exchange: SimulatedExchange
  var events: [ExchangeEvent] = []
  var now = Timestamp(milliseconds: 1_700_000_000_000)

  init(mode: HouseConfiguration.Mode = .generated, accounts: Int = 1) throws {
    symbol = try #require(Symbol("BTCUSDT"))
    let instrument = try #require(SimulatedInstrument(symbol: symbol))
    let funds = SimulatedAccount(balances: [("USDT", decimal("100000")), ("BTC", decimal("2"))])
    exchange = SimulatedExchange(
      instruments: [instrument], accounts: Array(repeating: funds, count: accounts),
      configuration: SimulatedExchange.Configuration(house: HouseConfiguration(mode: mode)))
    market(bid: "59999", ask: "60001")
    exchange.continueHistory(of: symbol, lastPrice: decimal("60000"), nextTradeID: 100)
    if mode == .recorded { trade("60000") }
    events.removeAll()
  }

  mutating func market(bid: String, ask: String, quantity: String = "1") {
    exchange.onMarket(
      .quote(
        Quote(
          symbol: symbol, bidPrice: decimal(bid), bidQuantity: decimal(quantity), askPrice: decimal(ask), askQuantity: decimal(quantity),
          time: now)), events: &events)
  }

  mutating func trade(_ price: String, quantity: String = "0.01", isBuyerMaker: Bool = true) {
    exchange.onMarket(
      .trade(
        MarketTrade(
          symbol: symbol, id: TradeID(1), price: decimal(price), quantity: decimal(quantity), time: now, isBuyerMaker: isBuyerMaker)),
      events: &events)
  }

  @discardableResult
  mutating func place(
    _ side: Side, _ type: OrderType, quantity: String? = "0.1", price: String? = nil, stop: String? = nil, force: TimeInForce? = nil,
    quote: String? = nil, id: String? = nil, account: Int = 0
  ) throws(ExchangeError) -> (order: ExchangeOrder, fills: [ExchangeFill]) {
    let needsForce = type == .limit || type == .stopLossLimit || type == .takeProfitLimit
    let request = ExchangeOrderRequest(
      symbol: symbol, side: side, type: type, timeInForce: force ?? (needsForce ? .goodTilCanceled : nil),
      quantity: quote == nil ? quantity.map(decimal) : nil, quoteQuantity: quote.map(decimal), price: price.map(decimal),
      stopPrice: stop.map(decimal), clientOrderID: id)
    return try exchange.place(request, account: account, arrival: now, at: now, events: &events)
  }

  /// Everything there is of an asset: accounts, house, commissions.
  func total(_ asset: String) -> Amount {
    let held = exchange.accounts.reduce(Amount.zero) { $0 + $1.free(asset) + $1.locked(asset) }
    return held + (exchange.house[asset] ?? .zero) + (exchange.commissions[asset] ?? .zero)
  }

  var executions: [ExchangeExecution] {
    events.compactMap { if case .execution(let execution) = $0 { execution } else { nil } }
  }
}
