import Accounting
import Foundation
import Journal
import Statistics
import Strategies
import TestSupport
import Testing
import Time
import TradingCore
import TradingModel

@testable import PostgresMirror

/// Bots, positions, equity and statistics: the money of the journal, as the one fold of it has it.
@Suite(.serialized, .enabled(if: PostgresServer.missing == nil, "PostgreSQL cannot run here")) struct MirrorFigureTests {
  private static let tables = MirrorSchema.derivedTables + ["journal"]

  /// Mirrors `entries` and leaves; of `stops` each is a sequence where another mirror goes on.
  private func mirror(_ entries: [JournalEntry], to server: PostgresServer, batch: Int = 300, stops: [Int] = []) throws {
    try mirror(entries, to: server.url, batch: batch, stops: stops)
  }

  func mirror(_ entries: [JournalEntry], to url: String, batch: Int = 300, stops: [Int] = []) throws {
    let directory = try TemporaryDirectory("mirror")
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    var done = 0
    for stop in stops + [entries.count] {
      journal.append(Array(entries[done..<stop])) { _ in }
      _ = try journal.flush()
      done = stop
      try mirror(journal, to: url, batch: batch)
    }
  }

  private func mirror(_ journal: Journal, to server: PostgresServer, batch: Int = 300) throws {
    try mirror(journal, to: server.url, batch: batch)
  }

  private func mirror(_ journal: Journal, to url: String, batch: Int = 300) throws {
    var configuration = try PostgresConfiguration(url: url)
    configuration.batchEntries = batch
    let mirror = try PostgresMirror(configuration, journal: journal)
    defer { mirror.stop() }
    guard eventually(within: 60, { mirror.status.isConnected && mirror.status.mirrored == journal.lastSequence }) else {
      throw TestFailure("\(mirror.status)")
    }
  }

  /// Every row of a table, sorted.
  private func rows(_ table: String, _ server: PostgresServer, columns: String = "t.*", where condition: String = "true") throws -> [String]
  {
    try server.query("SELECT \(columns) FROM botd.\(table) AS t WHERE \(condition)").split(separator: "\n").map(String.init).sorted()
  }

  private func expectSameTables(_ server: PostgresServer, _ expected: [String: [String]], _ what: String) throws {
    for table in Self.tables { #expect(try rows(table, server) == expected[table], "\(table), \(what)") }
  }

  /// A bot that earned 50, was removed, and another of its name that just bought.
  private static var twins: (entries: [JournalEntry], first: UInt64, second: UInt64) {
    var ledger = MirrorLedger()
    let first = ledger.create("a", hour: 0)
    ledger.trade("a", .buy, "1", at: "100", hour: 1)
    ledger.trade("a", .sell, "1", at: "150", realized: "50", hour: 2)
    ledger.remove("a", 3)
    let second = ledger.create("a", hour: 4)
    ledger.trade("a", .buy, "2", at: "100", hour: 5)
    return (ledger.entries, first, second)
  }

  /// Twelve days of three bots on two symbols and two quote assets, with everything that changes what is known of their money.
  static var story: [JournalEntry] {
    var ledger = MirrorLedger()
    ledger.add(.symbolAssets(SymbolAssets(symbol: MirrorLedger.symbol("ETHBTC"), base: "ETH", quote: "BTC")), 0)
    ledger.create("a", hour: 0)
    ledger.create("b", capital: "500", hour: 1)
    ledger.create("c", "ETHBTC", capital: "2", hour: 1)
    for day in 0..<12 {
      let hour = day * 24
      let (bought, sold) = (100 + day % 4, 100 + (day * 7) % 11)
      ledger.trade("a", .buy, "1", at: "\(bought)", fee: "0.1", hour: hour + 2)
      ledger.trade("b", .buy, "0.5", at: "\(bought)", fee: "0.0005", in: "BTC", hour: hour + 3)
      ledger.mark(at: "\(bought - 3).5", hour + 4)
      ledger.trade("c", .buy, "10", at: "0.05", "ETHBTC", fee: "0.003", in: "BNB", hour: hour + 4)
      ledger.mark("ETHBTC", at: "0.0\(40 + day)", hour + 5)
      ledger.trade("a", .sell, "1", at: "\(sold)", realized: "\(sold - bought)", fee: "0.1", hour: hour + 6)
      ledger.trade("b", .sell, "0.4995", at: "\(sold)", realized: "\(sold - bought).25", hour: hour + 7)
      if day % 3 == 1 {
        ledger.add(
          .signal(
            ServedSignal(
              botID: MirrorLedger.bot("a"), action: .sell, confidence: 1, reason: "", closeTime: MirrorLedger.time(hour + 8),
              delayNanoseconds: Int64(day) * 1_000_000)), hour + 8)
        ledger.add(
          .orderDenied(
            OrderDenial(
              botID: MirrorLedger.bot("a"), side: .buy, code: .coolingDown, message: "", signalReason: "",
              decisionPrice: Samples.decimal("100"))), hour + 8)
      }
      if day == 4 { ledger.add(.botUpdated(MirrorLedger.configuration("a", capital: "2000")), hour + 9) }
      if day == 5 {
        ledger.add(
          .equity(
            EquityPoint(equity: Samples.decimal("3500"), realized: .zero, unrealized: .zero, exposure: Samples.decimal("7"))), hour + 9)
        ledger.add(
          .alert(Alert(severity: .warning, code: .stopWatchedHere, botID: MirrorLedger.bot("b"), message: "watch \"it\"")), hour + 9)
      }
      if day == 7 {
        ledger.remove("b", hour + 10)
        ledger.create("b", capital: "700", hour: hour + 11)
      }
      ledger.trade("c", .sell, "10", at: "0.0\(48 + day % 5)", "ETHBTC", realized: day % 5 < 2 ? "-0.01" : "0.02", hour: hour + 12)
    }
    ledger.remove("a", 300)
    return ledger.entries
  }

  @Test func aBotCreatedAgainStartsAtZero() throws {
    let server = try PostgresServer.start()
    let twins = Self.twins
    try mirror(twins.entries, to: server)
    #expect(
      try server.query("SELECT trim_scale(quantity), trim_scale(cost), trim_scale(realized_pnl) FROM botd.positions WHERE is_open")
        == "2|200|0")
    #expect(
      try server.query("SELECT created_sequence, removed_at IS NOT NULL, state, state_cause FROM botd.bots ORDER BY created_sequence")
        == "\(twins.first)|t|running|creation\n\(twins.second)|f|running|creation")
    // What the first earned stays the first's.
    #expect(
      try server.query("SELECT created_sequence, realized_pnl, fills, trades FROM botd.statistics WHERE bot_id = 'a' ORDER BY 1")
        == "\(twins.first)|50|2|1\n\(twins.second)|0|1|0")
    #expect(
      try server.query(
        "SELECT equity, net_profit, realized, flow FROM botd.equity WHERE created_sequence = \(twins.second) ORDER BY sequence LIMIT 1")
        == "1000|0|0|1000")
    // A flow of 1050 took the first's money out of the portfolio, and 1000 came with the second: neither is a profit.
    #expect(
      try server.query("SELECT equity, net_profit, flow FROM botd.equity WHERE bot_id IS NULL AND flow <> 0 ORDER BY sequence")
        == "1000|0|1000\n0|50|-1050\n1000|50|1000")
    #expect(try server.query("SELECT count(*) FROM botd.orders WHERE created_sequence = \(twins.first)") == "2")
    #expect(try server.query("SELECT created_sequence FROM botd.fills ORDER BY sequence DESC LIMIT 1") == "\(twins.second)")
  }

  @Test func batchesOfAnySizeLeaveTheSameTables() throws {
    let entries = Self.story
    let server = try PostgresServer.start()
    try mirror(entries, to: server, batch: 1)
    var expected: [String: [String]] = [:]
    for table in Self.tables {
      expected[table] = try rows(table, server)
      #expect(expected[table]?.isEmpty == false, "\(table)")
    }
    for (batch, stops) in [(7, []), (1_000, []), (7, [20, 21, 150])] as [(Int, [Int])] {
      let other = try PostgresServer.start()
      try mirror(entries, to: other, batch: batch, stops: stops)
      try expectSameTables(other, expected, "batches of \(batch), stops at \(stops)")
    }
  }

  @Test func statisticsAreTheBooksToTheLastDigit() throws {
    let entries = Self.story
    let server = try PostgresServer.start()
    try mirror(entries, to: server, batch: 50)
    let found = try server.query(
      "SELECT coalesce(bot_id, '-'), coalesce(created_sequence, 0), quote_asset, sequence FROM botd.statistics ORDER BY 1, 2, 3"
    ).split(separator: "\n").map { $0.split(separator: "|").map(String.init) }
    // a, b, b again, c; one portfolio for each quote asset.
    #expect(found.map { $0[0] } == ["-", "-", "a", "b", "b", "c"])
    var known: Set<String> = []
    for row in found {
      let sequence = try #require(UInt64(row[3]))
      let book = entries.prefix(Int(sequence)).reduce(into: Book()) { $0.apply($1) }
      let figures: PerformanceFigures
      if row[0] == "-" {
        figures = book.figures(ofPortfolio: try #require(book.portfolios.firstIndex { $0.quoteAsset == row[2] }), at: book.time)
      } else {
        let key = BotKey(MirrorLedger.bot(row[0]), createdSequence: try #require(UInt64(row[1])))
        figures = book.figures(ofBot: try #require(book.number(of: key)), at: book.time)
      }
      let owner = "coalesce(bot_id, '-') = '\(row[0])' AND coalesce(created_sequence, 0) = \(row[1]) AND quote_asset = '\(row[2])'"
      for (name, type, text) in MirrorFigures.texts(RoundedFigures(figures)) {
        let stored = try server.query("SELECT coalesce(\(name)::text, 'NULL') FROM botd.statistics WHERE \(owner)")
        if type == "double precision" {
          #expect(Double(stored) == text.flatMap(Double.init), "\(name) of \(row)")
        } else if type == "jsonb" {
          #expect(stored.filter { $0 != " " } == text, "\(name) of \(row)")
        } else {
          #expect(stored == text ?? "NULL", "\(name) of \(row)")
        }
        if text != nil { known.insert(name) }
      }
    }
    // The story says something about every figure.
    let names = MirrorFigures.texts(RoundedFigures(PerformanceFigures())).map(\.name)
    #expect(names.filter { !known.contains($0) } == [])
  }

  @Test func equityIsOfBotsAndPortfolios() throws {
    let entries = Self.story
    let server = try PostgresServer.start()
    try mirror(entries, to: server)
    var points: [String] = []
    var book = Book()
    for entry in entries {
      var told: [BookPoint] = []
      book.apply(entry) { told.append($0) }
      for point in told {
        let owner: String
        switch point.owner {
        case .bot(let number): owner = "\(book.accounts[number].id)|\(book.accounts[number].key.createdSequence)"
        case .portfolio(let index): owner = "|\(book.portfolios[index].quoteAsset)"
        }
        let amounts = [point.equity, point.netProfit, point.realized, point.unrealized, point.positionValue, point.flow]
        let texts = ["\(entry.sequence)", owner] + amounts.map(\.description) + ["\(point.time.nanoseconds / 1_000)"]
        points.append(texts.joined(separator: "|"))
      }
    }
    let stored = try rows(
      "equity", server,
      columns: """
        sequence, coalesce(bot_id, ''), coalesce(created_sequence::text, quote_asset), equity, net_profit, realized, unrealized,
        position_value, flow, (extract(epoch FROM recorded_at) * 1000000)::bigint
        """, where: "quote_asset IS NOT NULL")
    #expect(stored == points.sorted())
    #expect(
      try server.query("SELECT equity, position_value, bot_id IS NULL, net_profit IS NULL FROM botd.equity WHERE quote_asset IS NULL")
        == "3500|7|t|t")
    // Curves are read through an index, not the whole table.
    let indexes = try server.query("SELECT indexdef FROM pg_indexes WHERE tablename = 'equity' ORDER BY indexname")
    #expect(indexes.contains("(journal_id, bot_id, created_sequence, recorded_at)") && indexes.contains("(journal_id, recorded_at)"))
  }

  @Test func settingsAndAlertsAreStored() throws {
    let server = try PostgresServer.start()
    var ledger = MirrorLedger()
    var configuration = MirrorLedger.configuration("a")
    ledger.add(.botCreated(configuration), 0)
    configuration.trailingStopRanges = Samples.decimal("2.5")
    configuration.timeStopCandles = 12
    configuration.cooldownCandles = 3
    configuration.sizing = .volatility
    configuration.sizingRanges = Samples.decimal("1.5")
    configuration.compounds = true
    configuration.autoStart = true
    configuration.entry = EntryPlan(kind: .maker, offset: Samples.decimal("0.001"), lifetime: 4, sequel: .market)
    ledger.add(.botUpdated(configuration), 1)
    let reason = "no such strategy"
    ledger.add(
      .botStateChanged(
        BotStateChange(botID: configuration.id, state: .halted, cause: .settingsInvalid, reason: reason, referencePrice: .zero)), 2)
    ledger.add(.alert(Alert(severity: .critical, code: .botHalted, botID: configuration.id, message: "a: no such strategy")), 3)
    ledger.add(.alert(Alert(severity: .info, botID: nil, message: "hello")), 4)
    try mirror(ledger.entries, to: server)
    #expect(
      try server.query(
        """
        SELECT trailing_stop_atr, time_stop_candles, cooldown_candles, sizing, sizing_atr, compound, auto_start, state, state_cause,
          state_reason, guards, entry, entry_offset, entry_lifetime, entry_then FROM botd.bots
        """) == "2.5|12|3|volatility|1.5|t|t|halted|settings_invalid|no such strategy||maker|0.001|4|market")
    #expect(
      try server.query("SELECT code, severity, bot_id, created_sequence, message FROM botd.alerts ORDER BY sequence")
        == "BOT_HALTED|critical|a|2|a: no such strategy\nALERT|info|||hello")
  }

  @Test func tablesOfAnEarlierVersionAreMadeAnew() throws {
    let server = try PostgresServer.start()
    let twins = Self.twins
    let directory = try TemporaryDirectory("mirror")
    let journal = try Journal.open(directory: directory.path)
    defer { journal.close() }
    journal.append(twins.entries) { _ in }
    _ = try journal.flush()
    try mirror(journal, to: server)
    var expected: [String: [String]] = [:]
    for table in Self.tables { expected[table] = try rows(table, server) }
    // As version 1 had it: one row for the name, with the money of both.
    try server.query("DELETE FROM botd.bots WHERE removed_at IS NOT NULL")
    try server.query("DELETE FROM botd.positions WHERE NOT is_open")
    try server.query("UPDATE botd.bots SET created_sequence = 0")
    try server.query("UPDATE botd.positions SET created_sequence = 0, realized_pnl = 50")
    try server.query("DELETE FROM botd.equity")
    try server.query("DELETE FROM botd.statistics")
    try server.query("UPDATE botd.fills SET created_sequence = NULL")
    try server.query("UPDATE botd.orders SET created_sequence = NULL")
    try server.query("UPDATE botd.journals SET tables_version = 1")
    try mirror(journal, to: server, batch: 4)
    try expectSameTables(server, expected, "made anew")
    #expect(try server.query("SELECT tables_version FROM botd.journals") == "\(MirrorSchema.tablesVersion)")
  }

  // MARK: Version 0.1.0

  private func fixture(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../EndToEndTests/Fixtures/state/\(name)")
      .standardized.path
  }

  private func succeed(_ arguments: [String], environment: [String: String]? = nil) throws -> String {
    let result = try run(arguments, environment: environment)
    guard result.code == 0 else { throw TestFailure("\(arguments): \(result.output)") }
    return result.output
  }

  @Test func aDatabaseOfTheFirstVersionIsMigratedAndGoesOn() throws {
    let server = try PostgresServer.start()
    let directory = try TemporaryDirectory("mirror")
    let dump = directory.file("mirror.sql")
    try succeed(["gzip", "-dc", fixture("mirror.sql.gz")]).write(toFile: dump, atomically: true, encoding: .utf8)
    let place = ["-h", "127.0.0.1", "-p", "\(server.port)", "-U", PostgresServer.user, "-d", "botd"]
    _ = try succeed(
      ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"] + place + ["-f", dump], environment: ["PGPASSWORD": PostgresServer.password])
    let state = directory.file("state")
    try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    _ = try succeed(["tar", "-xzf", fixture("state.tar.gz"), "-C", state, "--no-same-owner"])

    let kept = [
      ("fills", "sequence, trade_id, bot_id, price, quantity, commission, realized_pnl, closes_position, filled_at"),
      ("orders", "client_order_id, bot_id, status, executed_quantity, cumulative_quote, updated_at"),
      ("equity", "sequence, recorded_at, equity, realized, unrealized"),
      ("bots", "bot_id, symbol, strategy, parameters, capital, state, created_at, removed_at"),
      ("journal", "sequence, time_ns, kind, request_id, payload"),
    ]
    let old = try kept.map { try rows($0.0, server, columns: $0.1) }
    let held = try rows("positions", server, columns: "bot_id, quantity, cost, is_open, opened_at", where: "is_open")
    #expect(old.allSatisfy { !$0.isEmpty } && !held.isEmpty)

    let journal = try Journal.open(directory: state)
    defer { journal.close() }
    try mirror(journal, to: server)
    for (index, (table, columns)) in kept.enumerated() {
      #expect(
        try rows(table, server, columns: columns, where: table == "equity" ? "quote_asset IS NULL" : "true") == old[index], "\(table)")
    }
    #expect(try rows("positions", server, columns: "bot_id, quantity, cost, is_open, opened_at", where: "is_open") == held)
    #expect(
      try server.query(
        "SELECT count(*) FROM botd.bots JOIN botd.journal USING (journal_id) WHERE sequence = created_sequence AND kind = 2")
        == "\(old[3].count)")
    #expect(try server.query("SELECT count(*) FROM botd.fills WHERE (bot_id IS NULL) <> (created_sequence IS NULL)") == "0")
    #expect(try server.query("SELECT count(*) FROM botd.statistics WHERE bot_id IS NOT NULL") == "\(old[3].count)")
    #expect(try server.query("SELECT max(version) FROM botd.migrations") == "\(MirrorSchema.migrations.count)")

    // And on, in the same journal.
    let next = journal.lastSequence + 1
    journal.append([
      JournalEntry(
        sequence: next, time: Timestamp(milliseconds: 1_800_000_000_000),
        record: .alert(Alert(severity: .info, botID: nil, message: "still here")))
    ]) { _ in }
    #expect(try journal.flush() == next)
    try mirror(journal, to: server)
    #expect(try server.query("SELECT message FROM botd.alerts ORDER BY sequence DESC LIMIT 1") == "still here")
    #expect(try rows("journal", server).count == Int(next))
  }
}
