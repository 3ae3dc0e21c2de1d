import Foundation
import TestSupport
import Testing

@testable import PostgresMirror

/// The views that people query, on a real server.
@Suite(.serialized, .enabled(if: PostgresServer.missing == nil, "PostgreSQL cannot run here")) struct MirrorViewTests {
  private func filled() throws -> PostgresServer {
    let server = try PostgresServer.start()
    try MirrorFigureTests().mirror(MirrorFigureTests.story, to: server.url)
    return server
  }

  @Test func daysAddUpToTheStatistics() throws {
    let server = try filled()
    let totals = """
      SELECT count(*), count(*) FILTER (WHERE d.realized <> s.realized_pnl OR d.net <> s.net_pnl OR d.fills <> s.fills OR d.turnover <> s.turnover)
      FROM (SELECT journal_id, bot_id, created_sequence, sum(realized_profit) AS realized, sum(net_profit) AS net, sum(fills) AS fills,
          sum(turnover) AS turnover FROM botd.profit_per_bot_and_day GROUP BY 1, 2, 3) d
      JOIN botd.statistics s USING (journal_id, bot_id, created_sequence)
      """
    #expect(try server.query(totals) == "4|0", "four bots, and every sum is the bot's own figure")
    // Each day is told once, also days on which only a price moved.
    #expect(
      try server.query(
        "SELECT count(*) = count(DISTINCT (bot_id, created_sequence, day)), min(day), max(day) FROM botd.profit_per_bot_and_day"
      )
      .hasPrefix("t|"))
    let days = """
      SELECT count(*) > 10, count(*) FILTER (WHERE NOT ok) FROM (
        SELECT d.day, d.quote_asset, d.realized_profit = sum(b.realized_profit) AND d.fills = sum(b.fills) AS ok
        FROM botd.profit_per_day d JOIN botd.profit_per_bot_and_day b USING (journal_id, day, quote_asset)
        GROUP BY d.day, d.quote_asset, d.realized_profit, d.fills) AS compared
      """
    #expect(try server.query(days) == "t|0")
    // A day of the story by hand: a buys 1 at 101 and sells it at 107 on the second day, 0.1 fee each.
    #expect(
      try server.query(
        "SELECT realized_profit, fills FROM botd.profit_per_bot_and_day WHERE bot_id = 'a' AND quote_asset = 'USDT' ORDER BY day OFFSET 1 LIMIT 1"
      )
        == "6|2")
  }

  @Test func whatIsNowIsOfBotsThatAreThere() throws {
    let server = try filled()
    #expect(try server.query("SELECT bot_id, quote_asset FROM botd.equity_per_bot ORDER BY bot_id") == "b|USDT\nc|BTC")
    #expect(
      try server.query(
        """
        SELECT count(*) FROM botd.equity_per_bot v JOIN botd.statistics s USING (journal_id, bot_id, created_sequence)
        WHERE v.equity = s.equity AND v.equity = v.capital + v.net_profit AND v.net_profit = v.realized_profit + v.unrealized_profit
        """) == "2")
    let open = try server.query("SELECT bot_id, quantity FROM botd.positions WHERE is_open ORDER BY bot_id")
    #expect(try server.query("SELECT bot_id, quantity FROM botd.positions_now ORDER BY bot_id") == open)
  }

  @Test func everyViewAndColumnOfMoneyIsExplained() throws {
    let server = try filled()
    let bare = """
      SELECT relname FROM pg_class WHERE relnamespace = 'botd'::regnamespace AND relkind IN ('v', 'r') AND relname NOT IN ('migrations', 'journals')
        AND obj_description(oid) IS NULL
      """
    #expect(try server.query(bare).isEmpty)
  }

  private func ask(_ server: PostgresServer, _ sql: String, as user: String, database: String = "botd") throws -> String {
    let words = [
      "-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-p", "\(server.port)", "-U", user, "-d", database, "-c", sql,
    ]
    return try run(["psql"] + words, environment: ["PGPASSWORD": "x"]).output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private func expectReadsOnly(_ server: PostgresServer, as user: String, database: String = "botd") throws {
    for view in ["profit_per_bot_and_day", "profit_per_day", "equity_per_bot", "positions_now", "fills", "statistics"] {
      #expect(Int(try ask(server, "SELECT count(*) FROM botd.\(view)", as: user, database: database)) != nil, "\(view)")
    }
    for refused in [
      "SELECT count(*) FROM botd.journal", "DELETE FROM botd.fills", "UPDATE botd.bots SET state = 'x'", "DROP VIEW botd.positions_now",
      "SELECT botd.let_read('\(user)')", "CREATE TABLE botd.mine (a int)",
    ] {
      let answer = try ask(server, refused, as: user, database: database)
      #expect(answer.contains("permission denied") || answer.contains("must be owner"), "\(refused): \(answer)")
    }
  }

  /// A reader reads, and nothing else.
  @Test func aReaderOnlyReads() throws {
    let server = try filled()
    try server.query("CREATE ROLE dashboard LOGIN PASSWORD 'x' IN ROLE botd_reader")
    try expectReadsOnly(server, as: "dashboard")
  }

  /// botd's user may not make roles, as is usual: the views are there all the same, and it lets readers in by name.
  @Test func theOwnerNeedNotMakeRoles() throws {
    let server = try PostgresServer.start()
    try server.query("CREATE ROLE plain LOGIN PASSWORD 'x'")
    try server.query("CREATE DATABASE plain OWNER plain")
    try MirrorFigureTests().mirror(MirrorFigureTests.story, to: "postgresql://plain:x@127.0.0.1:\(server.port)/plain")
    #expect(try server.query("SELECT count(*) FROM pg_roles WHERE rolname = 'botd_reader'") == "0")
    try server.query("CREATE ROLE dashboard LOGIN PASSWORD 'x'")
    #expect(try ask(server, "SELECT count(*) FROM botd.fills", as: "dashboard", database: "plain").contains("permission denied"))
    #expect(try ask(server, "SELECT botd.let_read('dashboard')", as: "plain", database: "plain").isEmpty)
    try expectReadsOnly(server, as: "dashboard", database: "plain")
  }
}
