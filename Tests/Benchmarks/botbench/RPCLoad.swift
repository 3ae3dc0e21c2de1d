import CBounds
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TTRPC

/// Calls and subscribers of a running daemon, over its socket file: so many calls a second, and event subscriptions of which a tenth is
/// never read.
final class RPCLoad: Sendable {
  static let callsPerSecond = 10_000
  static let subscribers = 1_000
  static let neverRead = 100
  /// A connection takes 64 streams (``RPCServerConfiguration``).
  private static let subscribersPerConnection = 50
  private static let callConnections = 4
  /// Calls that wait for their answers at most: beyond them the daemon does not keep up.
  private static let inFlightMaximum = 2_000

  private struct State {
    var isEnding = false
    var sent = 0
    var answered = 0
    var failed = 0
    var inFlight = 0
    var events = 0
    var endedStreams = 0
    /// When counting began, and what had been answered.
    var begun: (time: UInt64, answered: Int, events: Int) = (0, 0, 0)
  }

  private let socket: String
  private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let state = Mutex(State())
  private let clients = Mutex<[RPCClient]>([])
  private let streams = Mutex<[RPCClientStream]>([])
  private let silent = Mutex<[Int32]>([])
  private let ended = DispatchSemaphore(value: 0)

  struct Failure: Error, CustomStringConvertible { var description: String }

  init(socket: String) throws { self.socket = socket }

  private static let events = RPCMethod(service: "botd.v1.EventService", name: "SubscribeEvents", kind: .bidirectional)
  private static let getBot = RPCMethod(service: "botd.v1.BotService", name: "GetBot", kind: .unary)
  /// `live_only`.
  private static let liveOnly: [UInt8] = [3 << 3, 1]

  func start() throws {
    let count = (Self.subscribers - Self.neverRead) / Self.subscribersPerConnection
    for _ in 0..<count {
      let client = try connect()
      for _ in 0..<Self.subscribersPerConnection {
        let stream = try unsafe client.stream(
          Self.events, onMessage: { [self] _ in state.withLock { $0.events += 1 } },
          onEnd: { [self] _ in state.withLock { $0.endedStreams += 1 } })
        try stream.send(Self.liveOnly)
        streams.withLock { $0.append(stream) }
      }
    }
    for _ in 0..<Self.neverRead / Self.subscribersPerConnection {
      let bytes = Self.subscriptions(Self.subscribersPerConnection)
      let descriptor = unsafe bound_unix_send(socket, bytes, bytes.count)
      guard descriptor >= 0 else { throw Failure(description: "the daemon took no subscriber that never reads") }
      silent.withLock { $0.append(descriptor) }
    }
    let callers = try (0..<Self.callConnections).map { _ in try connect() }
    Thread.detachNewThread { [self] in
      call(callers)
      ended.signal()
    }
  }

  private func connect() throws -> RPCClient {
    let (socket, group) = (socket, group)
    let client = try RPCBenchmarks.wait { try await RPCClient.connect(to: .unix(path: socket), group: group) }
    clients.withLock { $0.append(client) }
    return client
  }

  /// The frames that open subscriptions: header (length, stream, type, flags), then the request's service and method; and a first message each.
  private static func subscriptions(_ count: Int) -> [UInt8] {
    func text(_ field: UInt8, _ value: String) -> [UInt8] { [field << 3 | 2, UInt8(value.utf8.count)] + Array(value.utf8) }
    func number(_ value: Int) -> [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
    func frame(_ stream: Int, _ type: UInt8, _ flags: UInt8, _ body: [UInt8]) -> [UInt8] {
      number(body.count) + number(stream) + [type, flags] + body
    }
    let request = text(1, events.service) + text(2, events.name)
    var bytes: [UInt8] = []
    for stream in 0..<count {
      bytes += frame(2 * stream + 1, 1, 2, request)
      bytes += frame(2 * stream + 1, 3, 0, liveOnly)
    }
    return bytes
  }

  /// A slice of the calls every two milliseconds.
  private func call(_ callers: [RPCClient]) {
    let start = bound_now()
    var due = 0
    while !state.withLock({ $0.isEnding }) {
      let wanted = Int(bound_now() - start) / 1_000 * Self.callsPerSecond / 1_000_000
      while due < wanted {
        due += 1
        let mayGo = state.withLock { state in
          guard state.inFlight < Self.inFlightMaximum else { return false }
          state.inFlight += 1
          state.sent += 1
          return true
        }
        guard mayGo else { continue }
        callers[due % callers.count].unary(Self.getBot, payload: [1 << 3 | 2, 5] + Array("bot-\(due % 6)".utf8)) { [self] result in
          state.withLock { state in
            state.inFlight -= 1
            if case .success = result { state.answered += 1 } else { state.failed += 1 }
          }
        }
      }
      Thread.sleep(forTimeInterval: 0.002)
    }
  }

  /// Counting begins.
  func begin() { state.withLock { $0.begun = (bound_now(), $0.answered, $0.events) } }

  /// What went on since ``begin()``.
  ///
  /// - Throws: when it was less than was meant.
  func summary() throws -> String {
    let now = state.withLock { $0 }
    let seconds = Double(bound_now() - now.begun.time) / 1e9
    let calls = Double(now.answered - now.begun.answered) / seconds
    let text =
      "\(Int(calls)) calls a second answered, \(now.failed) refused, \(Int(Double(now.events - now.begun.events) / seconds)) messages a second to "
      + "\(Self.subscribers - Self.neverRead) subscribers, \(now.endedStreams) of them ended, beside \(Self.neverRead) that never read"
    guard calls >= 0.95 * Double(Self.callsPerSecond), now.failed == 0, now.endedStreams == 0, now.events > now.begun.events else {
      throw Failure(description: "the load was not what it should be: " + text)
    }
    return text
  }

  func stop() {
    state.withLock { $0.isEnding = true }
    if !streams.withLock({ $0.isEmpty }) { ended.wait() }
    streams.withLock { $0.removeAll() }
    for client in clients.withLock({ $0 }) { try? RPCBenchmarks.wait { await client.close() } }
    for descriptor in silent.withLock({ $0 }) { close(descriptor) }
  }
}
