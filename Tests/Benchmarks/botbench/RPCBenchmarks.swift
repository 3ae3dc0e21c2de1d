import CBounds
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TTRPC

/// Calls and events over a Unix socket, between two threads of this process, beside a socketpair that moves the same bytes.
enum RPCBenchmarks {
  static var all: [Benchmark] {
    [latency("rpc.unary.p50", 0.5, hold: 1.3), latency("rpc.unary.p99", 0.99, hold: nil), calls, events]
  }

  private static let echo = RPCMethod(service: "bench.v1.EchoService", name: "Echo", kind: .unary)
  private static let feed = RPCMethod(service: "bench.v1.EchoService", name: "Feed", kind: .serverStreaming)
  private static let payloadBytes = 64
  private static let eventBytes = 120
  private static let eventCount = 300_000

  /// Frame header, then protobuf fields with one-byte tags and lengths (TTRPC 1.2, Request and Response).
  private static let requestBytes = 10 + 2 + echo.service.utf8.count + 2 + echo.name.utf8.count + 2 + payloadBytes
  private static let responseBytes = 10 + 2 + payloadBytes

  private static func latency(_ name: String, _ share: Double, hold: Double?) -> Benchmark {
    let rounds = 5_000
    return Benchmark(
      name: name, title: "one unary call in flight, request to answer", unit: "µs",
      contestants: [
        Contestant(name: "ours") {
          try withRig { rig in quantile(try rig.times(echo, payloadBytes, rounds), share).map { $0 / 1_000 } }
        },
        Contestant(name: "socketpair") {
          var times = [UInt64](repeating: 0, count: rounds)
          guard unsafe bound_pingpong(requestBytes, responseBytes, rounds, &times) == 0 else { return nil }
          return quantile(times.map { Double($0) }, share).map { $0 / 1_000 }
        },
        Contestant(name: "ours, async") {
          try withRig { rig in quantile(try rig.asyncTimes(echo, payloadBytes, rounds), share).map { $0 / 1_000 } }
        },
      ], rounds: 5, ratioToHold: hold, digits: 1)
  }

  private static var calls: Benchmark {
    let count = 64 * 500
    return Benchmark(
      name: "rpc.unary.64", title: "64 unary calls in flight", unit: "k calls/s",
      contestants: [
        Contestant(name: "ours") {
          try withRig { rig in Double(count) * 1e6 / (try rig.time(echo, payloadBytes, calls: count, inFlight: 64)) }
        },
        Contestant(name: "socketpair") {
          let time = bound_pipelined(requestBytes, responseBytes, count, 64)
          return time > 0 ? Double(count) * 1e6 / Double(time) : nil
        },
      ], rounds: 5, figureToHold: 250, isRate: true)
  }

  private static var events: Benchmark {
    Benchmark(
      name: "rpc.stream", title: "events of \(eventBytes) bytes to one subscriber", unit: "k events/s",
      contestants: [
        Contestant(name: "ours") {
          try withRig { rig in Double(eventCount) * 1e6 / (try rig.streamTime(feed, count: eventCount)) }
        },
        Contestant(name: "socketpair") {
          let time = bound_stream(10 + eventBytes, eventCount, 65_536)
          return time > 0 ? Double(eventCount) * 1e6 / Double(time) : nil
        },
      ], rounds: 5, figureToHold: 3_000, isRate: true, digits: 0)
  }

  private static func withRig<T>(_ body: @escaping (RPCRig) throws -> T) throws -> T {
    try inFolder { folder in
      let rig = try RPCRig(socket: folder + "/bench.sock") { server in
        server.register(echo, unary: { _, payload, responder in responder.succeed(payload) })
        server.register(feed, stream: { _, stream in EventSource(stream, bytes: eventBytes, count: eventCount).start() })
      }
      defer { rig.stop() }
      return try body(rig)
    }
  }
}

/// Sends events as fast as the stream takes them. Unchecked: the stream's callbacks all run on its connection's event loop, and
/// nothing else touches it after ``start()``; a lock would be taken twice, since sending may call back.
private final class EventSource: @unchecked Sendable {
  private let stream: RPCServerStream
  private let event: [UInt8]
  private var left: Int
  private var isPumping = false

  init(_ stream: RPCServerStream, bytes: Int, count: Int) {
    self.stream = stream
    event = [UInt8](repeating: 7, count: bytes)
    left = count
  }

  func start() {
    stream.onMessage { _ in }
    stream.onWritable { self.pump() }
    stream.onHalfClose { self.pump() }
  }

  private func pump() {
    guard left > 0, !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    while left > 0, stream.isWritable {
      guard stream.send(event) else { return left = 0 }
      left -= 1
    }
    if left == 0 { stream.finish() }
  }
}

/// A server and a client, each with an event loop of its own.
private final class RPCRig: Sendable {
  // For the whole run: a client that is released late may still need its loop.
  private static let serverGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private static let clientGroup = MultiThreadedEventLoopGroup(numberOfThreads: 1)
  private let server: RPCServer
  private let client: RPCClient

  init(socket: String, register: (RPCServer) -> Void) throws {
    server = RPCServer(group: Self.serverGroup)
    register(server)
    let address = RPCAddress.unix(path: socket)
    let server = server
    client = try RPCBenchmarks.wait {
      try await server.start(on: [RPCListener(address: address)])
      return try await RPCClient.connect(to: address, group: Self.clientGroup)
    }
  }

  func stop() {
    let (client, server) = (client, server)
    try? RPCBenchmarks.wait {
      await client.close()
      await server.gracefulShutdown(within: .seconds(1))
    }
  }

  /// Nanoseconds of each call; the next one starts when the answer is there.
  func times(_ method: RPCMethod, _ bytes: Int, _ rounds: Int) throws -> [Double] {
    let chain = CallChain(client: client, method: method, payload: [UInt8](repeating: 1, count: bytes), calls: rounds, inFlight: 1)
    chain.run()
    return try chain.times()
  }

  /// The same through `async` functions, as most callers write it.
  func asyncTimes(_ method: RPCMethod, _ bytes: Int, _ rounds: Int) throws -> [Double] {
    let client = client
    let payload = [UInt8](repeating: 1, count: bytes)
    return try RPCBenchmarks.wait {
      var times: [Double] = []
      for _ in 0..<rounds {
        let start = bound_now()
        _ = try await client.unary(method, payload: payload)
        times.append(Double(bound_now() - start))
      }
      return times
    }
  }

  /// Nanoseconds for all calls.
  func time(_ method: RPCMethod, _ bytes: Int, calls: Int, inFlight: Int) throws -> Double {
    let chain = CallChain(client: client, method: method, payload: [UInt8](repeating: 1, count: bytes), calls: calls, inFlight: inFlight)
    let time = nanoseconds { chain.run() }
    _ = try chain.times()
    return time
  }

  /// Nanoseconds until the last event of a stream has arrived.
  func streamTime(_ method: RPCMethod, count: Int) throws -> Double {
    let done = DispatchSemaphore(value: 0)
    let received = Mutex(0)
    var stream: RPCClientStream?
    let time = try nanoseconds {
      stream = try unsafe client.stream(
        method, onMessage: { _ in received.withLock { $0 += 1 } }, onEnd: { _ in done.signal() })
      done.wait()
    }
    consume(stream)
    guard received.withLock({ $0 }) == count else { throw Incomplete() }
    return time
  }

  struct Incomplete: Error {}
}

/// Calls that follow one another, a number of them always in flight.
private final class CallChain: Sendable {
  private struct State {
    var started = 0
    var times: [Double] = []
    var error: RPCError?
  }

  private let client: RPCClient
  private let method: RPCMethod
  private let payload: [UInt8]
  private let calls: Int
  private let inFlight: Int
  private let state = Mutex(State())
  private let done = DispatchSemaphore(value: 0)

  init(client: RPCClient, method: RPCMethod, payload: [UInt8], calls: Int, inFlight: Int) {
    self.client = client
    self.method = method
    self.payload = payload
    self.calls = calls
    self.inFlight = inFlight
  }

  func run() {
    for _ in 0..<inFlight { next() }
    for _ in 0..<inFlight { done.wait() }
  }

  func times() throws -> [Double] {
    let state = state.withLock { $0 }
    if let error = state.error { throw error }
    return state.times
  }

  private func next() {
    let isLeft = state.withLock { state in
      guard state.started < calls, state.error == nil else { return false }
      state.started += 1
      return true
    }
    guard isLeft else {
      done.signal()
      return
    }
    let start = bound_now()
    client.unary(method, payload: payload) { [self] result in
      let time = Double(bound_now() - start)
      state.withLock { state in
        switch result {
        case .success: state.times.append(time)
        case .failure(let error): state.error = error
        }
      }
      next()
    }
  }
}

extension RPCBenchmarks {
  /// Blocks this thread, which is none of the shared pool's, until `body` is done.
  static func wait<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) throws -> T {
    let done = DispatchSemaphore(value: 0)
    let holder = ResultHolder<T>()
    Task.detached {
      do {
        let value = try await body()
        holder.result.withLock { $0 = .success(value) }
      } catch {
        holder.result.withLock { $0 = .failure(error) }
      }
      done.signal()
    }
    done.wait()
    guard let result = holder.result.withLock({ $0 }) else { throw RPCRig.Incomplete() }
    return try result.get()
  }
}

private final class ResultHolder<T: Sendable>: Sendable {
  let result = Mutex<Result<T, any Error>?>(nil)
}
