import Time
import TradingCore
import TradingModel
import Venue

/// A core against an exchange that answers at once: market orders fill at `exchangePrice`, stops rest. The feed is the test's.
struct LiveBench {
  private(set) var core = TradingCore(configuration: CoreConfiguration(mode: .testnet))
  private(set) var journal: [JournalEntry] = []
  private(set) var requests: [OrderRequest] = []
  /// What the exchange trades at, whatever the feed says.
  var exchangePrice: Price
  private var now = Samples.start
  private var effects: [Effect] = []
  private let rules: TradingRules
  /// The book is thin: half of an order fills, the rest expires.
  var fillsHalf = false
  /// How often a best bid and ask was asked for.
  private(set) var questions = 0
  private var number: Int64 = 0
  private var minutes: Int64 = 0
  private var tradeID: Int64 = 0

  init(_ configuration: BotConfiguration = Samples.configuration(), rules: TradingRules = Samples.rules(), price: String = "60000") {
    self.rules = rules
    exchangePrice = Samples.decimal(price)
    core.open(JournalIdentity(id: "abcd1234", mode: .testnet), at: now, effects: &effects)
    step(.rules([rules]))
    step(.feed(nil, .live))
    step(.executionStream(isLive: true))
    command(.createBot(configuration, start: true))
  }

  mutating func command(_ command: Command) {
    step(.command(CommandEnvelope(id: 1, requestID: "", fingerprint: 0, command: command)))
  }

  mutating func step(_ event: CoreEvent) {
    core.step(event, at: now, effects: &effects)
    var at = 0
    while at < effects.count {
      let effect = effects[at]
      at += 1
      switch effect {
      case .append(let entry): journal.append(entry)
      case .submit(let order, _):
        if let old = order.replaces { end(old) }
        for request in order.requests { take(request) }
      case .cancel(let id, _, _): end(id)
      case .askQuote: questions += 1
      default: break
      }
    }
    effects.removeAll()
  }

  private mutating func take(_ request: OrderRequest) {
    requests.append(request)
    number += 1
    let isFilled = request.isImmediate
    var quantity = request.isByAmount ? rules.quantity(boughtFor: request.quoteQuantity, at: exchangePrice) : request.quantity
    if fillsHalf, isFilled { quantity = FixedDecimal(raw: quantity.raw / 2).roundedDown(toMultipleOf: rules.stepSize) }
    let quote = exchangePrice * quantity
    let fill = Fill(
      symbol: request.symbol, tradeID: TradeID(number), venueOrderID: VenueOrderID(number), price: exchangePrice, quantity: quantity,
      quoteQuantity: quote, commission: .zero, commissionAsset: "BNB", isMaker: false, time: now)
    let report = ExecutionReport(
      clientOrderID: request.clientOrderID, venueOrderID: VenueOrderID(number), symbol: request.symbol, side: request.side,
      type: request.type, timeInForce: request.timeInForce, quantity: quantity, price: request.price, stopPrice: request.stopPrice,
      status: isFilled ? fillsHalf ? .expired : .filled : .accepted, executedQuantity: isFilled ? quantity : .zero,
      cumulativeQuote: isFilled ? quote : .zero,
      fill: isFilled ? fill : nil, time: now, source: .answer)
    core.step(.submitted(request.clientOrderID, .accepted([report])), at: now, effects: &effects)
  }

  private mutating func end(_ id: ClientOrderID) {
    guard let order = core.order(id) else { return }
    let request = order.intent.request
    let report = ExecutionReport(
      clientOrderID: id, venueOrderID: order.venueOrderID, symbol: request.symbol, side: request.side, type: request.type,
      quantity: request.quantity, stopPrice: request.stopPrice, status: .canceled, executedQuantity: .zero, cumulativeQuote: .zero,
      time: now, source: .answer)
    core.step(.canceled(id, .canceled(report)), at: now, effects: &effects)
  }

  // MARK: The feed

  mutating func trade(_ price: String) {
    now = now.advanced(byMilliseconds: 10)
    tradeID += 1
    step(
      .market(
        .trade(
          MarketTrade(
            symbol: rules.symbol, id: TradeID(tradeID), price: Samples.decimal(price), quantity: .one, time: now, isBuyerMaker: false))))
  }

  mutating func quote(_ bid: String, _ ask: String) {
    now = now.advanced(byMilliseconds: 1)
    step(
      .market(
        .quote(
          Quote(
            symbol: rules.symbol, bidPrice: Samples.decimal(bid), bidQuantity: .one, askPrice: Samples.decimal(ask), askQuantity: .one,
            time: now))))
  }

  /// The next minute ends at a price, with or without a trade at it.
  mutating func minute(_ price: String, isTraded: Bool = true) {
    let open = Samples.start.advanced(byMilliseconds: minutes * 60_000)
    minutes += 1
    now = max(now, open.advanced(byMilliseconds: 59_000))
    if isTraded {
      trade(price)
      trade(price)
    }
    now = max(now, open.advanced(byMilliseconds: 60_000))
    step(
      .market(
        .candle(
          CandleUpdate(
            symbol: rules.symbol, interval: .oneMinute, candle: Samples.candle(open, [Samples.decimal(price)]), isClosed: true,
            eventTime: now))))
  }

  /// Time passes without the market.
  mutating func wait(milliseconds: Int64) {
    now = now.advanced(byMilliseconds: milliseconds)
    step(.clock)
  }

  // MARK: What came of it

  var denials: [OrderDenial] { journal.compactMap { if case .orderDenied(let denial) = $0.record { denial } else { nil } } }
  var exits: [ExitRequest] { journal.compactMap { if case .exitRequested(let exit) = $0.record { exit } else { nil } } }
  var alerts: [Alert] { journal.compactMap { if case .alert(let alert) = $0.record { alert } else { nil } } }
  var marks: [MarkRecord] { journal.compactMap { if case .marked(let mark) = $0.record { mark } else { nil } } }
  var fills: [FillRecord] { journal.compactMap { if case .fill(let fill) = $0.record { fill } else { nil } } }
  var snapshot: BotSnapshot? { core.snapshot(of: Samples.bot("one")) }
}
