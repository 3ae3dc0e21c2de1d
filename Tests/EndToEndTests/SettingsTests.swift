import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// Where settings come from, as the real programs say it.
@Suite(.serialized) struct SettingsTests {
  private struct Setting {
    var value: String
    var source: String
  }

  private func settings(_ daemon: Daemon) throws -> [String: Setting] {
    let listed = try daemon.read("config")
    let list = (listed["items"] ?? listed["entries"] ?? listed["settings"]) as? [[String: Any]] ?? []
    return Dictionary(
      list.map { ($0["name"] as? String ?? "", Setting(value: $0["value"] as? String ?? "", source: $0["source"] as? String ?? "")) },
      uniquingKeysWith: { a, _ in a })
  }

  @Test func configNamesEverySettingWithItsSource() throws {
    let directory = try TemporaryDirectory("config")
    let file = directory.file("my.env")
    let lines = [
      "BOTD_LOG_FORMAT=json", "BINANCE_API_KEY=canaryinthefile0123", "BINANCE_ENABLE_BOTS=true", "BOTD_CONFIRM_LIVE=canaryin",
      "BINANCE_REST_URL=http://canary:canary@127.0.0.1:9", "BOTD_TLS_CLIENT_CA=",
    ]
    try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let daemon = Daemon(
      directory, arguments: ["--mode", "simulated", "--env-file", file, "--seed", "9"],
      environment: [
        "BINANCE_ENABLE_BOTS": "false", "REDIS_PASSWORD": "canaryoftheenvironment", "BINANCE_API_SECRET": "canarysecret",
        "DATABASE_URL": "",
      ])
    try daemon.start()
    defer { daemon.stop() }
    let settings = try settings(daemon)
    let sources: Set<String> = ["flag", "environment", "file", "default"]
    for (name, setting) in settings { #expect(sources.contains(setting.source), "\(name): \(setting)") }
    func expect(_ name: String, _ value: String, _ source: String, sourceLocation: SourceLocation = #_sourceLocation) {
      #expect(settings[name]?.value == value, "\(name)", sourceLocation: sourceLocation)
      #expect(settings[name]?.source == source, "\(name)", sourceLocation: sourceLocation)
    }
    expect("BOTD_MODE", "simulated", "flag")
    expect("BOTD_STATE_DIR", daemon.stateDirectory, "flag")
    expect("BOTD_LISTEN", daemon.address, "flag")
    expect("BOTD_LOG_LEVEL", "info", "flag")
    expect("BOTD_LOG_FORMAT", "json", "file")
    expect("BOTD_LOG_TIMESTAMPS", "auto", "default")
    expect("BINANCE_ENABLE_BOTS", "false", "environment")
    expect("BINANCE_API_KEY", "***", "file")
    expect("BOTD_CONFIRM_LIVE", "***", "file")
    expect("REDIS_PASSWORD", "***", "environment")
    expect("REDIS_PORT", "6379", "default")
    expect("DATABASE_URL", "", "default")
    expect("--seed", "9", "flag")
    expect("--speed", "60", "default")
    expect("--env-file", file, "flag")
    expect("--show-trades", "false", "default")
    #expect(settings["BINANCE_REST_URL"]?.value.contains("127.0.0.1:9") == true)
    #expect(settings.count >= 30)
    let everything = try daemon.control("config").output + daemon.control("health").output + daemon.tail
    #expect(!everything.contains("canary"), "\(everything)")
  }

  @Test func homeIsHonouredAlikeByAllPrograms() throws {
    let directory = try TemporaryDirectory("home")
    let home = directory.file("home")
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: false)
    let log = directory.file("botd.log")
    let process = try ServerProcess(
      ["/usr/bin/env", "-C", directory.path, "-u", "XDG_RUNTIME_DIR", "HOME=\(home)", try Programs.path("botd"), "--mode", "simulated"],
      log: log)
    defer { process.stop(SIGTERM) }
    let botctl = ["-u", "XDG_RUNTIME_DIR", "-u", "BOTD_ADDRESS", "HOME=\(home)", try Programs.path("botctl")]
    try #require(try eventually(within: 30) { try run(botctl + ["list"]).code == 0 })
    #expect(FileManager.default.fileExists(atPath: home + "/.botd/botd.sock"))
    #expect(FileManager.default.fileExists(atPath: home + "/.botd/simulated"), "the state directory lies elsewhere")
    #expect(try run(botctl + ["config"]).output.contains(home + "/.botd/simulated"))
  }

  @Test func aTildeMeansTheHomeInEveryPath() throws {
    let directory = try TemporaryDirectory("tilde")
    let answer = try run([
      "-C", directory.path, "HOME=\(directory.path)", "BOTD_TOKENS_FILE=~/tokens", try Programs.path("botd"), "--mode", "simulated",
      "--state-dir", "~/state", "--listen", "unix:\(directory.file("s.sock"))",
    ])
    #expect(answer.code != 0 && answer.output.contains("there is no file \(directory.path)/tokens"), "\(answer.output)")
  }

  @Test(arguments: ["\r\n", "\n", "\r"])
  func anyLineEndWillDo(_ end: String) throws {
    let directory = try TemporaryDirectory("crlf")
    let lines = [
      "# settings", "BOTD_MODE=simulated", "", "export BOTD_LOG_LEVEL=\"debug\"", "BINANCE_REST_URL=http://127.0.0.1:9 # here", "",
    ]
    let text = (end == "\r\n" ? "\u{FEFF}" : "") + lines.joined(separator: end)
    try text.write(toFile: directory.file(".env"), atomically: true, encoding: .utf8)
    let tokens = directory.file("tokens")
    try ["# name role token", "ann observe 0123456789012345678901", ""].joined(separator: end).write(
      toFile: tokens, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: tokens)
    let daemon = Daemon(directory, arguments: [], environment: ["BOTD_TOKENS_FILE": tokens])
    try daemon.start()
    defer { daemon.stop() }
    let settings = try settings(daemon)
    #expect(settings["BOTD_MODE"]?.value == "simulated" && settings["BOTD_MODE"]?.source == "file")
    #expect(settings["BINANCE_REST_URL"]?.value == "http://127.0.0.1:9")
  }

  @Test func allMistakesOfAFileAreToldAtOnce() throws {
    let directory = try TemporaryDirectory("mistakes")
    let lines = [
      "BOTD_MODE=papper", "no equals sign", "BINANCE_TESTNTE=true", "BOTD LOG=1", "BOTD_LOG_LEVEL=\"info", "BINANCE_REST_URL=ftp://x",
      "BOTD_LOG_FORMAT=xml", "BINANCE_ENABLE_BOTS=maybe", "REDIS_HOST=x", "REDIS_PORT=99999", "DATABASE_URL=mysql://a:canary@b",
    ]
    try lines.joined(separator: "\r\n").write(toFile: directory.file(".env"), atomically: true, encoding: .utf8)
    let answer = try run([
      "-C", directory.path, "BINANCE_STREAM_URL=http://x", try Programs.path("botd"), "--state-dir", directory.file("state"), "--listen",
      "nonsense",
    ])
    #expect(answer.code == 2)
    for line in [1, 2, 3, 4, 5, 6, 7, 8, 10, 11] {
      #expect(answer.output.contains("line \(line):"), "line \(line) is not told: \(answer.output)")
    }
    #expect(answer.output.contains("BINANCE_TESTNET?") && answer.output.contains("BINANCE_STREAM_URL") && answer.output.contains("listen"))
    #expect(!answer.output.contains("line 9:") && !answer.output.contains("canary"), "\(answer.output)")
    #expect(!FileManager.default.fileExists(atPath: directory.file("state")))
  }
}
