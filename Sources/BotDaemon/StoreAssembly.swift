import ControlPlane
import Journal
import Logging
import MarketData
import RedisCache
import ServiceRuntime
import TradingModel

/// The optional stores around the journal: Redis for market data, PostgreSQL for the portfolio.
final class StoreAssembly: @unchecked Sendable {
  private let settings: DaemonSettings
  private let log: Logger
  private var redis: RedisCache?

  init(settings: DaemonSettings, log: Logger) {
    self.settings = settings
    self.log = log
  }

  /// Restores an empty state directory from PostgreSQL, when one is configured and holds this mode's journal.
  func restoreIfEmpty() async throws {}

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
    if settings.databaseURL == nil { health.set("database", .disabled, "local journal only; set DATABASE_URL for PostgreSQL") }
  }

  /// Everything up to this sequence is durable.
  func committed(_ sequence: UInt64) {}

  func updateHealth(_ health: HealthRegistry) {
    guard let redis, let configured = settings.redis else { return }
    let status = redis.status
    health.set(
      "cache", status.isConnected ? .ok : .degraded,
      status.isConnected ? "Redis at \(configured.host):\(configured.port)" : "Redis is away, trading goes on: \(status.lastError)",
      counters: [("commands", Int64(clamping: status.commands)), ("refills", Int64(clamping: status.refills))])
  }

  func stop() { redis?.stop() }
}
