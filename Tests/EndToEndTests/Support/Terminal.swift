import Foundation
import ProgramTestSupport
import TestSupport

/// A pseudo-terminal of a given width on which one program runs.
enum Terminal {
  /// Runs a program with its output on a terminal; what it printed there, in lines, without colours.
  static func run(_ words: [String], width: Int, environment: [String: String] = [:]) throws -> (code: Int32, lines: [String]) {
    let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    // TIOCSPTLCK unlocks the other end, TIOCGPTN tells its number.
    var lock: Int32 = 0
    var number: UInt32 = 0
    guard master >= 0, unsafe ioctl(master, 0x4004_5431, &lock) == 0, unsafe ioctl(master, 0x8004_5430, &number) == 0 else {
      throw TestFailure("no pseudo-terminal")
    }
    defer { close(master) }
    let slave = open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var size = winsize(ws_row: 50, ws_col: UInt16(width), ws_xpixel: 0, ws_ypixel: 0)
    guard slave >= 0, unsafe ioctl(slave, UInt(TIOCSWINSZ), &size) == 0 else { throw TestFailure("no terminal of that size") }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["NO_COLOR=1"] + environment.map { "\($0)=\($1)" } + words
    let terminal = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
    process.standardOutput = terminal
    process.standardError = terminal
    process.standardInput = FileHandle.nullDevice
    try process.run()
    close(slave)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while true {
      let count = unsafe read(master, &chunk, chunk.count)
      if count < 0, errno == EINTR { continue }
      // EIO: the last program that had the terminal open has ended.
      guard count > 0 else { break }
      bytes += chunk[..<count]
    }
    process.waitUntilExit()
    let text = String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
    return (process.terminationStatus, text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
  }
}
