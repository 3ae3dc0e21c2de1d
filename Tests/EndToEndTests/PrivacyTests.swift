import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// What other processes can learn of a running daemon's secrets (wound 16; T15, T16).
@Suite(.serialized) struct PrivacyTests {
  private func read(_ pid: Int32, _ name: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: "/proc/\(pid)/\(name)")), as: UTF8.self)
  }

  @Test(.enabled(if: geteuid() == 0, "needs root, to look where nobody else may")) func neitherEnvironmentNorCoreHoldsASecret() throws {
    let setup = try FaultyExchange("privacy", environment: ["REDIS_PASSWORD": "canaryofredis"])
    defer { setup.daemon.kill() }
    try setup.reach("the account") { try setup.health("account") == "ok" }
    let pid = try #require(setup.daemon.process?.pid)
    let environment = try read(pid, "environ")
    for secret in [FaultyExchange.key, FaultyExchange.secret, "canaryofredis"] { #expect(!environment.contains(secret)) }
    #expect(environment.contains("BINANCE_API_SECRET=") && environment.contains("BINANCE_REST_URL=http"), "the other values stay")
    #expect(try !read(pid, "cmdline").contains(FaultyExchange.secret))
    let core = try #require(try read(pid, "limits").split(separator: "\n").first { $0.hasPrefix("Max core file size") })
    #expect(core.split(separator: " ").dropFirst(4).prefix(2) == ["0", "0"], "\(core)")
    // Not dumpable: the kernel gives what belongs to the process to root, so that others of its user can't look at it.
    let asNobody = try run(["setpriv", "--reuid=65534", "--clear-groups", "cat", "/proc/\(pid)/environ"])
    #expect(asNobody.code != 0)
    // What people look at stays readable.
    #expect(try read(pid, "status").contains("VmRSS"))
  }

  @Test(.enabled(if: geteuid() == 0 && program("setpriv") != nil, "needs root and setpriv"))
  func anotherProcessOfTheSameUserCannotLook() throws {
    let directory = try TemporaryDirectory("dumpable")
    try #require(unsafe chmod(directory.path, 0o777) == 0)
    let botd = try Programs.path("botd")
    let user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    guard try run(user + [botd, "--version"]).code == 0 else { return }
    let process = try ServerProcess(
      ["/usr/bin/env", "-C", directory.path] + user + [
        botd, "--mode", "simulated", "--state-dir", directory.file("state"), "--listen", "unix:\(directory.file("run/s.sock"))",
      ], log: directory.file("log"))
    defer { process.stop() }
    #expect(eventually(within: 30) { FileManager.default.fileExists(atPath: directory.file("run/s.sock")) })
    for name in ["environ", "mem", "maps"] {
      let answer = try run(user + ["head", "-c", "1", "/proc/\(process.pid)/\(name)"])
      #expect(answer.code != 0 && answer.output.contains("denied"), "\(name): \(answer.output)")
    }
    #expect(try run(user + ["cat", "/proc/\(process.pid)/status"]).code == 0)
  }
}
