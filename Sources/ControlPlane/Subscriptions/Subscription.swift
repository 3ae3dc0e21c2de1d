import Time
import BotAPI
import NIOCore
import ServiceRuntime
import TTRPC
import TradingModel

/// One open subscription of any kind. Lives on the hub's loop.
class Subscription {
  let stream: RPCServerStream
  let heartbeat: TimeAmount
  private(set) var lastSendAt: NIODeadline
  var isOpen = true

  init(stream: RPCServerStream, heartbeat: TimeAmount) {
    self.stream = stream
    self.heartbeat = heartbeat
    lastSendAt = .now()
  }

  /// Sends a message; false when the stream has ended.
  @discardableResult
  func send(_ message: [UInt8]) -> Bool {
    guard isOpen else { return false }
    lastSendAt = .now()
    return stream.send(message)
  }

  func fail(_ error: RPCError) {
    guard isOpen else { return }
    isOpen = false
    stream.fail(error)
  }

  func finish() {
    guard isOpen else { return }
    isOpen = false
    stream.finish()
  }

  /// Called a few times a second.
  func tick(_ now: NIODeadline) {
    guard isOpen, now - lastSendAt >= heartbeat, stream.isWritable else { return }
    send(heartbeatMessage())
  }

  /// The reader can take more.
  func writable() {}

  func heartbeatMessage() -> [UInt8] { [] }
  func drainingMessage() -> [UInt8] { [] }
  /// The error of a reader that fell behind.
  func overflow() -> RPCError {
    RPCError(
      code: .resourceExhausted, reason: "READER_TOO_SLOW", message: "this reader takes messages more slowly than they come; subscribe again"
    )
  }

  static let drainingReason = "the daemon is shutting down"
}

/// A subscription to the journal: history page by page, then live entries, each exactly once and in order.
///
/// `position` is the sequence up to which everything was looked at. History moves it by what the journal answers, live by what the tail
/// holds; entries at or below it are never sent again, and live is entered only while the tail still holds everything above it. So
/// the hand-over can neither lose nor repeat, whatever is committed meanwhile. Only what was not recorded and is no longer kept is lost.
final class JournalSubscription: Subscription {
  enum Phase { case reading, waitingToRead, live }

  let filter: JournalFilter
  /// Longest a live entry may wait for others; zero: none.
  let delay: TimeAmount
  var position: UInt64
  /// Sequence of the last entry sent, recorded or not; the next one chains to it.
  private(set) var lastSent: UInt64
  /// Sequence of the last recorded entry sent: where the client may resume.
  private(set) var lastRecorded: UInt64
  /// What was committed before it is caught up is not wanted.
  let isLiveOnly: Bool
  var phase = Phase.waitingToRead
  var isCaughtUp = false
  /// A delayed send is scheduled.
  var isDelayed = false

  init(
    stream: RPCServerStream, heartbeat: TimeAmount, filter: JournalFilter, delay: TimeAmount, position: UInt64, isLiveOnly: Bool = false
  ) {
    self.filter = filter
    self.delay = delay
    self.position = position
    self.isLiveOnly = isLiveOnly
    lastSent = position
    lastRecorded = position
    super.init(stream: stream, heartbeat: heartbeat)
  }

  /// Entries up to `sequence` were sent.
  func sent(_ sequence: UInt64, isRecorded: Bool) {
    lastSent = sequence
    if isRecorded { lastRecorded = sequence }
  }

  /// What to do when the reader can take more; set by the hub.
  var onWritable: ((JournalSubscription) -> Void)?
  override func writable() { onWritable?(self) }

  override func heartbeatMessage() -> [UInt8] {
    filter.heartbeat(
      V1.Heartbeat(lastSequence: Int64(sequence: lastSent), serverTimeNs: WallClock.now().nanoseconds),
      isRecorded: lastSent == lastRecorded)
  }

  override func drainingMessage() -> [UInt8] {
    filter.draining(V1.Draining(lastSequence: Int64(sequence: lastRecorded), reason: Self.drainingReason))
  }

  override func overflow() -> RPCError {
    RPCError(
      code: .resourceExhausted,
      info: V1.ErrorInfo(
        reason: "READER_TOO_SLOW",
        message: "this reader takes messages more slowly than they come; subscribe again with after_sequence \(lastRecorded)",
        lastSequence: Int64(sequence: lastRecorded)))
  }
}
