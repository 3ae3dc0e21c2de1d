import Testing
import Time
import TradingModel
import Venue

@testable import TradingCore

/// Reason → next step, the pauses between tries, and the bound on them.
@Suite struct RefusalTests {
  @Test(arguments: [
    (-2010, "Account has insufficient balance for requested action.", Refusal.balance), (-2010, "Market is closed.", .closed),
    (-1013, "Market is closed.", .closed), (-2010, "This symbol is not permitted for this account.", .closed),
    (-1121, "Invalid symbol.", .closed),
    (-2010, "Stop price would trigger immediately.", .wouldTrigger), (-2010, "Order would trigger immediately.", .wouldTrigger),
    (-2010, "The relationship of the prices for the orders is not correct.", .wouldTrigger),
    (-2010, "Stop loss orders are not supported for this symbol.", .orderType), (-1116, "Invalid orderType.", .orderType),
    (-1013, "Filter failure: LOT_SIZE", .filter), (-1111, "Precision is over the maximum defined for this asset.", .filter),
    (-1013, "Filter failure: MAX_NUM_ALGO_ORDERS", .stopsUsedUp), (-2015, "Invalid API-key, IP, or permissions for action.", .key),
    (-1022, "Signature for this request is not valid.", .key), (-1021, "Timestamp for this request is outside of the recvWindow.", .clock),
    (-1015, "Too many new orders; current limit is 100 orders per 10 SECOND.", .tooMany),
    (0, "not sent: 100 of 100 orders are used", .notSent),
    (-9999, "anything", .other),
  ])
  func wordsHaveAMeaning(code: Int, message: String, meaning: Refusal) {
    #expect(Refusal(code: code, message: message) == meaning)
  }

  /// Every cell of the table is a decision: nothing falls through.
  @Test func theTableIsWhole() {
    for refusal in Refusal.allCases {
      #expect(refusal.step(for: .entry, isStop: false) == .giveUp)
      for purpose in OrderPurpose.allCases where purpose != .entry {
        #expect(refusal.step(for: purpose, isStop: false) == (refusal == .balance ? .sizeFromAccount : .again))
      }
    }
    #expect(Refusal.wouldTrigger.step(for: .stopLoss, isStop: true) == .sellNow)
    #expect(Refusal.balance.step(for: .stopLoss, isStop: true) == .sizeFromAccount)
    #expect(Refusal.orderType.step(for: .stopLoss, isStop: true) == .watch(againAfterMilliseconds: 300_000))
    #expect(Refusal.closed.step(for: .stopLoss, isStop: true) == .watch(againAfterMilliseconds: 0))
  }

  /// Whatever resets its pauses, no minute sees more than ten refusals of a bot.
  @Test func aMinuteSeesTenRefusals() {
    var pace = RefusalPace()
    var time = Samples.start
    var refusals: [Timestamp] = []
    for number in 0..<100 {
      refusals.append(time)
      let next = pace.refused(at: time)
      if number % 3 == 0 { pace.accepted() }
      time = pace.count == 0 ? max(pace.notBefore, time) : next
    }
    for (index, first) in refusals.enumerated() {
      let inMinute = refusals[index...].prefix { $0.nanoseconds(since: first) < 60_000_000_000 }.count
      #expect(inMinute <= RefusalPace.perMinute, "from refusal \(index)")
    }
  }

  @Test func repeatsOfAllBotsAreATenthOfTheOrders() {
    var budget = RepeatBudget()
    let start = Samples.start
    for _ in 0..<5 { #expect(budget.take(at: start) == nil) }
    #expect(budget.take(at: start.advanced(byMilliseconds: 9_999)) == start.advanced(byMilliseconds: 10_000))
    #expect(budget.take(at: start.advanced(byMilliseconds: 10_000)) == nil)
  }

  @Test func aNameCarriesItsBot() throws {
    let name = OrderName(journal: "k3x9a0zq", epoch: "t1x2y3", bot: 51, purpose: .stopLoss, number: 1_588)
    let id = try #require(name.id)
    #expect(id.text == "k3x9a0zq-t1x2y3-1f-s184")
    #expect(OrderName(id) == name)
    let longest = OrderName(journal: "k3x9a0zq", epoch: "t1x2y3", bot: 36 * 36 * 36 * 36 * 36 - 1, purpose: .entry, number: 78_364_164_095)
    #expect(longest.id.map { $0.text.utf8.count <= 36 } == true)
    for other in ["k3x9a0zq-17-t1x2y3", "web_abc", "a-b-c-d", "k3x9a0zq-t1-1f-q1", "k3x9a0zq-t1--s1"] {
      #expect(ClientOrderID(other).flatMap { OrderName($0) } == nil, "\(other)")
    }
  }
}

/// A bot with a position on an exchange that is answered by hand.
@Suite struct HeldBotTests {
  /// The core in testnet mode, step by step.
  struct Bench {
    var core: TradingCore
    var effects: [Effect] = []
    var now = Samples.start
    var journal: [JournalEntry] = []

    init(
      mode: TradingMode = .testnet, stopLoss: String = "0.02", takeProfit: String = "0", configuration bot: BotConfiguration? = nil,
      rules: TradingRules = Samples.rules()
    ) {
      var configuration = CoreConfiguration(mode: mode)
      configuration.orderTag = "t1x2y3"
      core = TradingCore(configuration: configuration)
      var opened: [Effect] = []
      core.open(JournalIdentity(id: "abcd1234", mode: mode), at: now, effects: &opened)
      for case .append(let entry) in opened { journal.append(entry) }
      step(.rules([rules]))
      step(.feed(nil, .live))
      step(.executionStream(isLive: true))
      step(.trades(Samples.symbol, []))
      step(
        .command(
          CommandEnvelope(
            id: 1, requestID: "", fingerprint: 0,
            command: .createBot(bot ?? Samples.configuration("one", stopLoss: stopLoss, takeProfit: takeProfit), start: true))))
      effects = []
    }

    mutating func step(_ event: CoreEvent, after milliseconds: Int64 = 0) {
      now = now.advanced(byMilliseconds: milliseconds)
      let from = effects.count
      core.step(event, at: now, effects: &effects)
      for case .append(let entry) in effects[from...] { journal.append(entry) }
    }

    /// The orders that were sent since the last call.
    mutating func takeSent() -> [OrderRequest] {
      defer { effects = [] }
      return effects.flatMap { effect -> [OrderRequest] in
        guard case .submit(let order, _) = effect else { return [] }
        return order.requests
      }
    }

    /// The same with what they replace.
    mutating func takeSubmitted() -> [ApprovedOrder] {
      defer { effects = [] }
      return effects.compactMap { if case .submit(let order, _) = $0 { order } else { nil } }
    }

    mutating func takeCanceled() -> [ClientOrderID] {
      defer { effects = [] }
      return effects.compactMap { if case .cancel(let id, _, _) = $0 { id } else { nil } }
    }

    /// The orders that were asked for since the last call of the others.
    var asked: [ClientOrderID] { effects.compactMap { if case .query(let id, _) = $0 { id } else { nil } } }

    /// Two trades at a price: one alone is not believed.
    mutating func price(_ price: FixedDecimal) {
      for _ in 0..<2 {
        marketTrade += 1
        let trade = MarketTrade(
          symbol: Samples.symbol, id: TradeID(marketTrade), price: price, quantity: .one, time: now, isBuyerMaker: false)
        step(.market(.trade(trade)))
      }
    }

    private var marketTrade: Int64 = 0

    /// The next minute as a closed candle that stands still at a price, which was traded.
    mutating func minute(_ price: FixedDecimal) {
      let open = Interval.oneMinute.openTime(containing: now.advanced(byMilliseconds: 59_999))
      now = Interval.oneMinute.nextOpenTime(after: open)
      self.price(price)
      let candle = Candle(openTime: open, open: price, high: price, low: price, close: price, volume: .one)
      step(
        .market(
          .candle(CandleUpdate(symbol: Samples.symbol, interval: .oneMinute, candle: candle, isClosed: true, eventTime: now))))
    }

    /// The exchange fills a part of an order that goes on resting.
    mutating func fillPart(_ request: OrderRequest, _ part: Quantity, at price: FixedDecimal, number: Int64) {
      let trade = TradeID(nextTrade)
      nextTrade += 1
      step(
        .report(
          ExecutionReport(
            clientOrderID: request.clientOrderID, venueOrderID: VenueOrderID(number), symbol: request.symbol, side: request.side,
            type: request.type, quantity: request.quantity, price: request.price, status: .partiallyFilled, executedQuantity: part,
            cumulativeQuote: price * part,
            fill: Fill(
              symbol: request.symbol, tradeID: trade, venueOrderID: VenueOrderID(number), price: price, quantity: part,
              quoteQuantity: price * part, commission: .zero, commissionAsset: "BNB", isMaker: true, time: now),
            time: now, source: .stream)))
    }

    var nextTrade: Int64 = 1

    /// The exchange fills an order of the bot whole.
    mutating func fill(_ request: OrderRequest, at price: FixedDecimal, number: Int64? = nil) {
      let trade = TradeID(nextTrade)
      nextTrade += 1
      let id = VenueOrderID(number ?? 1_000 + nextTrade)
      step(
        .report(
          ExecutionReport(
            clientOrderID: request.clientOrderID, venueOrderID: id, symbol: request.symbol, side: request.side, type: request.type,
            quantity: request.quantity, stopPrice: request.stopPrice, status: .filled, executedQuantity: request.quantity,
            cumulativeQuote: price * request.quantity,
            fill: Fill(
              symbol: request.symbol, tradeID: trade, venueOrderID: id, price: price, quantity: request.quantity,
              quoteQuantity: price * request.quantity, commission: .zero, commissionAsset: "BNB", isMaker: false, time: now),
            time: now, source: .stream)))
    }

    mutating func rest(_ request: OrderRequest, number: Int64) { tell(request, .accepted, number: number) }

    /// The exchange says how an order stands that it did not fill.
    mutating func tell(_ request: OrderRequest, _ status: OrderStatus, number: Int64, reason: String = "") {
      step(.report(report(request, status, number: number, reason: reason)))
    }

    func report(_ request: OrderRequest, _ status: OrderStatus, number: Int64, reason: String = "") -> ExecutionReport {
      ExecutionReport(
        clientOrderID: request.clientOrderID, venueOrderID: VenueOrderID(number), symbol: request.symbol, side: request.side,
        type: request.type, quantity: request.quantity, price: request.price, stopPrice: request.stopPrice, status: status,
        executedQuantity: .zero, cumulativeQuote: .zero, reason: reason, time: now, source: .stream)
    }

    mutating func refuse(_ request: OrderRequest, _ code: Int, _ message: String) {
      step(.submitted(request.clientOrderID, .rejected(code: code, message: message)))
    }

    /// Lets the bot hold 0.1 BTC bought at 50,000: an unrecorded order of its own is found, as after a failed disk.
    mutating func buy(_ name: String = "one") throws {
      price(FixedDecimal(50_000))
      let bot = try #require(core.snapshot(of: Samples.bot(name)))
      let name = OrderName(journal: "abcd1234", epoch: "t0", bot: bot.createdSequence, purpose: .entry, number: 7)
      let id = try #require(name.id)
      fill(
        OrderRequest(clientOrderID: id, symbol: Samples.symbol, side: .buy, type: .market, quantity: FixedDecimal(raw: 10_000_000)),
        at: FixedDecimal(50_000))
    }

    mutating func account(_ held: String, locked: String = "0", isComplete: Bool = true) {
      let balance = AssetBalance(
        asset: "BTC", free: Samples.decimal(held), locked: Samples.decimal(locked))
      step(.balances([balance], isComplete: isComplete))
    }

    /// What locks the account's coins, as asked for: these orders stood before and after.
    mutating func locks(_ free: String, locked: String = "0", standing: [AccountOrder] = [], askedAt: Timestamp? = nil) {
      let balance = AssetBalance(asset: "BTC", free: Samples.decimal(free), locked: Samples.decimal(locked))
      step(.locks(AccountLocks(before: standing, balances: [balance], after: standing, askedAt: askedAt ?? now)))
    }

    /// The process dies and another one goes on with the journal.
    mutating func restart() throws {
      var configuration = core.configuration
      configuration.orderTag = "t1x2y4"
      var next = TradingCore(configuration: configuration)
      for entry in journal { try next.recover(entry) }
      core = next
      effects = []
      step(.rules([Samples.rules()]))
      let from = effects.count
      core.resume(at: now, effects: &effects)
      for case .append(let entry) in effects[from...] { journal.append(entry) }
      step(.feed(nil, .live))
      step(.executionStream(isLive: true))
    }

    /// Answers what was asked since the last call, as an exchange that knows of no order; returns what was sent.
    mutating func answerNothingKnown(held: String) -> [OrderRequest] {
      var sent: [OrderRequest] = []
      while !effects.isEmpty {
        let asked = effects
        sent += takeSent()
        for effect in asked {
          switch effect {
          case .query(let id, _): step(.queried(id, .notFound))
          case .listTrades(let symbol, _): step(.trades(symbol, []))
          case .readAccount: account(held)
          case .readLocks: locks(held)
          default: break
          }
        }
      }
      return sent
    }

    var bot: BotSnapshot? { core.snapshot(of: Samples.bot("one")) }

    func alerts(_ code: Alert.Code) -> [Alert] {
      journal.compactMap { if case .alert(let alert) = $0.record, alert.code == code { alert } else { nil } }
    }
  }

  /// DESIGN 14: what is found under our own name belongs to its bot.
  @Test func anOrderOfOurNameIsBooked() throws {
    var bench = Bench()
    try bench.buy()
    #expect(bench.bot?.position.quantity == FixedDecimal(raw: 10_000_000))
    #expect(bench.alerts(.orderAppeared).count == 1)
    let stop = try #require(bench.takeSent().last)
    #expect(stop.type == .stopLoss && stop.stopPrice == FixedDecimal(49_000))
    // A name of a bot that never was, or of another journal, is another's.
    for text in ["abcd1234-t0-zz-e7", "efgh1234-t0-2-e7"] {
      let id = try #require(ClientOrderID(text))
      bench.fill(
        OrderRequest(clientOrderID: id, symbol: Samples.symbol, side: .buy, type: .market, quantity: .one), at: FixedDecimal(50_000))
    }
    #expect(bench.bot?.position.quantity == FixedDecimal(raw: 10_000_000))
  }

  /// The process died between the record of a stop and its first byte: another one rests as soon as the exchange could take the first no
  /// more, and not only when it is given up.
  @Test func aStopThatWasNeverSentIsReplacedAfterItsFence() throws {
    var bench = Bench()
    try bench.buy()
    let lost = try #require(bench.takeSent().last)
    try bench.restart()
    var passed: Int64 = 0
    var again: [OrderRequest] = []
    while again.isEmpty, passed < 20_000 {
      again = bench.answerNothingKnown(held: "0.1")
      bench.step(.clock, after: 100)
      passed += 100
    }
    #expect(again.map(\.type) == [.stopLoss] && again.first?.clientOrderID != lost.clientOrderID)
    #expect(passed >= bench.core.configuration.saleFenceMilliseconds && passed <= 5_000, "after \(passed) ms")
  }

  /// Wound 1, K1: refused and refused again, with the price below the stop.
  @Test func aRefusedExitIsTriedWithPauses() throws {
    var bench = Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 50)
    bench.step(.canceled(stop.clientOrderID, .notOpen(message: "gone")))
    bench.effects = []
    bench.step(
      .report(
        ExecutionReport(
          clientOrderID: stop.clientOrderID, venueOrderID: VenueOrderID(50), symbol: stop.symbol, side: .sell, type: .stopLoss,
          quantity: stop.quantity, stopPrice: stop.stopPrice, status: .canceled, executedQuantity: .zero, cumulativeQuote: .zero,
          time: bench.now, source: .stream)))
    var tries = 0
    bench.price(FixedDecimal(45_000))
    for second in 0..<600 {
      for request in bench.takeSent() {
        tries += 1
        #expect(second > 0 || tries <= 2, "no storm")
        bench.refuse(request, -2010, "Account has insufficient balance for requested action.")
      }
      bench.step(.clock, after: 1_000)
      bench.price(FixedDecimal(45_000))
    }
    #expect(tries <= 7 + 10 && tries >= 5, "\(tries) tries in ten minutes")
    #expect(bench.alerts(.orderRefused).count <= 2, "one alert for the stop, one for the exit")
    #expect(bench.bot?.hold?.cause == .refused(.balance))
    // Stopped it keeps its stop: the tries go on, with the same pauses.
    _ = bench.takeSent()
    bench.step(.command(CommandEnvelope(id: 2, requestID: "", fingerprint: 0, command: .stopBot(Samples.bot("one")))))
    tries = 0
    for _ in 0..<300 {
      for request in bench.takeSent() {
        tries += 1
        bench.refuse(request, -2010, "Account has insufficient balance for requested action.")
      }
      bench.step(.clock, after: 1_000)
    }
    #expect(tries >= 4 && tries <= 6, "\(tries) tries in five minutes")
    // A person asks for it: it is tried as soon as the pauses allow, and taken.
    bench.step(.command(CommandEnvelope(id: 3, requestID: "", fingerprint: 0, command: .closePosition(Samples.bot("one")))))
    var last = bench.takeSent()
    for _ in 0..<60 where last.isEmpty {
      bench.step(.clock, after: 1_000)
      last = bench.takeSent()
    }
    #expect(last.count == 1)
    if let request = last.first { bench.fill(request, at: FixedDecimal(45_000)) }
    #expect(bench.bot?.hold == nil && bench.bot?.position.isOpen == false)
    #expect(bench.alerts(.holdEnded).count == 1)
  }

  /// A strategy's sale was refused, and its bot is stopped: no more tries of that, and its stop acts as every stopped bot's does.
  @Test func aStoppedBotsRefusedSaleIsPutAside() throws {
    var configuration = Samples.configuration("one", stopLoss: "0.02", takeProfit: "0")
    configuration.timeStopCandles = 1
    var bench = Bench(configuration: configuration)
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 50)
    // Refuses sales and stops; returns how many sales there were.
    let refuse = { (bench: inout Bench) in
      var sales = 0
      for request in bench.takeSent() {
        if request.type == .market { sales += 1 }
        bench.refuse(request, -2010, request.type == .market ? "Market is closed." : "Stop loss orders are not supported for this symbol.")
        bench.tell(stop, .canceled, number: 50)
      }
      return sales
    }
    var sales = 0
    for _ in 0..<3 where sales == 0 {
      bench.minute(FixedDecimal(50_000))
      sales += refuse(&bench)
    }
    #expect(sales == 1)
    bench.step(.command(CommandEnvelope(id: 2, requestID: "", fingerprint: 0, command: .stopBot(Samples.bot("one")))))
    let from = bench.journal.count
    for _ in 0..<20 {
      bench.minute(FixedDecimal(50_000))
      sales += refuse(&bench)
    }
    #expect(sales == 1)
    #expect(bench.bot?.hold?.concern == .exit && bench.bot?.exitReason == "")
    // Nor is it wished for again at each candle.
    #expect(!bench.journal[from...].contains { if case .exitRequested = $0.record { true } else { false } })
    // The price falls through its stop, which is watched here: that is tried until it is sold.
    bench.price(FixedDecimal(45_000))
    #expect(bench.bot?.exitReason.contains("stop") == true)
    for _ in 0..<60 {
      sales += refuse(&bench)
      bench.step(.clock, after: 1_000)
    }
    #expect(sales >= 4)
  }

  /// K1: the symbol is halted while an exit is due.
  @Test func aClosedMarketIsOneCondition() throws {
    var bench = Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 50)
    bench.step(.command(CommandEnvelope(id: 2, requestID: "", fingerprint: 0, command: .closePosition(Samples.bot("one")))))
    bench.step(
      .report(
        ExecutionReport(
          clientOrderID: stop.clientOrderID, venueOrderID: VenueOrderID(50), symbol: stop.symbol, side: .sell, type: .stopLoss,
          quantity: stop.quantity, stopPrice: stop.stopPrice, status: .canceled, executedQuantity: .zero, cumulativeQuote: .zero,
          time: bench.now, source: .stream)))
    var types: [OrderType] = []
    for _ in 0..<60 {
      for request in bench.takeSent() {
        types.append(request.type)
        bench.refuse(request, -2010, "Market is closed.")
      }
      bench.step(.clock, after: 1_000)
    }
    #expect(types.count >= 5 && types.count <= 10 && types.contains(.stopLoss), "an exit, and a stop meanwhile: \(types)")
    #expect(bench.alerts(.orderRefused).count == 1)
    // It trades again: as soon as the bound of a minute allows.
    _ = bench.takeSent()
    bench.step(.clock, after: 5_000)
    _ = bench.takeSent().map { bench.refuse($0, -2010, "Market is closed.") }
    bench.step(.rules([Samples.rules()]))
    var later: [OrderType] = []
    for _ in 0..<60 where later.isEmpty {
      bench.step(.clock, after: 1_000)
      later = bench.takeSent().map(\.type)
    }
    #expect(later == [.market])
  }

  /// "Would trigger" means that the stop is reached.
  @Test func aStopThatWouldTriggerSells() throws {
    var bench = Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.refuse(stop, -2010, "Stop price would trigger immediately.")
    let sale = bench.takeSent()
    #expect(sale.map(\.type) == [.market] && sale.first?.side == .sell && sale.first?.quantity == stop.quantity)
  }

  /// K2: less is there than the book says.
  @Test func whatIsMissingIsNamedAndTheRestIsSold() throws {
    var bench = Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 50)
    bench.step(
      .report(
        ExecutionReport(
          clientOrderID: stop.clientOrderID, venueOrderID: VenueOrderID(50), symbol: stop.symbol, side: .sell, type: .stopLoss,
          quantity: stop.quantity, stopPrice: stop.stopPrice, status: .canceled, executedQuantity: .zero, cumulativeQuote: .zero,
          time: bench.now, source: .stream)))
    let second = try #require(bench.takeSent().last)
    bench.refuse(second, -2010, "Account has insufficient balance for requested action.")
    #expect(bench.effects.contains { if case .readAccount = $0 { true } else { false } })
    bench.step(.clock, after: 100)
    bench.effects = []
    bench.account("0.06")
    #expect(bench.core.missingCoins.isEmpty, "a first look proves nothing: a fill may be on its way")
    #expect(bench.bot?.hold?.cause == .refused(.balance))
    bench.account("0.06")
    bench.step(.clock, after: 1_000)
    let smaller = try #require(bench.takeSent().last)
    #expect(smaller.type == .stopLoss && smaller.quantity == FixedDecimal(raw: 6_000_000), "what is there is protected at once")
    bench.rest(smaller, number: 51)
    for _ in 0..<4 {
      bench.step(.clock, after: 1_000)
      if bench.effects.contains(where: { if case .readAccount = $0 { true } else { false } }) { bench.account("0", locked: "0.06") }
    }
    #expect(bench.core.missingCoins.map(\.asset) == ["BTC"])
    #expect(bench.bot?.hold?.reason == "the account has 0.06 of 0.1 BTC")
    #expect(bench.alerts(.coinsMissing).count == 1)
    #expect(bench.takeSent().isEmpty)
    // They come back.
    bench.account("0.04", locked: "0.06", isComplete: false)
    #expect(bench.core.missingCoins.isEmpty && bench.bot?.hold == nil)
    let again = bench.takeSubmitted()
    #expect(again.map(\.replaces) == [smaller.clientOrderID] && again.map(\.request.quantity) == [Samples.decimal("0.1")])
  }

  /// K1: the owner sold all of it: nothing is sent any more.
  @Test func whatIsGoneIsNotSold() throws {
    var bench = Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.refuse(stop, -2010, "Account has insufficient balance for requested action.")
    for _ in 0..<6 {
      bench.account("0")
      bench.step(.clock, after: 1_000)
    }
    #expect(bench.core.missingCoins.first?.held == .zero)
    _ = bench.takeSent()
    for _ in 0..<120 {
      bench.price(FixedDecimal(45_000))
      bench.step(.clock, after: 1_000)
    }
    #expect(bench.takeSent().isEmpty)
    #expect(bench.bot?.hold?.reason == "the account has 0 of 0.1 BTC")
  }
}

/// Coins that a person moves, and the brake.
@Suite struct CoinsTests {
  private func perform(_ bench: inout HeldBotTests.Bench, _ command: Command) -> CommandResult? {
    bench.effects = []
    bench.step(.command(CommandEnvelope(id: 9, requestID: "", fingerprint: 0, command: command)))
    for case .reply(_, let result, _) in bench.effects { return result }
    return nil
  }

  @Test func adoptedCoinsAreCapitalAndProtected() throws {
    var bench = HeldBotTests.Bench(takeProfit: "0.04")
    bench.price(FixedDecimal(50_000))
    let bot = Samples.bot("one")
    // What was never read is not called nothing.
    #expect(perform(&bench, .adoptPosition(bot, quantity: Samples.decimal("0.1"), entryPrice: .zero))?.reasons == ["ACCOUNT_UNKNOWN"])
    bench.account("0.3")
    let tooMuch = perform(&bench, .adoptPosition(bot, quantity: Samples.decimal("0.4"), entryPrice: .zero))
    #expect(tooMuch?.reasons == ["COINS_NOT_THERE"])
    #expect(
      perform(&bench, .adoptPosition(bot, quantity: Samples.decimal("0.0000001"), entryPrice: .zero))?.reasons == ["QUANTITY_UNSELLABLE"])
    #expect(
      perform(&bench, .adoptPosition(bot, quantity: Samples.decimal("0.2"), entryPrice: Samples.decimal("40000")))?.code == nil)
    let after = try #require(bench.bot)
    #expect(after.position.quantity == Samples.decimal("0.2") && after.position.cost == FixedDecimal(10_000))
    #expect(after.availableCapital == FixedDecimal(10_000), "its money is as it was")
    #expect(after.stopPrice == Samples.decimal("39200"), "the stop hangs from the price that was named")
    #expect(after.takeProfitPrice == Samples.decimal("52000"), "and nothing else does")
    let pair = bench.takeSent()
    let stop = try #require(pair.first)
    #expect(stop.type == .stopLoss && stop.quantity == Samples.decimal("0.2"))
    #expect(bench.core.equity().equity == FixedDecimal(20_000))
    // Nobody else's coins are left for another.
    #expect(perform(&bench, .adoptPosition(bot, quantity: Samples.decimal("0.2"), entryPrice: .zero))?.reasons == ["ORDER_OUTSTANDING"])
    bench.rest(stop, number: 60)
    bench.rest(pair[1], number: 61)
    #expect(perform(&bench, .adoptPosition(bot, quantity: Samples.decimal("0.2"), entryPrice: .zero))?.reasons == ["COINS_NOT_THERE"])
    // Out again, at another price: what they gained is the bot's.
    bench.price(FixedDecimal(51_000))
    #expect(perform(&bench, .releasePosition(bot, quantity: nil))?.code == nil)
    #expect(bench.bot?.position.isOpen == false && bench.bot?.results.realizedPnL == FixedDecimal(200))
    #expect(bench.core.equity().equity == Samples.decimal("10000") + FixedDecimal(10_000) - FixedDecimal(10_200) + FixedDecimal(200))
    #expect(bench.takeCanceled() == [stop.clientOrderID])
    // The journal gives the same state again.
    var folded = TradingCore(configuration: bench.core.configuration)
    for entry in bench.journal { try folded.recover(entry) }
    #expect(folded.snapshot(of: bot)?.position == bench.bot?.position && folded.snapshot(of: bot)?.flows == bench.bot?.flows)
  }

  @Test func whatIsMissingIsAccepted() throws {
    var bench = HeldBotTests.Bench()
    try bench.buy()
    _ = bench.takeSent().last.map { bench.refuse($0, -2010, "Account has insufficient balance for requested action.") }
    for _ in 0..<6 {
      bench.account("0.06")
      bench.step(.clock, after: 1_000)
      for request in bench.takeSent() { bench.rest(request, number: 70) }
    }
    #expect(bench.core.missingCoins.map(\.asset) == ["BTC"])
    #expect(perform(&bench, .acceptMissing(asset: "ETH"))?.reasons == ["NO_DISCREPANCY"])
    #expect(perform(&bench, .acceptMissing(asset: "BTC"))?.code == nil)
    #expect(bench.core.missingCoins.isEmpty && bench.bot?.hold == nil)
    #expect(bench.bot?.position.quantity == Samples.decimal("0.06") && bench.bot?.position.cost == FixedDecimal(3_000))
    #expect(bench.bot?.results.realizedPnL == .zero, "at the price that they cost")
  }

  @Test func panicSellsAndStops() throws {
    var bench = HeldBotTests.Bench()
    try bench.buy()
    let stop = try #require(bench.takeSent().last)
    bench.rest(stop, number: 80)
    #expect(perform(&bench, .panic(reason: "test"))?.code == nil)
    #expect(bench.bot?.state == .stopped && bench.core.tradingState == .halted)
    let exit = try #require(bench.takeSubmitted().last)
    let sale = exit.request
    #expect(sale.type == .market && sale.side == .sell && exit.replaces == stop.clientOrderID)
    bench.tell(stop, .canceled, number: 80)
    // Refused, it is tried on, although everything is stopped and halted; a stop rests meanwhile.
    bench.refuse(sale, -1001, "Internal error; unable to process your request. Please try again.")
    let again = try #require(bench.takeSent().last)
    #expect(again.type == .stopLoss)
    bench.rest(again, number: 81)
    bench.effects = []
    for _ in 0..<3 { bench.step(.clock, after: 1_000) }
    #expect(bench.takeSubmitted().map(\.replaces) == [again.clientOrderID])
  }
}
