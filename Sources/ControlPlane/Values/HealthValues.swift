import Time
import BotAPI
import ServiceRuntime
import TradingModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The health as clients see it.
enum HealthValues {
  static func component(_ component: HealthRegistry.Component) -> V1.ComponentHealth {
    V1.ComponentHealth(
      name: component.name, status: V1.HealthStatus(component.status), message: component.message, sinceTimeNs: component.since.nanoseconds,
      counters: component.counters.map { V1.Counter(name: $0.name, value: $0.value) })
  }

  static func health(_ context: ControlContext) -> V1.GetHealthResponse {
    let now = WallClock.now()
    let view = context.board.view
    return V1.GetHealthResponse(
      status: V1.HealthStatus(context.health.overall), components: context.health.components.map(component), timeNs: now.nanoseconds,
      uptimeNs: max(0, now.nanoseconds(since: context.configuration.startedAt)),
      tradingState: V1.TradingState(view.tradingState), memoryBytes: residentBytes(), tradingStateReason: view.tradingStateReason)
  }

  /// Resident memory from `/proc/self/statm`, in bytes; 0 where there is none. About 5 µs.
  static func residentBytes() -> Int64 {
    let descriptor = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 128)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
    guard count > 0 else { return 0 }
    let fields = bytes[..<count].split(separator: UInt8(ascii: " "))
    guard fields.count > 1, let pages = Int64(String(decoding: fields[1], as: UTF8.self)) else { return 0 }
    return pages.multipliedReportingOverflow(by: Int64(sysconf(Int32(_SC_PAGESIZE)))).partialValue
  }
}
