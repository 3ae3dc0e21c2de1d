import Foundation

/// Runs a program under strace so that its system calls fail or take long.
public struct SystemCallFaults: Sendable {
  /// System calls by name.
  public var calls: [String]
  /// What happens to them, in strace's words: `error=EIO`, `delay_enter=4s`, `retval=3`, `signal=SIGKILL`.
  public var effect: String
  /// Which of them, counted per call and per thread: `3`, `3+` (from the third on), `2..5`; `nil`: all.
  public var when: String?
  /// Only calls on this file; `nil`: on any.
  public var path: String?

  public init(_ calls: [String], _ effect: String, when: String? = nil, path: String? = nil) {
    self.calls = calls
    self.effect = effect
    self.when = when
    self.path = path
  }

  /// The n-th attempt to make data durable fails with `error`.
  public static func failingSync(error: String = "EIO", when: String? = nil, path: String? = nil) -> SystemCallFaults {
    SystemCallFaults(["fsync", "fdatasync"], "error=\(error)", when: when, path: path)
  }

  /// Why nothing can be traced here; `nil`: it can.
  public static let obstacle: String? = {
    guard program("strace") != nil else { return "there is no strace (.ci/setup test)" }
    guard let tried = try? run(["strace", "-qq", "-o", "/dev/null", "true"]), tried.code == 0 else {
      return "strace may not trace here (ptrace is refused)"
    }
    return nil
  }()

  /// The command line that runs `command` with the faults.
  /// - Parameter log: gets the calls that were traced; those that were struck are marked `(INJECTED)`.
  public func command(_ command: [String], log: String = "/dev/null") -> [String] {
    let names = calls.joined(separator: ",")
    var inject = "inject=\(names):\(effect)"
    if let when { inject += ":when=\(when)" }
    return ["strace", "-f", "-qq", "-o", log, "-e", "trace=\(names)", "-e", inject] + (path.map { ["-P", Self.plain($0)] } ?? []) + ["--"]
      + command
  }

  /// strace compares texts: no doubled slashes.
  private static func plain(_ path: String) -> String { "/" + path.split(separator: "/").joined(separator: "/") }
}
