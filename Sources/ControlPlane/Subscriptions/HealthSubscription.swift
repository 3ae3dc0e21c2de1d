import Time
import BotAPI
import NIOCore
import ServiceRuntime
import TTRPC
import TradingModel

/// `WatchHealth`: the whole health at once and after every change; a slow reader gets the latest.
final class HealthSubscription: Subscription {
  private let context: ControlContext
  private var sequence: Int64 = 0
  private var isDirty = true

  init(stream: RPCServerStream, heartbeat: TimeAmount, context: ControlContext) {
    self.context = context
    super.init(stream: stream, heartbeat: heartbeat)
  }

  func changed() {
    isDirty = true
    writable()
  }

  override func writable() {
    guard isOpen, isDirty, stream.isWritable else { return }
    isDirty = false
    sequence += 1
    let message = V1.WatchHealthResponse(health: HealthValues.health(context), sequence: sequence, previousSequence: sequence - 1)
    send((try? message.encode()) ?? [])
  }

  override func heartbeatMessage() -> [UInt8] {
    let beat = V1.Heartbeat(lastSequence: sequence, serverTimeNs: WallClock.now().nanoseconds)
    return (try? V1.WatchHealthResponse(heartbeat: beat).encode()) ?? []
  }

  override func drainingMessage() -> [UInt8] {
    (try? V1.WatchHealthResponse(draining: V1.Draining(lastSequence: sequence, reason: Self.drainingReason)).encode()) ?? []
  }
}
