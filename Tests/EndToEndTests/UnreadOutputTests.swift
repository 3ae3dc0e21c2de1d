import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Who starts `botd` may never read what it says: the bots trade on all the same.
@Suite(.serialized) struct UnreadOutputTests {
  private static let arguments = ["--mode", "simulated", "--speed", "1000", "--seed", "7"]

  @Test(arguments: ["standard output", "standard error"])
  func aPipeThatNobodyReadsBlocksNoOrder(_ stream: String) throws {
    let directory = try TemporaryDirectory("unread")
    // Not started: what botctl needs to know of it.
    let daemon = Daemon(directory, arguments: [])
    let pipe = try UnreadPipe(directory.file("pipe"))
    let isOutput = stream == "standard output"
    // Little is logged, so that pipe is full from the beginning; the console fills its own.
    if !isOutput { try pipe.fill() }
    let process = try ServerProcess(
      [
        "/bin/sh", "-c", "other=\"$0\"; exec \"$@\" \(isOutput ? "2" : "1")>>\"$other\"", directory.file("other.log"),
        try Programs.path("botd"), "--state-dir", daemon.stateDirectory, "--listen", daemon.address, "--log-level", "debug",
        "--show-trades",
      ] + Self.arguments, log: pipe.path)
    try #require(try eventually(within: 30) { try daemon.control("list").code == 0 }, "botd does not answer")

    // They trade on nearly every candle, and every fill is a line of more than 60 bytes.
    for (name, symbol) in [("btc", "BTCUSDT"), ("eth", "ETHUSDT"), ("bnb", "BNBUSDT"), ("sol", "SOLUSDT")] {
      let answer = try daemon.control(
        "create", name, "--symbol", symbol, "--strategy", "rsi", "--param", "period=2", "--param", "oversold=45", "--param",
        "overbought=55", "--interval", "1m", "--capital", "10000", "--start")
      try #require(answer.code == 0, "\(answer.output)")
    }
    let enough = 2 * pipe.capacity / 60
    try #require(try eventually(within: 60) { try Ledgers.control(daemon).rows.count >= enough }, "fills stopped coming")
    #expect(pipe.waitingBytes > 0)

    // Nobody reads the last lines either; it ends nevertheless.
    process.kill(SIGTERM)
    try #require(eventually(within: 30) { Self.hasEnded(process.pid) }, "botd does not end")
    #expect(try Ledgers.journal(daemon.stateDirectory).count >= enough)
  }

  @Test func whatWasSaidBeforeTheEndIsWritten() throws {
    let directory = try TemporaryDirectory("said")
    let daemon = Daemon(directory, arguments: Self.arguments + ["--show-trades"])
    try daemon.start()
    daemon.stop()
    let lines = daemon.tail.split(separator: "\n").map(String.init)
    let stopped = /time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=notice logger=botd msg=stopped unprotected=0/
    #expect(lines.contains { $0.wholeMatch(of: stopped) != nil }, "\(lines)")
    #expect(lines.contains("botd stopped; its state is kept and goes on next time."), "\(lines)")
    #expect(
      lines.contains { $0.contains(" level=notice logger=botd msg=ready listen=unix:") && $0.hasSuffix(" mode=simulated") }, "\(lines)")
  }

  /// Whether a child has ended; it is left to be waited for.
  private static func hasEnded(_ pid: Int32) -> Bool {
    var information = unsafe siginfo_t()
    return unsafe waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT) == 0 && information.si_signo == SIGCHLD
  }
}

/// `F_SETPIPE_SZ`, which the C library's module does not show.
private let setPipeSize: Int32 = 1_031

/// A named pipe of one page that is open for reading, and never read.
private final class UnreadPipe {
  let path: String
  let capacity: Int
  private let descriptor: Int32

  init(_ path: String) throws {
    self.path = path
    guard unsafe mkfifo(path, 0o600) == 0 else { throw TestFailure("cannot make a pipe: errno \(errno)") }
    descriptor = unsafe open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw TestFailure("cannot open the pipe: errno \(errno)") }
    capacity = Int(fcntl(descriptor, setPipeSize, 4_096))
    guard capacity == 4_096 else { throw TestFailure("cannot shrink the pipe: errno \(errno)") }
  }

  deinit { close(descriptor) }

  func fill() throws {
    let bytes = [UInt8](repeating: UInt8(ascii: "."), count: capacity)
    guard unsafe write(descriptor, bytes, bytes.count) == capacity else { throw TestFailure("cannot fill the pipe: errno \(errno)") }
  }

  var waitingBytes: Int {
    var count: Int32 = 0
    return unsafe ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : -1
  }
}
