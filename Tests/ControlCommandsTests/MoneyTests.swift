import BotAPI
import CommandTestSupport
import Presentation
import TTRPC
import Testing
import Time
import TradingModel

@testable import ControlCommands

/// What profit and statement make of a ledger: exact figures, counted by hand.
@Suite struct MoneyTests {
  private static let hour: Int64 = 3_600_000_000_000
  /// 2026-10-01T00:00Z
  private static let october = (TimeText.timestamp("2026-10-01") ?? .zero).nanoseconds
  private static let november = (TimeText.timestamp("2026-11-01") ?? .zero).nanoseconds
  private static let calendar = TimeReader(now: Timestamp(nanoseconds: november))

  private static func fill(
    _ sequence: Int64, _ hours: Int64, _ side: V1.Side, _ quantity: String, _ amount: String, fee: String = "0",
    _ feeAsset: String = "USDT",
    feeInQuote: String? = nil, realized: String = "0", cost: String = "0", trip: String = "", bot: String = "a", created: Int64 = 1,
    reason: String = "", purpose: V1.OrderPurpose = .exit, strategy: String = "rsi"
  ) -> V1.LedgerEntry {
    let time = october + hours * hour
    return V1.LedgerEntry(
      kind: .fill, sequence: sequence, timeNs: time, botID: bot, botCreatedSequence: bot.isEmpty ? 0 : created, strategy: strategy,
      symbol: "BTCUSDT", baseAsset: "BTC", quoteAsset: "USDT",
      trade: V1.Trade(
        sequence: sequence, symbol: "BTCUSDT", tradeID: "\(sequence)", botID: bot, side: side, price: "100", quantity: quantity,
        quoteQuantity: amount, commission: fee, commissionAsset: feeAsset, realizedPnL: realized, timeNs: time, purpose: purpose,
        reason: reason),
      cost: cost, realizedPnL: realized, feeInQuote: feeInQuote ?? (fee == "0" || feeAsset != "USDT" ? "" : fee), tradeProfit: trip,
      tradeOpenedTimeNs: trip.isEmpty ? 0 : time - hour)
  }

  private static func moved(
    _ kind: V1.LedgerKind, _ sequence: Int64, _ hours: Int64, _ quantity: String, realized: String = "0", cost: String
  ) -> V1.LedgerEntry {
    V1.LedgerEntry(
      kind: kind, sequence: sequence, timeNs: october + hours * hour, botID: "a", botCreatedSequence: 1, strategy: "rsi", symbol: "BTCUSDT",
      baseAsset: "BTC", quoteAsset: "USDT", quantity: quantity, price: "100", cost: cost, realizedPnL: realized)
  }

  // MARK: Profit

  /// Three trips over the end of October: the trip counts where it ended, the entry's fee where it was paid.
  private static let trips = [
    fill(
      1, -2, .buy, "1", "100", fee: "0.01", "BNB", feeInQuote: "6", realized: "-6", cost: "100", reason: "RSI 28.4 below 30",
      purpose: .entry),
    fill(2, 1, .sell, "0.5", "60", realized: "10", cost: "50", reason: "RSI 71.2 above 70"),
    fill(3, 30, .sell, "0.5", "40", fee: "1", realized: "-11", cost: "50", trip: "-7", reason: "RSI 70.4 above 70"),
    fill(4, 31, .buy, "1", "90", fee: "1", cost: "91", bot: "b", created: 2, reason: "", purpose: .entry, strategy: "macd"),
    fill(
      5, 700, .sell, "1", "95.5", fee: "0.5", realized: "4", cost: "91", trip: "4", bot: "b", created: 2, reason: "stop loss 95 touched",
      purpose: .stopLoss, strategy: "macd"),
    fill(6, 701, .buy, "3", "300", bot: "", reason: "not placed by a bot", purpose: .manual),
  ]

  private static func sum(_ rows: [ProfitRow]) -> [String] {
    func total(_ text: (V1.Stats) -> String) -> String {
      rows.reduce(FixedDecimal.zero) { $0 + (FixedDecimal(text: text($1.stats)) ?? .zero) }.description
    }
    let counts = [rows.map(\.stats.trades), rows.map(\.stats.wins), rows.map(\.stats.fills)].map { "\($0.reduce(0, +))" }
    return [total(\.realizedPnL), total(\.feesTotal), total(\.turnover)] + counts
  }

  @Test(arguments: Profit.Grouping.allCases) func groupsAddUpToTheTotal(grouping: Profit.Grouping) throws {
    let profit = Profit(Self.trips, by: grouping, calendar: Self.calendar)
    #expect(Self.sum(profit.groups) == Self.sum(profit.totals))
    #expect(Self.sum(profit.totals) == ["-3", "8.5", "385.5", "2", "1", "5"])
    let total = try #require(profit.totals.first?.stats)
    #expect(total.winRate == "0.5" && total.expectancy == "-1.5" && total.bestTrade == "4" && total.worstTrade == "-7")
  }

  @Test func groupsAreNamed() {
    func groups(_ grouping: Profit.Grouping) -> [String] {
      Profit(Self.trips, by: grouping, calendar: Self.calendar).groups.map { "\($0.name) \($0.stats.realizedPnL) \($0.stats.trades)" }
    }
    #expect(groups(.month) == ["2026-09 -6 0", "2026-10 3 2"])
    #expect(groups(.day).prefix(3) == ["2026-09-30 -6 0", "2026-10-01 10 0", "2026-10-02 -11 1"])
    // Days without a fill are lines too.
    #expect(groups(.day).count == 31)
    #expect(groups(.bot) == ["a -7 1", "b 4 1"] && groups(.symbol) == ["BTCUSDT -3 2"] && groups(.strategy) == ["macd 4 1", "rsi -7 1"])
    #expect(groups(.reason) == ["entry 0 0", "entry: RSI # below # -6 0", "exit: RSI # above # -1 1", "stop_loss 4 1"])
  }

  /// A bot that was removed, and one that was created under its name, are two.
  @Test func botsOfOneNameAreTwo() {
    let entries = [Self.fill(1, 0, .sell, "1", "10", realized: "1"), Self.fill(9, 1, .sell, "1", "10", realized: "2", created: 8)]
    let names = Profit(entries, by: .bot, calendar: Self.calendar).groups.map(\.name)
    #expect(names == ["a #1", "a #8"])
  }

  @Test func openPositionsAreInTheNetProfit() {
    let opening = V1.LedgerEntry(
      kind: .opening, botID: "a", botCreatedSequence: 1, symbol: "BTCUSDT", quoteAsset: "USDT", unrealizedPnL: "2.5")
    let closing = V1.LedgerEntry(
      kind: .closing, botID: "a", botCreatedSequence: 1, symbol: "BTCUSDT", quoteAsset: "USDT", unrealizedPnL: "-1")
    let profit = Profit([Self.fill(1, 0, .sell, "1", "10", realized: "5"), opening, closing], by: .bot, calendar: Self.calendar)
    #expect(profit.groups.map { $0.net?.description } == ["1.5"] && profit.totals.map { $0.net?.description } == ["1.5"])
    #expect(Profit([opening], by: .day, calendar: Self.calendar).groups.isEmpty)
  }

  @Test func aFeeWithoutARateIsNamedAndNotZero() {
    let entry = Self.fill(1, 0, .sell, "1", "10", fee: "0.02", "BNB", realized: "5")
    let total = Profit([entry], by: nil, calendar: Self.calendar).totals[0]
    #expect(total.unknownFees == "0.02 BNB" && total.stats.feesTotal == "0")
  }

  @Test func quoteAssetsAreApartAndConverted() throws {
    var euro = Self.fill(2, 0, .sell, "1", "10", realized: "3", bot: "e", created: 5)
    euro.quoteAsset = "EUR"
    euro.symbol = "BTCEUR"
    let profit = Profit([Self.fill(1, 0, .sell, "1", "10", realized: "5"), euro], by: .bot, calendar: Self.calendar)
    #expect(profit.totals.map { "\($0.stats.realizedPnL) \($0.stats.quoteAsset)" } == ["3 EUR", "5 USDT"])
    let rates = [V1.ConversionRate(asset: "EUR", rate: "1.1", path: "EURUSDT")]
    let sum = try #require(profit.converted(V1.Stats(quoteAsset: "USDT", rates: rates)))
    #expect(sum.realized.description == "8.3" && sum.without == [])
    #expect(profit.converted(V1.Stats(quoteAsset: "USDT"))?.without == ["EUR"])
  }

  // MARK: Lots

  @Test func lotsAreUsedFirstInFirstOut() {
    let entries = [
      Self.fill(1, -50, .buy, "1", "100", fee: "1", cost: "101"),
      Self.fill(2, -40, .buy, "2", "260", fee: "0.002", "BTC", feeInQuote: "0.26", cost: "260", bot: "b", created: 2),
      // 1.5 of a: one lot whole and half a coin of the next.
      Self.fill(3, 5, .sell, "1.5", "225", fee: "3", realized: "70.5", cost: "151.5"),
    ]
    let lots = TaxLots(entries, from: Self.october, to: Self.november)
    #expect(
      lots.disposals.map { "\($0.quantity) \($0.proceeds) \($0.cost) \($0.fee) \($0.gain) \($0.kind) \($0.source)" } == [
        "1 150 101 2 47 sold bought", "0.5 75 65.06506507 1 8.93493493 sold bought",
      ])
    #expect(lots.open.map { "\($0.quantity) \($0.cost)" } == ["1.498 194.93493493"])
    let row = lots.gains[0]
    #expect(row.sales.description == "55.93493493" && row.realized.description == "70.5" && row.unexplained.isZero)
    #expect(row.heldDifference.description == "-14.56506507")
  }

  /// A fee in BNB is in the lot's cost here and realized at once by the books: the difference is that of what is held.
  @Test func feesInAnotherAssetAreInTheCost() {
    let entries = [
      Self.fill(1, 1, .buy, "1", "100", fee: "0.01", "BNB", feeInQuote: "6", realized: "-6", cost: "100"),
      Self.fill(2, 2, .sell, "0.4", "50", fee: "0.005", "BNB", feeInQuote: "3", realized: "7", cost: "40"),
    ]
    let lots = TaxLots(entries, from: Self.october, to: Self.november)
    #expect(lots.disposals.map(\.gain.description) == ["4.6"] && lots.gains[0].unexplained.isZero)
    #expect(lots.gains[0].realized.description == "1" && lots.gains[0].heldDifference.description == "3.6")
  }

  @Test func coinsThatComeAndGoAreNoSales() {
    let entries = [
      Self.moved(.adopted, 1, 1, "2", cost: "200"), Self.fill(2, 2, .sell, "0.5", "60", realized: "10", cost: "50"),
      Self.moved(.released, 3, 3, "1", realized: "-5", cost: "100"), Self.moved(.missing, 4, 4, "0.25", realized: "1", cost: "25"),
      Self.moved(.removed, 5, 5, "0.25", realized: "2", cost: "25"),
    ]
    let lots = TaxLots(entries, from: Self.october, to: Self.november)
    #expect(
      lots.disposals.map { "\($0.kind) \($0.proceeds) \($0.gain)" } == ["sold 60 10", "released 95 -5", "missing 26 1", "removed 27 2"])
    #expect(lots.open.isEmpty && lots.gains[0].sales.description == "10" && lots.gains[0].transfers.description == "-2")
    #expect(lots.gains[0].unexplained.isZero)
  }

  @Test func whatNoLotExplainsIsSaid() {
    let lots = TaxLots([Self.fill(1, 1, .sell, "1", "50", realized: "50", cost: "0")], from: Self.october, to: Self.november)
    #expect(lots.disposals.map { "\($0.source) \($0.gain)" } == ["unknown 50"])
  }

  @Test func monthsOfLotsFollowEachOther() {
    let entries = [
      Self.fill(1, -10, .buy, "1", "100", cost: "100"), Self.fill(2, -5, .sell, "0.3", "40", realized: "10", cost: "30"),
      Self.fill(3, 3, .buy, "1", "150", cost: "150"), Self.fill(4, 800, .sell, "1.7", "300", realized: "80", cost: "220"),
    ]
    let ends = [0, Self.october, Self.november, Int64.max]
    let parts = zip(ends, ends.dropFirst()).map { TaxLots(entries, from: $0, to: $1) }
    let whole = TaxLots(entries, from: 0, to: .max)
    #expect(parts.flatMap { $0.disposals.map(\.gain) } == whole.disposals.map(\.gain))
    #expect(parts.allSatisfy { $0.gains.allSatisfy(\.unexplained.isZero) })
    #expect(TaxLots([], from: 0, to: 1).gains.isEmpty)
  }

  // MARK: The account

  private static func read(_ sequence: Int64, _ hours: Int64, _ amounts: [String: String]) -> V1.LedgerEntry {
    V1.LedgerEntry(
      kind: .balances, sequence: sequence, timeNs: october + hours * hour,
      balances: amounts.sorted { $0.key < $1.key }.map { V1.AssetAmount(asset: $0.key, amount: $0.value) })
  }

  @Test func openingAndFillsAreTheClosingAndADifferenceIsNamed() throws {
    let entries = [
      Self.read(1, -30, ["USDT": "1000", "BNB": "1"]), Self.fill(2, -20, .buy, "1", "100", fee: "0.01", "BNB"),
      Self.fill(3, 5, .sell, "0.4", "50", fee: "0.05"), Self.fill(4, 6, .buy, "0.1", "11", fee: "0.0001", "BTC"),
      // By hand, and a deposit of 500.
      Self.fill(5, 7, .sell, "0.2", "22", fee: "0.02", bot: ""),
      Self.read(6, 30 * 24, ["USDT": "1460.93", "BNB": "0.99", "BTC": "0.4999"]),
      Self.fill(7, 31 * 24 + 1, .sell, "0.1", "12"),
    ]
    let statement = AccountStatement(entries, from: Self.october, to: Self.november, now: nil)
    let rows = Dictionary(uniqueKeysWithValues: statement.rows.map { ($0.asset, $0) })
    let money = try #require(rows["USDT"])
    #expect(money.opening.description == "900" && money.bought.description == "50" && money.sold.description == "-11")
    #expect(money.fees.description == "-0.05" && money.outside.description == "21.98")
    #expect(money.other?.description == "500" && money.closing.description == "1460.93")
    let coins = try #require(rows["BTC"])
    #expect(coins.opening.description == "1" && coins.closing.description == "0.4999" && coins.other?.isZero == true)
    #expect(coins.bots.description == "0.6999" && rows["BNB"]?.other?.isZero == true && rows["BNB"]?.opening.description == "0.99")
    for row in statement.rows {
      #expect(row.opening + row.bought + row.sold + row.fees + row.outside + (row.other ?? .zero) == row.closing)
    }
  }

  @Test func withoutAnAccountItBeginsWithNothing() {
    let statement = AccountStatement([Self.fill(1, 1, .buy, "1", "100", fee: "1")], from: Self.october, to: Self.november, now: nil)
    #expect(
      statement.rows.map { "\($0.asset) \($0.opening) \($0.closing) \($0.other?.description ?? "-")" } == ["BTC 0 1 -", "USDT 0 -101 -"])
    #expect(AccountStatement([], from: Self.october, to: Self.november, now: nil).rows.isEmpty)
  }

  @Test func theTaxFileHasTheTemplatesColumns() async throws {
    let row = TaxTradeRow(entry: Self.fill(2, 1, .buy, "0.00000001", "100", fee: "0.01", "BNB"))
    #expect(row.values.map(\.text).prefix(7) == ["2026-10-01 01:00:00 UTC", "100", "USDT", "0.00000001", "BTC", "0.01", "BNB"])
    #expect(TaxTradeRow.names.prefix(5) == ["Date", "Sent Amount", "Sent Currency", "Received Amount", "Received Currency"])
    #expect(row.values.last?.text == "BTCUSDT-2")
  }

  // MARK: Command lines

  private static func run(_ words: [String], _ daemon: ScriptedDaemon) async -> CommandResult {
    await CommandLineUnderTest().run(words + ["--address", daemon.address])
  }

  private static func daemon(_ daemon: ScriptedDaemon) {
    daemon.on(V1.TradeService.listTrades) { (request: V1.ListTradesRequest) throws(RPCError) in
      V1.ListTradesResponse(trades: [
        V1.Trade(
          sequence: request.fromTimeNs, symbol: "BTCUSDT", quantity: "0.00000001", timeNs: request.toTimeNs,
          reason: request.newestFirst ? "newest" : "a \"b\", c")
      ])
    }
    daemon.on(V1.PortfolioService.listLedger) { (request: V1.ListLedgerRequest) throws(RPCError) in
      // A page without entries is no end.
      request.pageToken.isEmpty
        ? V1.ListLedgerResponse(nextPageToken: "0-7") : V1.ListLedgerResponse(entries: request.fromTimeNs > 1 ? [] : trips)
    }
  }

  @Test func aListAsCSVHasTheNamesOfItsJSON() async throws {
    try await ScriptedDaemon.with {
      Self.daemon($0)
    } _: { daemon in
      let result = await Self.run(["trades", "--since", "2026-10-01T02:00:00+02:00", "--until", "2026-11-01", "-o", "csv"], daemon)
      let lines = result.out.split(separator: "\r\n", omittingEmptySubsequences: false)
      #expect(lines.count == 3 && lines[2].isEmpty && lines[0].hasPrefix("sequence,previous_sequence,symbol,trade_id,"), "\(result.out)")
      #expect(lines[1].hasPrefix("\(Self.october),0,BTCUSDT,") && lines[1].contains(",\"a \"\"b\"\", c\","), "\(lines[1])")
      #expect(lines[1].contains(",0.00000001,") && lines[1].contains(",\(Self.november),"))
      #expect(await Self.run(["trades", "--until", "2026-11-01", "-o", "csv"], daemon).out.contains(",newest,"))
    }
  }

  @Test(
    arguments: [
      (["trades", "--since", "soon"], "--since"), (["orders", "--until", "2026-02-30"], "--until"),
      (["equity", "--since", "2026-10-02", "--until", "2026-10-01"], "--until"), (["events", "--follow", "--since", "1d"], "--follow"),
      (["profit", "--by", "hour"], "--by"), (["profit", "--time-zone", "Mars/Base"], "--time-zone"),
      (["statement", "--month", "13"], "--month"),
      (["statement", "--month", "2026-10", "--since", "1d"], "--month"), (["statement", "--part", "taxes"], "--part"),
      (["backtest", "-o", "csv", "--candles", "x"], "--output csv"),
    ] as [([String], String)])
  func aWrongTimeIsRefusedByName(words: [String], option: String) async throws {
    try await ScriptedDaemon.with {
      Self.daemon($0)
    } _: { daemon in
      let result = await Self.run(words, daemon)
      #expect(result.status.rawValue == 2 && result.err.contains(option) && result.out.isEmpty, "\(words): \(result.err)")
    }
  }

  @Test func profitIsPrintedInEachForm() async throws {
    try await ScriptedDaemon.with {
      Self.daemon($0)
    } _: { daemon in
      let table = await Self.run(["profit", "--by", "month"], daemon)
      #expect(table.out.contains("2026-10") && table.out.contains("total") && table.err.contains("days are those of UTC"), "\(table)")
      let csv = await Self.run(["profit", "--by", "bot", "--output", "csv"], daemon).out
      #expect(csv.hasPrefix("group,quote_asset,realized_pnl,") && csv.contains("\r\na,USDT,-7,"), "\(csv)")
      let none = await Self.run(["profit", "--since", "2026-12-01", "--until", "2026-12-02"], daemon)
      #expect(none.out.isEmpty && none.err.contains("nothing was earned or lost since 2026-12-01T00:00:00Z"), "\(none)")
      #expect(none.status.rawValue == 0)
    }
  }
}
