import Foundation

/// A clock that a test sets while a program runs: a library to preload into it, and the file that it reads.
///
/// ```swift
/// let shim = try ClockShim()
/// let server = try ServerProcess(["/usr/bin/env"] + shim.environment.map { "\($0.key)=\($0.value)" } + command, log: log)
/// try shim.set(offset: 3_600)
/// ```
public final class ClockShim: Sendable {
  private let folder: TemporaryDirectory
  private let library: String
  private let file: String

  /// Why there can be none here; `nil`: there can.
  public static var obstacle: String? { program("cc") == nil ? "there is no C compiler (cc)" : nil }

  /// Compiles the library into a folder of its own. About 100 ms.
  public init() throws {
    folder = try TemporaryDirectory("clock")
    library = folder.file("clock_shim.so")
    file = folder.file("clock")
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Tools/clock_shim.c").path
    let compiled = try run(["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library, source])
    guard compiled.code == 0 else { throw TestFailure("the clock's library does not compile: \(compiled.output)") }
    try set()
  }

  /// What a program's environment needs.
  public var environment: [String: String] { ["LD_PRELOAD": library, "CLOCK_SHIM_FILE": file] }

  /// Sets the clock of every program that was started with ``environment``, at once.
  /// - Parameters:
  ///   - offset: seconds that it is ahead of the true clock.
  ///   - rate: how fast it goes from now on: 1 as the true one, 2 twice as fast.
  ///   - sleep: seconds that the monotonic clock stood still so far, as in a machine that slept. A program must have been stopped for at least as
  ///     long, or its clock goes back.
  public func set(offset: Double = 0, rate: Double = 1, sleep: Double = 0) throws {
    var now = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &now)
    let numbers: [Int64] = [
      Int64(offset * 1e9), Int64((rate - 1) * 1e9), Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec),
      Int64(sleep * 1e9),
    ]
    let descriptor = unsafe open(file, O_WRONLY | O_CREAT, 0o644)
    guard descriptor >= 0 else { throw TestFailure("\(file): errno \(errno)") }
    defer { close(descriptor) }
    let count = unsafe numbers.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    guard count == 32 else { throw TestFailure("\(file): wrote \(count) bytes, errno \(errno)") }
  }
}
