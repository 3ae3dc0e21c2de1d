import Foundation
import TestSupport
import Testing

/// Each tool does its fault to a real program.
@Suite struct ToolTests {
  @Test(.enabled("there is no C compiler (cc) or no python3") { ClockShim.obstacle == nil && program("python3") != nil })
  func theClockOfARunningProgramIsSet() throws {
    let shim = try ClockShim()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "python3", "-u", "-c", "import sys, time\nfor line in sys.stdin: print(time.time(), time.monotonic(), flush=True)",
    ]
    process.environment = ProcessInfo.processInfo.environment.merging(shim.environment) { $1 }
    let input = Pipe()
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try withNoSignalBlocked { try process.run() }
    defer {
      try? input.fileHandleForWriting.close()
      process.waitUntilExit()
    }
    func ask() throws -> (wall: Double, monotonic: Double) {
      input.fileHandleForWriting.write(Data("now\n".utf8))
      var text = ""
      while !text.hasSuffix("\n") {
        let data = output.fileHandleForReading.availableData
        guard !data.isEmpty else { throw TestFailure("the program ended") }
        text += String(decoding: data, as: UTF8.self)
      }
      let numbers = text.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
      return (try #require(numbers.first), try #require(numbers.last))
    }
    func ahead() throws -> Double { try ask().wall - Date().timeIntervalSince1970 }
    #expect(abs(try ahead()) < 30)
    let before = try ask()
    try shim.set(offset: 3_600)
    #expect(abs(try ahead() - 3_600) < 30)
    try shim.set(offset: -3_600)
    #expect(abs(try ahead() + 3_600) < 30)
    let after = try ask()
    #expect(after.monotonic >= before.monotonic && after.monotonic - before.monotonic < 60)
    // A thousand times as fast: a tenth of a second is more than a minute.
    try shim.set(rate: 1_000)
    let fast = try ask()
    #expect(eventually { (try? ask().wall - fast.wall).map { $0 > 60 } ?? false })
    #expect(try ask().monotonic - fast.monotonic < 60)
  }

  @Test(.enabled("there is no python3") { SQLiteLock.obstacle == nil })
  func aFileIsLockedForWriters() throws {
    let folder = try TemporaryDirectory("lock")
    let path = folder.file("a.db")
    func write() throws -> String {
      let script =
        "import sqlite3, sys\nd = sqlite3.connect(sys.argv[1], timeout=0)\nd.execute('create table if not exists t (a)')\n"
        + "d.execute('insert into t values (1)')\nd.commit()\nprint('written')"
      return try run(["python3", "-c", script, path]).output
    }
    #expect(try write() == "written\n")
    let lock = try SQLiteLock(path)
    #expect(try write().contains("database is locked"))
    #expect(throws: TestFailure.self) { try SQLiteLock(path, seconds: 0.1) }
    lock.release()
    #expect(try write() == "written\n")
  }

  @Test(
    .enabled("strace is missing or may not trace, or there is no python3") { SystemCallFaults.obstacle == nil && program("python3") != nil }
  )
  func theThirdSyncFails() throws {
    let folder = try TemporaryDirectory("strace")
    let script = """
      import os, sys
      f = os.open(sys.argv[1], os.O_CREAT | os.O_WRONLY)
      for _ in range(4):
          try: os.fsync(f); print("ok")
          except OSError as error: print(os.strerror(error.errno))
      """
    let faults = SystemCallFaults.failingSync(when: "3")
    let outcome = try run(faults.command(["python3", "-c", script, folder.file("a")], log: folder.file("log")))
    #expect(outcome.output == "ok\nok\nInput/output error\nok\n", "\(outcome.output)")
    #expect(try String(contentsOfFile: folder.file("log"), encoding: .utf8).contains("(INJECTED)"))
    let full = SystemCallFaults.failingSync(error: "ENOSPC", path: folder.file("a"))
    #expect(
      try run(full.command(["python3", "-c", script, folder.file("a")])).output
        == String(repeating: "No space left on device\n", count: 4))
    #expect(
      try run(full.command(["python3", "-c", script, folder.file("b")])).output == String(repeating: "ok\n", count: 4))
  }
}
