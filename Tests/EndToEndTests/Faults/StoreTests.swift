import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// PostgreSQL and Redis beside the daemon: neither is asked before an order leaves.
@Suite(.serialized) struct StoreTests {
  /// Faults 53, 55: both hang; trading goes on, health says so, and afterwards the database has every fill once.
  @Test(.enabled(if: PostgresServer.missing == nil && RedisServer.missing == nil, "needs PostgreSQL and Redis"))
  func tradingGoesOnWhileTheStoresHang() throws {
    let database = try PostgresServer.start()
    let redis = try RedisServer.start()
    let session = try TestnetTests.session("stores", database: database, redis: redis)
    defer { session.daemon.kill() }
    try TestnetTests.createBots(session.daemon, count: 4)
    let hasTraded = try eventually(within: 60) { try Ledgers.control(session.daemon).rows.count >= 2 }
    #expect(hasTraded, "\(session.daemon.tail)")
    database.freeze()
    redis.freeze()
    defer {
      database.thaw()
      redis.thaw()
    }
    let count = try Ledgers.control(session.daemon).rows.count
    let goesOn = try eventually(within: 60) { try Ledgers.control(session.daemon).rows.count >= count + 3 }
    #expect(goesOn, "\(session.daemon.tail)")
    var health = ""
    let isSaid = try eventually(within: 30) {
      health = try session.daemon.control("health").output
      return health.split(separator: "\n").contains { $0.contains("cache") && !$0.contains(" ok") }
    }
    #expect(isSaid, "\(health)")
    database.thaw()
    redis.thaw()
    #expect(try session.daemon.control("stop-all").code == 0)
    #expect(try TestnetTests.agree(session, within: 60) >= count + 3)
  }
}
