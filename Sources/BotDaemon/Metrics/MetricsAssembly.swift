import ControlPlane
import Journal
import NIOCore
import Presentation
import ServiceRuntime

/// The page of metrics: what the control plane tells, and what only the daemon knows.
struct MetricsAssembly: Sendable {
  let plane: ControlPlane
  let counts: TradingCounts
  let journal: Journal

  /// The whole page. Cost: linear in bots and open orders.
  func page() -> String {
    var text = MetricsText()
    plane.writeMetrics(&text)
    counts.write(&text, at: MonotonicClock.nanoseconds())
    text.histogram(
      "botd_journal_write_duration_seconds", "How long a transaction of the journal takes, its sync included.", journal.times.write.reading)
    text.histogram(
      "botd_journal_sync_duration_seconds", "How long the commit of a transaction takes: the disk's write and sync.",
      journal.times.synchronize.reading)
    return text.text
  }

  /// Serves it where the settings say so.
  func serve(_ settings: DaemonSettings, on group: any EventLoopGroup, _ health: HealthRegistry) async throws -> MetricsServer? {
    guard let address = settings.metrics else { return nil }
    let server = MetricsServer(isLoopback: address.isLoopback, make: page)
    health.set("metrics", .ok, try await server.start(address, on: group))
    return server
  }
}
