import BotAPI
import Foundation
import NIOCore
import NIOPosix
import Synchronization
import TTRPC

@testable import ControlCommands

/// A real RPC server on a real Unix socket whose answers a test writes. It knows nothing of trading.
final class ScriptedDaemon: Sendable {
  let server: RPCServer
  let folder: URL
  private let group: MultiThreadedEventLoopGroup

  var address: String { "unix:\(folder.path)/s" }

  init() throws {
    folder = URL(fileURLWithPath: "/tmp/bc-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    server = RPCServer(group: group)
  }

  /// Answers `method` by `body`.
  func on<Request: BotMessage, Response: BotMessage>(
    _ method: RPCMethod, _ body: @escaping @Sendable (Request) throws(RPCError) -> Response
  ) {
    server.register(method) { (_, request: Request, responder: TypedResponder<Response>) in
      do throws(RPCError) { responder.succeed(try body(request)) } catch { responder.fail(error) }
    }
  }

  func start() async throws {
    try await server.start(on: [RPCListener(address: try RPCAddress(parsing: address))])
  }

  func stop() async {
    await server.gracefulShutdown(within: .milliseconds(200))
    try? await group.shutdownGracefully()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Runs `body` with a started daemon.
  static func with(
    _ prepare: (ScriptedDaemon) throws -> Void, _ body: (ScriptedDaemon) async throws -> Void
  ) async throws {
    let daemon = try ScriptedDaemon()
    try prepare(daemon)
    try await daemon.start()
    do {
      try await body(daemon)
    } catch {
      await daemon.stop()
      throw error
    }
    await daemon.stop()
  }
}

/// The testing library has an `ExitStatus` of its own.
typealias CommandExit = ControlCommands.ExitStatus

/// What a command line printed and returned.
struct CommandResult: Sendable {
  let status: CommandExit
  let out: String
  let err: String

  var outLines: [String] { out.split(separator: "\n").map(String.init) }
}

/// Collects text from any thread and wakes who waits for some.
final class Collected: Sendable {
  private let state = Mutex<(text: String, waiters: [(String, CheckedContinuation<Void, Never>)])>(("", []))

  var text: String { state.withLock { $0.text } }

  func append(_ more: String) {
    let ready = state.withLock { state in
      state.text += more
      let ready = state.waiters.filter { state.text.contains($0.0) }.map(\.1)
      state.waiters.removeAll { state.text.contains($0.0) }
      return ready
    }
    for continuation in ready { continuation.resume() }
  }

  /// Waits until the text holds `part`.
  func contains(_ part: String) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.text.contains(part) { return true }
        state.waiters.append((part, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }
}

/// A way to interrupt a running command like Ctrl-C does.
final class Interrupt: Sendable {
  private let state = Mutex<(handler: (@Sendable () -> Void)?, fired: Bool)>((nil, false))

  func observe(_ handler: @escaping @Sendable () -> Void) {
    let fired = state.withLock { state in
      state.handler = handler
      return state.fired
    }
    if fired { handler() }
  }

  func fire() {
    let handler = state.withLock { state in
      state.fired = true
      return state.handler
    }
    handler?()
  }
}

/// A command line under test.
struct CommandLineUnderTest: Sendable {
  let out = Collected()
  let err = Collected()
  let interrupt = Interrupt()
  var isTerminal = false
  var width: Int?
  var variables: [String: String] = ["HOME": "/nonexistent"]

  func run(_ arguments: [String]) async -> CommandResult {
    let (out, err, interrupt) = (out, err, interrupt)
    let environment = ControlEnvironment(
      variables: variables, isTerminal: isTerminal, width: width, out: { out.append($0) }, err: { err.append($0) },
      onInterrupt: { interrupt.observe($0) })
    let status = await BotControl.run(arguments, in: environment)
    return CommandResult(status: status, out: out.text, err: err.text)
  }

  static func run(_ arguments: String..., at daemon: ScriptedDaemon? = nil) async -> CommandResult {
    await CommandLineUnderTest().run(arguments + (daemon.map { ["--address", $0.address] } ?? []))
  }
}
