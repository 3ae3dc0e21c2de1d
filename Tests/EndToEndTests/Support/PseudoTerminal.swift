import Foundation
import ProgramTestSupport
import TestSupport

/// A shell with job control on a pseudo-terminal, and what its screen shows.
final class PseudoTerminal {
  private let master: Int32
  private let shell: pid_t
  private(set) var screen: TerminalEmulator
  /// Bytes that came so far.
  private(set) var bytesRead = 0

  init(columns: Int, rows: Int, environment: [String: String]) throws {
    master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)
    // TIOCSPTLCK unlocks the other end, TIOCGPTN tells its number.
    var lock: Int32 = 0
    var number: UInt32 = 0
    guard master >= 0, unsafe ioctl(master, 0x4004_5431, &lock) == 0, unsafe ioctl(master, 0x8004_5430, &number) == 0 else {
      throw TestFailure("no pseudo-terminal")
    }
    screen = TerminalEmulator(columns: columns, rows: rows)
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    guard unsafe ioctl(master, UInt(TIOCSWINSZ), &size) == 0 else { throw TestFailure("no terminal of that size") }
    shell = try Self.spawn("/dev/pts/\(number)", environment)
  }

  /// The leader of a session of its own, whose terminal it is.
  private static func spawn(_ terminal: String, _ environment: [String: String]) throws -> pid_t {
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    unsafe posix_spawn_file_actions_addopen(&actions, 0, terminal, O_RDWR, 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, 0, 1)
    unsafe posix_spawn_file_actions_adddup2(&actions, 0, 2)
    var attributes = posix_spawnattr_t()
    unsafe posix_spawnattr_init(&attributes)
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    unsafe sigemptyset(&none)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    // POSIX_SPAWN_SETSID is 0x80.
    unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | 0x80)
    let settings = ["TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "PS1": "$ ", "HISTFILE": ""]
    let variables = settings.merging(environment) { $1 }.map { "\($0.key)=\($0.value)" }
    let words = ["bash", "--norc", "--noprofile", "--noediting", "-i"]
    var arguments: [UnsafeMutablePointer<CChar>?] = unsafe words.map { unsafe strdup($0) } + [nil]
    var list: [UnsafeMutablePointer<CChar>?] = unsafe variables.map { unsafe strdup($0) } + [nil]
    defer { unsafe (arguments + list).forEach { unsafe free($0) } }
    var pid: pid_t = 0
    let code = unsafe posix_spawn(&pid, "/bin/bash", &actions, &attributes, &arguments, &list)
    guard code == 0 else { throw TestFailure("cannot start bash: error \(code)") }
    return pid
  }

  deinit {
    close(master)
    kill(shell, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(shell, &status, 0) < 0, errno == EINTR {}
  }

  /// Takes what has come.
  func read() {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = unsafe Foundation.read(master, &chunk, chunk.count)
      guard count > 0 else { return }
      bytesRead += count
      screen.take(chunk[..<count])
    }
  }

  /// Types.
  func type(_ text: String) {
    let bytes = Array(text.utf8)
    _ = unsafe write(master, bytes, bytes.count)
  }

  /// Waits until the screen is so.
  func eventually(within seconds: Double = 60, _ condition: (TerminalEmulator) throws -> Bool) rethrows -> Bool {
    try TestSupport.eventually(within: seconds) {
      read()
      return try condition(screen)
    }
  }

  /// Waits until the screen shows the text.
  func shows(_ text: String, within seconds: Double = 60) -> Bool { eventually(within: seconds) { $0.text.contains(text) } }

  /// The window gets another size.
  func resize(columns: Int, rows: Int) {
    read()
    screen.resize(columns: columns, rows: rows)
    var size = winsize(ws_row: UInt16(rows), ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    _ = unsafe ioctl(master, UInt(TIOCSWINSZ), &size)
  }

  /// The program that the shell runs.
  var child: pid_t? {
    let text = (try? String(contentsOfFile: "/proc/\(shell)/task/\(shell)/children", encoding: .utf8)) ?? ""
    return text.split(separator: " ").first.flatMap { pid_t($0) }
  }
}
