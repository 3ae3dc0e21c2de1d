import Foundation

/// A real redis-server on a free port, without persistence.
public final class RedisServer: @unchecked Sendable {
  public let port: Int
  private let directory: TemporaryDirectory
  private let binary: String
  private let options: [String]
  private var process: ServerProcess?

  /// Why it cannot run here, or `nil`; for `.enabled(if:)`.
  public static var missing: String? { program("redis-server") == nil ? "redis-server is not installed" : nil }

  public static func start(options: [String] = []) throws -> RedisServer {
    guard let binary = program("redis-server") else { throw TestFailure("redis-server is not installed") }
    let server = try RedisServer(binary: binary, options: options)
    try server.start()
    return server
  }

  private init(binary: String, options: [String]) throws {
    self.binary = binary
    self.options = options
    directory = try TemporaryDirectory("redis")
    port = try freePort()
  }

  /// Starts it (again), empty, on the same port.
  public func start() throws {
    process = try ServerProcess(
      [binary, "--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", directory.path] + options,
      log: directory.file("redis.log"))
    guard eventually(within: 20, { isListening(port: port) }) else {
      throw TestFailure("redis-server did not start: \((try? String(contentsOfFile: directory.file("redis.log"), encoding: .utf8)) ?? "")")
    }
  }

  /// kill -9, and waits until it is gone.
  public func kill() {
    process?.stop(SIGKILL)
    process = nil
  }

  /// Freezes it: it accepts nothing and answers nothing.
  public func freeze() { process?.kill(SIGSTOP) }
  public func thaw() { process?.kill(SIGCONT) }

  /// What redis-cli prints for a command (its raw form).
  @discardableResult public func command(_ arguments: String...) throws -> String {
    try run(["redis-cli", "-p", String(port), "--raw"] + arguments).output.trimmingCharacters(in: .newlines)
  }
}
