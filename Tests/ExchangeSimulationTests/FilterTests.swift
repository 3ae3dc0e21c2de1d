import Time
import Testing
import TradingModel
import ExchangeSimulation

/// Every filter of Binance: filters.md, at its bound and one step beyond; and T_PLUS_SELL.
@Suite struct FilterTests {
  private static func failure(_ name: String) -> ExchangeError { ExchangeError(-1013, "Filter failure: \(name)") }

  private func expect(
    _ fixture: inout ExchangeFixture, _ filter: String, takes good: ExchangeOrderRequest, refuses bad: ExchangeOrderRequest,
    comment: String = ""
  ) throws {
    #expect(throws: Self.failure(filter), "\(comment)") { try fixture.place(bad) }
    try fixture.place(good)
    #expect(fixture.problems() == [])
  }

  @Test func ofPricesAndQuantities() throws {
    var fixture = try ExchangeFixture()
    fixture.exchange.changeRules(of: fixture.symbol) {
      $0.priceMinimum = decimal("50000")
      $0.priceMaximum = decimal("70000")
      $0.tickSize = decimal("0.5")
      $0.quantityMinimum = decimal("0.01")
      $0.quantityMaximum = decimal("1")
      $0.stepSize = decimal("0.01")
      $0.marketQuantityMaximum = decimal("0.2")
      $0.notionalMinimum = decimal("1000")
      $0.notionalMaximum = decimal("40000")
    }
    let f = fixture
    try expect(
      &fixture, "PRICE_FILTER", takes: f.request(.buy, .limit, price: "50000"), refuses: f.request(.buy, .limit, price: "49999.5"))
    try expect(
      &fixture, "PRICE_FILTER", takes: f.request(.sell, .limit, price: "70000"), refuses: f.request(.sell, .limit, price: "70000.5"))
    try expect(
      &fixture, "PRICE_FILTER", takes: f.request(.sell, .stopLoss, stop: "55000.5"), refuses: f.request(.sell, .stopLoss, stop: "55000.2"))
    try expect(
      &fixture, "LOT_SIZE", takes: f.request(.buy, .limit, quantity: "0.02", price: "50000"),
      refuses: f.request(.buy, .limit, quantity: "0.025", price: "50000"))
    try expect(
      &fixture, "MARKET_LOT_SIZE", takes: f.request(.buy, .market, quantity: "0.2"), refuses: f.request(.buy, .market, quantity: "0.21"))
    try expect(
      &fixture, "NOTIONAL", takes: f.request(.buy, .limit, quantity: "0.02", price: "50000"),
      refuses: f.request(.buy, .limit, quantity: "0.01", price: "50000"))
    #expect(throws: Self.failure("NOTIONAL")) { try fixture.place(f.request(.buy, .limit, quantity: "0.81", price: "50000")) }
    // The maximum does not apply to market orders here, the minimum does.
    #expect(throws: Self.failure("NOTIONAL")) { try fixture.place(.buy, .market, quote: "999") }
    fixture.exchange.changeTerms(of: fixture.symbol) {
      $0.filters.minimumNotional = decimal("2000")
      $0.filters.minimumNotionalAppliesToMarket = false
    }
    #expect(throws: Self.failure("MIN_NOTIONAL")) { try fixture.place(f.request(.buy, .limit, quantity: "0.03", price: "50000")) }
    try fixture.place(f.request(.buy, .market, quantity: "0.02"))
  }

  @Test func ofPricesAgainstTheAverage() throws {
    var fixture = try ExchangeFixture()
    let f = fixture
    fixture.exchange.changeTerms(of: fixture.symbol) {
      $0.filters.percentPriceBid = SymbolFilters.PriceBand(down: decimal("0.9"), up: decimal("1.1"))
      $0.filters.percentPriceAsk = SymbolFilters.PriceBand(down: decimal("0.8"), up: decimal("1.2"))
    }
    try expect(
      &fixture, "PERCENT_PRICE_BY_SIDE", takes: f.request(.buy, .limit, price: "54000"), refuses: f.request(.buy, .limit, price: "53999.99")
    )
    try expect(
      &fixture, "PERCENT_PRICE_BY_SIDE", takes: f.request(.sell, .limit, price: "72000"),
      refuses: f.request(.sell, .limit, price: "72000.01"))
    fixture.exchange.changeTerms(of: fixture.symbol) {
      $0.filters.percentPrice = SymbolFilters.PriceBand(down: decimal("0.95"), up: decimal("1.05"))
    }
    try expect(
      &fixture, "PERCENT_PRICE", takes: f.request(.buy, .limit, price: "57000"), refuses: f.request(.buy, .limit, price: "56999.99"))
    // A reference price takes the place of the last price.
    fixture.exchange.changeTerms(of: fixture.symbol) { $0.referencePrice = decimal("61000") }
    #expect(throws: Self.failure("PERCENT_PRICE")) { try fixture.place(f.request(.buy, .limit, price: "57000")) }
    #expect(fixture.problems() == [])
  }

  @Test func theAverageIsThatOfTheMinutesTraded() throws {
    var fixture = try ExchangeFixture()
    fixture.exchange.changeTerms(of: fixture.symbol) {
      $0.filters.averagePriceMinutes = 5
      $0.filters.percentPrice = SymbolFilters.PriceBand(down: decimal("0.99"), up: decimal("1.5"))
    }
    fixture.move("60000")
    fixture.now = fixture.now.advanced(byMilliseconds: 120_000)
    fixture.move("62000")
    // Two trades of one lot: 61,000 on average.
    #expect(throws: Self.failure("PERCENT_PRICE")) { try fixture.place(fixture.request(.buy, .limit, price: "60389")) }
    try fixture.place(fixture.request(.buy, .limit, price: "60390"))
    fixture.now = fixture.now.advanced(byMilliseconds: 200_000)
    // The first has left the window.
    #expect(throws: Self.failure("PERCENT_PRICE")) { try fixture.place(fixture.request(.buy, .limit, price: "60390")) }
  }

  @Test func ofIcebergs() throws {
    var fixture = try ExchangeFixture()
    let f = fixture
    try expect(
      &fixture, "ICEBERG_PARTS", takes: f.request(.buy, .limit, quantity: "1", price: "50000", iceberg: "0.01"),
      refuses: f.request(.buy, .limit, quantity: "1", price: "50000", iceberg: "0.0099"))
    #expect(throws: Self.failure("LOT_SIZE")) {
      try fixture.place(f.request(.buy, .limit, quantity: "1", price: "50000", iceberg: "0.0000001"))
    }
    #expect(throws: ExchangeError(-2010, "IcebergQty exceeds QTY.")) {
      try fixture.place(f.request(.buy, .limit, quantity: "0.1", price: "50000", iceberg: "0.2"))
    }
    #expect(throws: ExchangeError(-1014, "Unsupported order combination.")) {
      try fixture.place(f.request(.buy, .limit, quantity: "0.1", price: "50000", force: .immediateOrCancel, iceberg: "0.05"))
    }
    fixture.exchange.changeTerms(of: fixture.symbol) { $0.filters.icebergOrdersMaximum = 1 }
    #expect(throws: Self.failure("MAX_NUM_ICEBERG_ORDERS")) {
      try fixture.place(f.request(.buy, .limit, quantity: "0.1", price: "50000", iceberg: "0.05"))
    }
    fixture.exchange.changeTerms(of: fixture.symbol) { $0.features.iceberg = false }
    #expect(throws: ExchangeError(-2010, "Iceberg orders are not supported for this symbol.")) {
      try fixture.place(f.request(.buy, .limit, quantity: "0.1", price: "50000", iceberg: "0.05"))
    }
  }

  @Test func ofCounts() throws {
    var fixture = try ExchangeFixture(others: ["ETHUSDT"])
    let f = fixture
    fixture.exchange.changeRules(of: fixture.symbol) {
      $0.openOrdersMaximum = 4
      $0.openAlgorithmicOrdersMaximum = 1
    }
    let stop = f.request(.sell, .stopLoss, stop: "50000")
    try fixture.place(stop)
    #expect(throws: Self.failure("MAX_NUM_ALGO_ORDERS")) { try fixture.place(stop) }
    for _ in 0..<3 { try fixture.place(f.request(.buy, .limit, price: "50000")) }
    #expect(throws: Self.failure("MAX_NUM_ORDERS")) { try fixture.place(f.request(.buy, .limit, price: "50000")) }
    // A market order does not stay open.
    try fixture.place(.buy, .market)
    fixture.exchange.changeRules(of: fixture.symbol) {
      $0.openOrdersMaximum = 6
      $0.openAlgorithmicOrdersMaximum = 0
    }
    fixture.exchange.changeTerms(of: fixture.symbol) { $0.filters.orderListsMaximum = 1 }
    let pair = [f.request(.sell, .limitMaker, price: "66000"), f.request(.sell, .stopLoss, stop: "54000")]
    // The triple is one too many, the pair just fits.
    #expect(throws: Self.failure("MAX_NUM_ORDERS")) {
      try fixture.list(.oneTriggersPair, [f.request(.buy, .limit, price: "50000")] + pair)
    }
    try fixture.list(.oneCancelsOther, pair)
    fixture.exchange.changeRules(of: fixture.symbol) { $0.openOrdersMaximum = 0 }
    #expect(throws: Self.failure("MAX_NUM_ORDER_LISTS")) { try fixture.list(.oneCancelsOther, pair) }
    fixture.exchange.changeTerms(of: fixture.symbol) { $0.filters.orderListsMaximum = 0 }
    let open = fixture.exchange.openOrders(account: 0).count
    let steps: [(String, WritableKeyPath<ExchangeFilters, Int>, Int)] = [
      ("EXCHANGE_MAX_NUM_ORDERS", \.ordersMaximum, open + 1), ("EXCHANGE_MAX_NUM_ALGO_ORDERS", \.algorithmicOrdersMaximum, 2),
      ("EXCHANGE_MAX_NUM_ORDER_LISTS", \.orderListsMaximum, 1),
    ]
    for (name, path, limit) in steps {
      fixture.exchange.filters = ExchangeFilters()
      fixture.exchange.filters[keyPath: path] = limit
      #expect(throws: Self.failure(name)) { try fixture.list(.oneCancelsOther, pair) }
    }
    fixture.exchange.filters = ExchangeFilters()
    try fixture.place(f.request(.buy, .limit, price: "50000", iceberg: "0.05"))
    fixture.exchange.filters.icebergOrdersMaximum = 1
    #expect(throws: Self.failure("EXCHANGE_MAX_NUM_ICEBERG_ORDERS")) {
      try fixture.place(f.request(.buy, .limit, price: "50000", iceberg: "0.05"))
    }
    #expect(fixture.problems() == [])
  }

  @Test func ofPositionsAssetsAndTime() throws {
    var fixture = try ExchangeFixture()
    let f = fixture
    fixture.exchange.changeTerms(of: fixture.symbol) { $0.filters.positionMaximum = decimal("2.5") }
    // Two are there; with 0.3 on the book another 0.2 fit.
    try fixture.place(f.request(.buy, .limit, quantity: "0.3", price: "50000"))
    try expect(
      &fixture, "MAX_POSITION", takes: f.request(.buy, .limit, quantity: "0.2", price: "50000"),
      refuses: f.request(.buy, .limit, quantity: "0.20001", price: "50000"))
    fixture.exchange.changeTerms(of: fixture.symbol) { $0.filters.positionMaximum = nil }
    fixture.exchange.filters.assetMaximums["BTC"] = decimal("0.4")
    try expect(
      &fixture, "MAX_ASSET", takes: f.request(.buy, .limit, quantity: "0.4", price: "50000"),
      refuses: f.request(.buy, .limit, quantity: "0.40001", price: "50000"))
    fixture.exchange.filters.assetMaximums = ["USDT": decimal("1000")]
    try expect(
      &fixture, "MAX_ASSET", takes: f.request(.buy, .limit, quantity: "0.02", price: "50000"),
      refuses: f.request(.buy, .limit, quantity: "0.02001", price: "50000"))
    fixture.exchange.filters.assetMaximums = [:]
    let later = fixture.now.advanced(byMilliseconds: 1_000)
    fixture.exchange.changeTerms(of: fixture.symbol) { $0.filters.sellingFrom = later }
    #expect(throws: Self.failure("T_PLUS_SELL")) { try fixture.place(.sell, .market) }
    try fixture.place(.buy, .market)
    fixture.now = fixture.now.advanced(byMilliseconds: 1_000)
    try fixture.place(.sell, .market)
    #expect(fixture.problems() == [])
  }

  /// Market orders by quote amount need a book that can serve the least quantity. Binance: errors.md.
  @Test func quoteAmountsNeedABook() throws {
    let symbol = try #require(Symbol("BTCUSDT"))
    let instrument = try #require(SimulatedInstrument(symbol: symbol))
    let funds = SimulatedAccount(balances: [("USDT", decimal("1000")), ("BTC", decimal("1"))])
    var exchange = SimulatedExchange(instruments: [instrument], accounts: [funds])
    var events: [ExchangeEvent] = []
    let now = Timestamp(milliseconds: 1_700_000_000_000)
    for side in Side.allCases {
      let request = ExchangeOrderRequest(symbol: symbol, side: side, type: .market, quoteQuantity: decimal("100"))
      #expect(throws: ExchangeError(-2010, "Order book liquidity is less than symbol minimum quantity.")) {
        try exchange.place(request, account: 0, arrival: now, at: now, events: &events)
      }
    }
    exchange.othersMake(symbol, side: .buy, price: decimal("60000"), quantity: decimal("0.001"), at: now, events: &events)
    exchange.changeRules(of: symbol) { $0.quantityMinimum = decimal("0.01") }
    #expect(throws: ExchangeError(-2010, "Order book liquidity is less than `LOT_SIZE` filter minimum quantity.")) {
      try exchange.place(
        ExchangeOrderRequest(symbol: symbol, side: .sell, type: .market, quoteQuantity: decimal("100")), account: 0, arrival: now, at: now,
        events: &events)
    }
  }
}
