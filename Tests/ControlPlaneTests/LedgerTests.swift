import Accounting
import BotAPI
import Journal
import Statistics
import TTRPC
import TestSupport
import Testing
import Time
import TradingCore
import TradingModel
import Venue

@testable import ControlPlane

/// The ledger is what the book made of the journal, and a range of time is a part of it: nothing twice, nothing lost.
@Suite struct LedgerTests {
  /// A session in which coins come and go, a bot is removed, created again and holds something, and a fill is learned late.
  private static func entries() -> [JournalEntry] {
    var entries = Samples.session(count: 400)
    func add(_ record: Record) {
      let number = UInt64(entries.count + 1)
      entries.append(JournalEntry(sequence: number, time: Samples.start.advanced(byMilliseconds: Int64(number) * 137), record: record))
    }
    add(
      .positionAdjusted(
        PositionAdjustment(botID: Samples.bot(1), cause: .adopted, quantity: Samples.decimal("0.5"), price: FixedDecimal(64_000))))
    add(
      .positionAdjusted(
        PositionAdjustment(
          botID: Samples.bot(1), cause: .released, quantity: Samples.decimal("0.2"), price: FixedDecimal(64_500),
          realizedPnL: FixedDecimal(20))))
    add(.balances([AssetBalance(asset: "USDT", free: FixedDecimal(900), locked: FixedDecimal(100))]))
    add(.botRemoved(Samples.bot(2)))
    add(.botCreated(Samples.configuration(2)))
    return entries
  }

  private static func book(_ entries: [JournalEntry]) -> Book {
    var book = Book()
    for entry in entries { book.apply(entry) }
    return book
  }

  private func ledger(
    _ harness: ControlHarness, from: Timestamp = .zero, to: Int64 = 0, bots: [String] = [], pageSize: Int32 = 500
  ) async throws -> [V1.LedgerEntry] {
    var entries: [V1.LedgerEntry] = []
    var token = ""
    repeat {
      let page = try await harness.portfolio.listLedger(
        V1.ListLedgerRequest(pageSize: pageSize, pageToken: token, fromTimeNs: from.nanoseconds, toTimeNs: to, botIDs: bots))
      #expect(page.entries.count <= Int(pageSize) && (page.nextPageToken.isEmpty || page.nextPageToken != token))
      entries += page.entries
      token = page.nextPageToken
    } while !token.isEmpty
    return entries
  }

  private static func sum(_ entries: [V1.LedgerEntry], _ text: (V1.LedgerEntry) -> String) -> FixedDecimal {
    entries.reduce(.zero) { $0 + (FixedDecimal(text: text($1)) ?? .zero) }
  }

  private static func facts(_ entries: [V1.LedgerEntry]) -> [V1.LedgerEntry] {
    entries.filter { $0.kind != .opening && $0.kind != .closing }
  }

  @Test func sumsAreTheFiguresOfTheBook() async throws {
    let entries = Self.entries()
    let harness = try await ControlHarness(opensCore: false)
    try harness.commit(entries)
    let book = Self.book(entries)
    let all = try await ledger(harness)
    for size in [1, 7, 100] as [Int32] { #expect(try await ledger(harness, pageSize: size) == all) }
    #expect(book.accounts.count == 6 && Set(all.map(\.kind)).isSuperset(of: [.fill, .adopted, .released, .removed, .balances, .closing]))
    for account in book.accounts {
      let own = all.filter { $0.botCreatedSequence == Int64(account.key.createdSequence) }
      let facts = Self.facts(own)
      #expect(Self.sum(facts, \.realizedPnL) == account.realized, "\(account.id)")
      #expect(Self.sum(facts, \.feeInQuote) == account.activity.feesInQuote)
      #expect(facts.count { !$0.tradeProfit.isEmpty } == account.trades.count)
      #expect(Self.sum(facts, \.tradeProfit) == account.trades.grossProfit + account.trades.grossLoss)
      let closing = try #require(own.last)
      #expect(closing.kind == .closing && closing.realizedPnL == account.realized.description)
      #expect(closing.unrealizedPnL == account.unrealized.description && closing.capital == account.capital.description)
      #expect((closing.removedTimeNs != 0) == (account.removedAt != nil))
    }
    #expect(all.first { $0.kind == .balances }?.balances == [V1.AssetAmount(asset: "USDT", amount: "1000")])
    await harness.stop()
  }

  /// Wherever the time is cut, the parts are the whole, and what one part closes with the next opens with.
  @Test(arguments: [1, 2, 5]) func partsOfTimeAreTheWhole(count: Int) async throws {
    let entries = Self.entries()
    let harness = try await ControlHarness(opensCore: false)
    try harness.commit(entries)
    let whole = try await ledger(harness)
    let times = whole.map(\.timeNs).sorted()
    let cuts = [0] + (1...count).map { times[times.count * $0 / (count + 1)] } + [0]
    var facts: [V1.LedgerEntry] = []
    var before: [V1.LedgerEntry] = []
    for (from, to) in zip(cuts, cuts.dropFirst()) {
      let part = try await ledger(harness, from: Timestamp(nanoseconds: from), to: to, pageSize: 13)
      facts += Self.facts(part)
      let opening = part.filter { $0.kind == .opening }
      let stillThere = before.filter { $0.removedTimeNs == 0 }
      #expect(opening.map(\.realizedPnL) == stillThere.map(\.realizedPnL) && opening.map(\.quantity) == stillThere.map(\.quantity))
      #expect(opening.map(\.unrealizedPnL) == stillThere.map(\.unrealizedPnL) && opening.map(\.cost) == stillThere.map(\.cost))
      before = part.filter { $0.kind == .closing }
    }
    #expect(facts.map(\.sequence).sorted() == Self.facts(whole).map(\.sequence))
    #expect(Set(facts.map { $0.jsonText() }) == Set(Self.facts(whole).map { $0.jsonText() }))
    await harness.stop()
  }

  @Test func botsFilterAndWrongRequestsAreRefused() async throws {
    let entries = Self.entries()
    let harness = try await ControlHarness(opensCore: false)
    try harness.commit(entries)
    let all = try await ledger(harness)
    #expect(try await ledger(harness, bots: ["bot1"]) == all.filter { $0.botID == "bot1" })
    for request in [
      V1.ListLedgerRequest(pageToken: "7"), V1.ListLedgerRequest(pageToken: "01-2"), V1.ListLedgerRequest(fromTimeNs: -1),
      V1.ListLedgerRequest(fromTimeNs: 5, toTimeNs: 5), V1.ListLedgerRequest(botIDs: ["B!"]),
    ] {
      let error = try await failure { () async throws(RPCError) in try await harness.portfolio.listLedger(request) }
      #expect(error.code == .invalidArgument, "\(error)")
    }
    // A page that nobody kept, or beyond the end.
    let first = try await harness.portfolio.listLedger(V1.ListLedgerRequest(pageSize: 10))
    let again = try await harness.portfolio.listLedger(V1.ListLedgerRequest(pageSize: 10, pageToken: "10-1"))
    #expect(again.entries == Array(all[10..<20]) && first.entries == Array(all[..<10]))
    #expect(try await harness.portfolio.listLedger(V1.ListLedgerRequest(pageToken: "99999-1")).entries.isEmpty)
    await harness.stop()
  }

  // MARK: Lists by time

  @Test(arguments: [false, true]) func tradesAndOrdersOfATimeArePaged(newestFirst: Bool) async throws {
    let entries = Samples.session(count: 900)
    let harness = try await ControlHarness(opensCore: false)
    try harness.commit(entries)
    let (from, to) = (entries[300].time.nanoseconds, entries[700].time.nanoseconds)
    var wanted = entries.compactMap { entry -> Int64? in
      guard case .fill(let record) = entry.record, record.fill.time.nanoseconds >= from, record.fill.time.nanoseconds < to else {
        return nil
      }
      return Int64(entry.sequence)
    }
    if newestFirst { wanted.reverse() }
    var trades: [Int64] = []
    var token = ""
    repeat {
      let page = try await harness.trades.listTrades(
        V1.ListTradesRequest(pageSize: 9, pageToken: token, newestFirst: newestFirst, fromTimeNs: from, toTimeNs: to))
      trades += page.trades.map(\.sequence)
      token = page.nextPageToken
    } while !token.isEmpty
    #expect(trades == wanted && wanted.count > 50)
    var orders: [Int64] = []
    repeat {
      let page = try await harness.orders.listOrders(
        V1.ListOrdersRequest(pageSize: 9, pageToken: token, fromTimeNs: from, toTimeNs: to))
      orders += page.orders.map(\.intentSequence)
      token = page.nextPageToken
    } while !token.isEmpty
    let intents = entries.filter { $0.record.kind == .orderIntent && $0.time.nanoseconds >= from && $0.time.nanoseconds < to }
    #expect(orders == intents.reversed().map { Int64($0.sequence) } && !orders.isEmpty)
    await harness.stop()
  }

  /// The search for where a time begins finds it wherever it is.
  @Test func aTimeIsFoundInTheJournal() async throws {
    let harness = try await ControlHarness(opensCore: false)
    let day: Int64 = 86_400_000_000_000
    var entries = Samples.session(count: 60)
    for index in entries.indices { entries[index].time = Samples.start.advanced(byNanoseconds: Int64(index) * day) }
    try harness.commit(entries)
    #expect(try harness.journal.sequence(before: .zero) == 0)
    for index in entries.indices {
      let after = try harness.journal.sequence(before: entries[index].time)
      #expect(after == UInt64(max(0, index - 1)), "\(index)")
      #expect(try harness.journal.isNear(entries[index].time, after: after))
      if index > 2 { #expect(try !harness.journal.isNear(entries[index].time, after: 0)) }
    }
    #expect(try harness.journal.sequence(before: .distantFuture) == 60)
    // Events of a time, though what is before it is not looked at: the chain begins with what was asked for.
    let stream = try await harness.events.subscribeEvents()
    let from = entries[40].time.nanoseconds
    try stream.send(V1.SubscribeEventsRequest(fromTimeNs: from, toTimeNs: entries[50].time.nanoseconds))
    var events: [V1.Event] = []
    while let batch = try await stream.next() {
      events += batch.events
      if batch.caughtUp != nil { break }
    }
    stream.cancel()
    #expect(!events.isEmpty && events.allSatisfy { $0.timeNs >= from && $0.timeNs < entries[50].time.nanoseconds })
    #expect(events.first?.previousSequence == 0 && zip(events, events.dropFirst()).allSatisfy { $1.previousSequence == $0.sequence })
    await harness.stop()
  }
}
