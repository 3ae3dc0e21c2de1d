import ControlPlane
import Journal
import Logging
import MarketData
import PostgresMirror
import RedisCache
import ServiceRuntime
import TradingModel

/// The optional stores around the journal: Redis for market data, PostgreSQL for the portfolio.
final class StoreAssembly: @unchecked Sendable {
  private let settings: DaemonSettings
  private let log: Logger
  private var redis: RedisCache?
  private var mirror: PostgresMirror?

  /// The journal was filled from the database in this start, under its lock.
  private(set) var didRestore = false

  init(settings: DaemonSettings, log: Logger) {
    self.settings = settings
    self.log = log
  }

  /// Restores an empty state directory from PostgreSQL, when one is configured and holds a journal of this mode.
  /// - Throws: ``DaemonError`` when the directory is empty and the database cannot say whether there is something to restore, or when the
  ///   database does not keep what it confirms.
  func restoreIfEmpty(_ journal: Journal, _ progress: StartProgress) throws(DaemonError) {
    if journal.lastSequence > 0, RestoreMark.isPresent(in: settings.stateDirectory) {
      throw DaemonError(
        "a restore into \(settings.stateDirectory) was cut off; move that directory away and start again with DATABASE_URL, so that it is restored whole"
      )
    }
    guard let database = settings.database else { return }
    if journal.lastSequence > 0 {
      do { try PostgresMirror.verify(database, journal: journal, mode: settings.mode) } catch {
        if error.code == .mismatch {
          throw DaemonError("\(error.message). Move \(settings.stateDirectory) away and start again: it is restored from the database")
        }
        guard error.code == .unsafe else {
          return log.warning("PostgreSQL is away; its mirror will catch up", metadata: ["error": "\(error.message)"])
        }
        throw DaemonError(error.message)
      }
      return
    }
    try RestoreMark.set(in: settings.stateDirectory)
    do {
      let count = try PostgresMirror.restore(database, mode: settings.mode, into: journal) { [log] done, all in
        progress.goesOn("restoring the journal from PostgreSQL: \(done) of \(all)")
        if done % 100_000 == 0 || done == all {
          log.notice("restoring the journal from PostgreSQL", metadata: ["done": "\(done)", "all": "\(all)"])
        }
      }
      didRestore = count > 0
      if count > 0 { log.notice("the journal is restored from PostgreSQL", metadata: ["entries": "\(count)"]) }
    } catch {
      if journal.lastSequence == 0 { try RestoreMark.clear(in: settings.stateDirectory) }
      throw DaemonError(
        "\(settings.stateDirectory) is empty and cannot be restored from \(database.place): \(error.message). Mend the database, or unset DATABASE_URL to begin anew"
      )
    }
    try RestoreMark.clear(in: settings.stateDirectory)
  }

  func start(journal: Journal, marketData: MarketDataStore, health: HealthRegistry) {
    if let redis = settings.redis {
      do {
        let cache = try RedisCache(RedisConfiguration(host: redis.host, port: redis.port, password: redis.password), store: marketData)
        marketData.add(cache)
        self.redis = cache
        health.set("cache", .degraded, "connecting to Redis at \(redis.host):\(redis.port)")
      } catch {
        health.set("cache", .down, error.message)
      }
    } else {
      health.set("cache", .disabled, "in memory only; set REDIS_HOST to share candles")
    }
    if let database = settings.database {
      do {
        mirror = try PostgresMirror(database, journal: journal)
        health.set("database", .degraded, "connecting to \(database.place)")
      } catch {
        health.set("database", .down, error.message)
      }
    } else {
      health.set("database", .disabled, "local journal only; set DATABASE_URL for PostgreSQL")
    }
  }

  /// Asks the database for the account, so that no other daemon that uses it trades the same; the answer is ``claim``.
  func claim(_ account: String) { mirror?.claim(account) }

  /// What became of it; `none` where there is no database.
  var claim: MirrorStatus.Claim { mirror?.status.claim ?? .none }

  /// Everything up to this sequence is durable.
  func committed(_ sequence: UInt64) { mirror?.notify(sequence) }

  func updateHealth(_ health: HealthRegistry) {
    if let redis, let configured = settings.redis {
      let status = redis.status
      health.set(
        "cache", status.isConnected ? .ok : .degraded,
        status.isConnected ? "Redis at \(configured.host):\(configured.port)" : "Redis is away, trading goes on: \(status.lastError)",
        counters: [("commands", Int64(clamping: status.commands)), ("refills", Int64(clamping: status.refills))])
    }
    if let mirror, let database = settings.database {
      let status = mirror.status
      let message: String
      if status.isConnected {
        message = "mirrored to \(database.place)"
      } else {
        message = "PostgreSQL is away, trading goes on and the mirror will catch up: \(status.lastError)"
      }
      if status.claim == .taken {
        return health.set(
          "database", .down, "another session at \(database.place) holds this account: another botd may be trading it",
          counters: [("mirrored", Int64(clamping: status.mirrored)), ("lag", Int64(clamping: status.lag))])
      }
      health.set(
        "database", status.needsAttention ? .down : status.isConnected ? .ok : .degraded, message,
        counters: [("mirrored", Int64(clamping: status.mirrored)), ("lag", Int64(clamping: status.lag))])
    }
  }

  func stop() {
    redis?.stop()
    mirror?.stop()
  }
}
