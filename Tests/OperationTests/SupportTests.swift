import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// `botctl doctor --support FILE`: what a bug report needs, without secrets.
@Suite(.serialized) struct SupportTests {
  private static let canaries = [
    "canaryapisecret01", "canaryapikey01canaryapikey01", "canaryredispassword", "canarydatabasepassword", "canarytoken0123456789abcdef",
    "canaryurluser", "canaryinthelog", "canarysignature",
  ]

  private func archive(_ path: String) throws -> [String: String] {
    let script =
      "import json,sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(json.dumps({n: z.read(n).decode() for n in z.namelist()}))"
    let answer = try run(["python3", "-c", script, path])
    guard answer.code == 0 else { throw TestFailure(answer.output) }
    return try #require(try JSONSerialization.jsonObject(with: Data(answer.output.utf8)) as? [String: String])
  }

  @Test(.enabled(if: program("python3") != nil, "needs python3 to read the zip")) func whatIsPlantedIsNotInTheArchive() throws {
    let directory = try TemporaryDirectory("support")
    let log = directory.file("app.log")
    try """
    level=info msg="asking" url=https://someone:canaryinthelog@example.org/x?timestamp=1&signature=canarysignature
    X-MBX-APIKEY: canaryapikey01canaryapikey01
    {"apiSecret": "canaryinthelog", "bot": "btc-rsi"}
    BOTD_TOKEN=canarytoken0123456789abcdef
    level=info msg=trade bot=btc-rsi price=60000
    """.write(toFile: log, atomically: true, encoding: .utf8)
    let secrets = [
      "BINANCE_API_KEY": Self.canaries[1], "BINANCE_API_SECRET": Self.canaries[0], "REDIS_PASSWORD": Self.canaries[2],
      "BINANCE_REST_URL": "http://canaryurluser:canaryurluser@127.0.0.1:9",
    ]
    let tokens = directory.file("tokens")
    try "support admin \(Self.canaries[4])\n".write(toFile: tokens, atomically: true, encoding: .utf8)
    try run(["chmod", "600", tokens])
    let daemon = Daemon(
      directory, arguments: ["--mode", "simulated", "--example-bots", "--speed", "900"],
      environment: secrets.merging(["BOTD_TOKENS_FILE": tokens]) { $1 })
    try daemon.start()
    defer { daemon.stop() }
    try #require(try eventually(within: 60) { try daemon.control("orders").output.contains("filled") })
    let file = directory.file("support.zip")
    // The caller's own shell has secrets too.
    let answer = try run(
      [try Programs.path("botctl"), "doctor", "--support", file, "--log", log, "--address", daemon.address],
      environment: secrets.merging(["BOTD_TOKEN": Self.canaries[4], "DATABASE_URL": "postgresql://u:canarydatabasepassword@h/d"]) { $1 })
    #expect(answer.code == 0 || answer.code == 8, "\(answer.output)")
    #expect(answer.output.contains("look through it"))
    #expect(try run(["stat", "-c", "%a", file]).output == "600\n")
    let files = try archive(file)
    for (name, text) in files {
      #expect(!text.contains("canary"), "\(name): \(text.split(separator: "\n").filter { $0.contains("canary") })")
    }
    let raw = try Data(contentsOf: URL(fileURLWithPath: file))
    for canary in Self.canaries { #expect(raw.range(of: Data(canary.utf8)) == nil, "\(canary)") }
    // What a report needs is there.
    for name in [
      "README.txt", "system.txt", "doctor.json", "version.json", "config.json", "health.json", "portfolio.json", "bots.json",
      "positions.json",
      "orders.json", "events.json", "quality.json", "limits.json", "risk.json", "locks.json", "discrepancies.json", "log.txt",
    ] { #expect(files[name]?.isEmpty == false, "no \(name)") }
    #expect(files["config.json"]?.contains("\"***\"") == true)
    #expect(files["orders.json"]?.contains("\"filled\"") == true)
    #expect(files["bots.json"]?.contains("btc-rsi") == true)
    #expect(files["log.txt"]?.contains("msg=trade bot=btc-rsi price=60000") == true)
    #expect(files["system.txt"]?.contains("Linux") == true)
    for name in ["config.json", "health.json", "orders.json", "events.json", "bots.json", "quality.json"] {
      let lines = (files[name] ?? "").split(separator: "\n")
      let isJSON =
        (try? JSONSerialization.jsonObject(with: Data((files[name] ?? "").utf8))) != nil
        || lines.allSatisfy { (try? JSONSerialization.jsonObject(with: Data($0.utf8))) != nil }
      #expect(isJSON, "\(name) is no JSON any more: \((files[name] ?? "").prefix(400))")
    }
    // A file that is there is not replaced, and a link is not followed.
    #expect(try daemon.control("doctor", "--support", file).output.contains("it is there already"))
    let link = directory.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: directory.file("target"))
    _ = try daemon.control("doctor", "--support", link)
    #expect(!FileManager.default.fileExists(atPath: directory.file("target")))
  }

  /// Without a daemon there is still something to send.
  @Test(.enabled(if: program("python3") != nil, "needs python3 to read the zip")) func aDaemonThatIsAwayIsAReportToo() throws {
    let directory = try TemporaryDirectory("support")
    let file = directory.file("support.zip")
    let answer = try run([try Programs.path("botctl"), "doctor", "--support", file, "--address", "unix:\(directory.file("none"))"])
    #expect(answer.code == 3)
    let files = try archive(file)
    #expect(files["health.json"]?.contains("exit code 3") == true, "\(files)")
    #expect(try run([try Programs.path("botctl"), "doctor", "--log", "/x"]).code == 2)
  }
}
