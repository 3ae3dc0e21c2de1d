import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// A breached loss limit shows wherever somebody looks.
@Suite(.serialized) struct BreachTests {
  @Test func aBreachShowsInHealthDoctorAndLog() throws {
    let directory = try TemporaryDirectory("breach")
    let daemon = Daemon(directory, arguments: ["--mode", "simulated", "--speed", "1000", "--seed", "7"])
    try daemon.start()
    defer { daemon.stop() }
    #expect(try daemon.control("health").code == 0)
    #expect(try daemon.control("health").output.contains("trading"))
    try daemon.control("risk", "set", "--daily-loss", "0.01")
    try daemon.createBusyBot("btc")
    let isBreached = try eventually(within: 60) { try daemon.control("health").code == 8 }
    try #require(isBreached, "\(daemon.said("health"))")
    let trading = try #require(
      try daemon.control("health").output.split(separator: "\n").first { $0.hasPrefix("trading ") && $0.contains("degraded") })
    #expect(trading.contains("max_daily_loss is 0.01"))
    let doctor = try daemon.control("doctor")
    #expect(doctor.code == 8)
    #expect(
      doctor.output.split(separator: "\n").contains { $0.hasPrefix("trading") && $0.contains("degraded") && $0.contains("risk") },
      "\(doctor.output)")
    let line = try #require(try LogText.read(daemon.log).first { $0["state"] == "reducing" })
    #expect(line["level"] == "warning" && line["reason"]?.contains("max_daily_loss is 0.01") == true)
    // A person who has looked lifts the limit and resumes.
    try daemon.control("risk", "set", "--daily-loss", "0")
    try daemon.control("risk", "resume")
    #expect(try eventually(within: 30) { try daemon.control("health").code == 0 })
  }

  @Test func aPersonsHaltShowsTooAlsoAfterARestart() throws {
    let directory = try TemporaryDirectory("halted")
    let daemon = Daemon(directory, arguments: ["--mode", "simulated"])
    try daemon.start()
    try daemon.control("risk", "halt", "--reason", "lunch")
    #expect(try eventually(within: 30) { try daemon.control("health").code == 8 })
    daemon.stop()
    try daemon.start()
    defer { daemon.stop() }
    let health = try daemon.control("health")
    #expect(health.code == 8 && health.output.contains("lunch"), "\(health.output)")
  }
}
