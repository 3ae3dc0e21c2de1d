import Glibc
import NIOCore
import NIOPosix
import Synchronization
import TTRPC
import Testing

/// Golden frames by name.
enum Golden {
  static let frames: [String: [UInt8]] = {
    guard let path = path("frames.txt"), let text = read(path) else { return [:] }
    var out: [String: [UInt8]] = [:]
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ")
      guard parts.count == 2 else { continue }
      let digits = Array(parts[1].utf8).compactMap { UInt8(String(UnicodeScalar($0)), radix: 16) }
      out[String(parts[0])] = stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
    return out
  }()

  static func bytes(_ name: String) throws -> [UInt8] { try #require(frames[name], "no golden frame \(name)") }

  /// A file beside this source.
  static func path(_ name: String, _ source: String = #filePath) -> String? {
    guard let slash = source.lastIndex(of: "/") else { return nil }
    return String(source[...slash]) + "Fixtures/" + name
  }

  private static func read(_ path: String) -> String? {
    guard let file = unsafe fopen(path, "r") else { return nil }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}

/// Something that happens once or more, awaited with a limit.
final class Signal<Value: Sendable>: Sendable {
  private let stream: AsyncStream<Value>
  private let continuation: AsyncStream<Value>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream(of: Value.self) }

  func fire(_ value: Value) { continuation.yield(value) }

  /// The next value; fails after a minute.
  func next() async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
      group.addTask {
        for await value in self.stream { return value }; return nil
      }
      group.addTask {
        try await Task.sleep(for: .seconds(60))
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next(), let value = first else { throw RawError(description: "nothing happened in a minute") }
      return value
    }
  }
}

/// A real server on a Unix socket in a private temporary directory.
final class TestServer: Sendable {
  static let service = "bench.v1.Bench"
  let directory: String
  let path: String
  let server: RPCServer
  /// Unary calls that wait to be answered.
  let held = Signal<RPCResponder>()
  let opened = Signal<(RPCContext, RPCServerStream)>()
  let cancelled = Signal<RPCError>()
  let halfClosed = Signal<UInt32>()
  let contexts = Signal<RPCContext>()

  static func method(_ name: String, _ kind: RPCMethodKind = .unary) -> RPCMethod { RPCMethod(service: service, name: name, kind: kind) }

  init(_ configure: (inout RPCServerConfiguration) -> Void = { _ in }) throws {
    var template = Array("/tmp/ttrpc-test-XXXXXX".utf8CString)
    guard unsafe mkdtemp(&template) != nil else { throw RawError(description: "mkdtemp: errno \(errno)") }
    directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    path = directory + "/s.sock"
    var configuration = RPCServerConfiguration()
    configure(&configuration)
    server = RPCServer(configuration: configuration, group: MultiThreadedEventLoopGroup.singleton)
    registerUnary()
    registerStreams()
  }

  /// Starts, runs `body`, stops, and removes the directory.
  static func run(
    _ configure: (inout RPCServerConfiguration) -> Void = { _ in }, before: (RPCServer) -> Void = { _ in },
    _ body: (TestServer) async throws -> Void
  ) async throws {
    let test = try TestServer(configure)
    before(test.server)
    try await test.server.start(on: [RPCListener(address: .unix(path: test.path))])
    do { try await body(test) } catch {
      await test.stop()
      throw error
    }
    await test.stop()
  }

  func stop() async {
    await server.gracefulShutdown(deadline: .now())
    for name in ["s.sock", "s.sock.lock"] { unsafe unlink(directory + "/" + name) }
    unsafe rmdir(directory)
  }

  func connect() throws -> RawConnection { try RawConnection(path: path) }
  func client(_ configuration: RPCClientConfiguration = RPCClientConfiguration()) async throws -> RPCClient {
    try await RPCClient.connect(to: .unix(path: path), configuration: configuration)
  }

  private func registerUnary() {
    let (held, contexts) = (held, contexts)
    server.register(Self.method("Echo"), unary: { _, payload, responder in responder.succeed(payload) })
    server.register(
      Self.method("Context"),
      unary: { context, _, responder in
        contexts.fire(context)
        responder.succeed([])
      })
    server.register(Self.method("Hold"), unary: { _, _, responder in held.fire(responder) })
    server.register(
      Self.method("Fail"),
      unary: { _, payload, responder in
        let code = payload.first.map { Int32($0) } ?? 5
        responder.fail(
          RPCError(code: RPCStatusCode(rawValue: code), message: "no such bot", details: [RPCDetail(typeURL: "t/x.Y", bytes: [1, 2])]))
      })
    server.register(
      Self.method("Big"),
      unary: { _, payload, responder in
        responder.succeed([UInt8](repeating: 1, count: payload.reduce(0) { $0 << 8 | Int($1) }))
      })
  }

  private func registerStreams() {
    let (opened, cancelled, halfClosed) = (opened, cancelled, halfClosed)
    server.register(
      Self.method("List", .serverStreaming),
      stream: { _, stream in
        stream.onMessage { request in
          for index in 0..<(request.first ?? 0) { stream.send([index]) }
          stream.finish()
        }
      })
    server.register(
      Self.method("FailingList", .serverStreaming),
      stream: { _, stream in
        stream.onMessage { _ in
          stream.send([7])
          stream.fail(RPCError(code: .outOfRange, message: "too old"))
        }
      })
    server.register(
      Self.method("Join", .clientStreaming),
      stream: { _, stream in
        let parts = StateMutex<[[UInt8]]>([])
        stream.onMessage { message in parts.withLock { $0.append(message) } }
        stream.onHalfClose { stream.reply(Array(parts.withLock { $0 }.joined(separator: Array("|".utf8)))) }
      })
    server.register(
      Self.method("Chat", .bidirectional),
      stream: { _, stream in
        stream.onMessage { stream.send($0) }
        stream.onHalfClose { stream.finish() }
        stream.onCancel { cancelled.fire($0) }
      })
    for (name, kind) in [("Open", RPCMethodKind.bidirectional), ("OpenList", .serverStreaming)] {
      server.register(
        Self.method(name, kind),
        stream: { context, stream in
          if kind == .bidirectional {
            stream.onHalfClose {
              halfClosed.fire(stream.streamID)
              stream.finish()
            }
          }
          stream.onMessage { _ in }
          stream.onCancel { cancelled.fire($0) }
          opened.fire((context, stream))
        })
    }
  }
}
