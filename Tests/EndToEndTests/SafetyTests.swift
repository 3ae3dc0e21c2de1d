import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// What keeps people from trading real money by accident, and typos from passing.
@Suite struct SafetyTests {
  private func refusal(_ arguments: [String], _ environment: [String: String] = [:]) throws -> (code: Int32, output: String) {
    let directory = try TemporaryDirectory("safety")
    let settings = environment.map { "\($0.key)=\($0.value)" }
    return try run(
      ["-C", directory.path] + settings
        + [try Programs.path("botd"), "--state-dir", directory.file("state"), "--listen", "unix:\(directory.file("run/s.sock"))"]
        + arguments)
  }

  @Test func liveNeedsASecondConfirmation() throws {
    let keys = ["BINANCE_API_KEY": "abcdefghijklmnopqrstuvwxyz", "BINANCE_API_SECRET": "topsecretcanary"]
    let first = try refusal(["--mode", "live"], keys)
    #expect(first.code == 2 && first.output.contains("--confirm-live"))
    let wrong = try refusal(["--mode", "live", "--confirm-live", "yes"], keys)
    #expect(wrong.code == 2 && wrong.output.contains("nothing was started"))
    #expect(!first.output.contains("topsecretcanary") && !wrong.output.contains("topsecretcanary"))
  }

  @Test func liveContradictsTestMode() throws {
    let answer = try refusal(["--mode", "live"], ["BINANCE_TEST_MODE": "true"])
    #expect(answer.code == 2 && answer.output.contains("BINANCE_TEST_MODE"))
  }

  @Test(
    arguments: [
      (["--mode", "papper"], [:], "papper"),
      ([], ["BINANCE_TESTNTE": "true"], "BINANCE_TESTNET"),
      ([], ["BINANCE_TEST_MODE": "maybe"], "true or false"),
      ([], ["REDIS_HOST": "127.0.0.1", "REDIS_PORT": "99999"], "REDIS_PORT"),
      ([], ["DATABASE_URL": "mysql://x"], "postgresql://"),
      ([], ["BINANCE_REST_URL": "ftp://x"], "BINANCE_REST_URL"),
      (["--mode", "testnet"], [:], "BINANCE_API_KEY"),
      (["--listen", "tcp://0.0.0.0:0"], [:], "certificate"),
    ] as [([String], [String: String], String)])
  func aTypoStopsWithAClearSentence(_ arguments: [String], _ environment: [String: String], _ word: String) throws {
    let answer = try refusal(arguments, environment)
    #expect(answer.code != 0)
    #expect(answer.output.contains(word), "\(answer.output)")
  }

  @Test func withoutADaemonBotctlSaysHowToStartOne() throws {
    let directory = try TemporaryDirectory("none")
    let answer = try run([try Programs.path("botctl"), "list", "--address", "unix:\(directory.file("none.sock"))"])
    #expect(answer.code == 3)
    #expect(answer.output.contains("botd"))
  }

  @Test func aCutOffRestoreIsNotTradedOn() throws {
    let directory = try TemporaryDirectory("cutoff")
    let daemon = Daemon(directory, arguments: ["--mode", "simulated"])
    try daemon.start()
    daemon.stop()
    _ = FileManager.default.createFile(atPath: daemon.stateDirectory + "/restore.incomplete", contents: nil)
    let answer = try run([
      try Programs.path("botd"), "--mode", "simulated", "--state-dir", daemon.stateDirectory,
      "--listen", daemon.address,
    ])
    #expect(answer.code == 1 && answer.output.contains("was cut off"), "\(answer.output)")
  }
}
