import Foundation
import ProgramTestSupport
import TestSupport
import Testing

/// What systemd hears of a daemon, and who may use its socket.
@Suite(.serialized) struct SupervisionTests {
  @Test func systemdHearsOfTheStartTheLoopAndTheEnd() throws {
    let directory = try TemporaryDirectory("supervised")
    let supervisor = try NoticeSocket(directory.file("notify"))
    let daemon = Daemon(
      directory, arguments: ["--mode", "simulated", "--example-bots"],
      environment: ["NOTIFY_SOCKET": directory.file("notify"), "WATCHDOG_USEC": "2000000"])
    try daemon.start()
    var heard = ""
    #expect(
      eventually(within: 20) {
        heard += supervisor.read(); return heard.contains("READY=1")
      })
    // A start tells that it goes on, before it is ready: a long journal must not be taken for a hang.
    #expect(heard.contains("STATUS=opening the journal\nEXTEND_TIMEOUT_USEC=60000000"))
    let beats = heard.components(separatedBy: "WATCHDOG=1").count
    #expect(
      eventually(within: 20) {
        heard += supervisor.read(); return heard.components(separatedBy: "WATCHDOG=1").count >= beats + 4
      })
    // A process that is stopped says nothing; the supervisor would start it again.
    daemon.process?.kill(SIGSTOP)
    #expect(eventually(within: 5) { supervisor.next() == nil })
    daemon.process?.kill(SIGCONT)
    #expect(eventually(within: 20) { supervisor.read().contains("WATCHDOG=1") })
    daemon.stop()
    #expect(supervisor.read().contains("STOPPING=1"))
  }

  /// The socket of a group: users of the group get the role that the file says, others nothing.
  @Test(.enabled(if: geteuid() == 0 && program("setpriv") != nil, "needs root and setpriv"))
  func usersOfThisMachineHaveRoles() throws {
    let directory = try TemporaryDirectory("roles")
    _ = try run(["chmod", "755", directory.path])
    let roles = directory.file("roles")
    func daemon(_ text: String) throws -> Daemon {
      try text.write(toFile: roles, atomically: true, encoding: .utf8)
      return Daemon(
        directory, arguments: ["--mode", "simulated"], environment: ["BOTD_SOCKET_MODE": "0660", "BOTD_USER_ROLES": roles])
    }
    let served = try daemon("# who may\ngroup 54321 observe\ngroup 54322 operate\nuser 65534 admin\nuser 54399 observe\n")
    try served.start()
    defer { served.stop() }
    #expect(try run(["stat", "-c", "%a", directory.file("run"), directory.file("run/botd.sock")]).output == "750\n660\n")
    // The package gives the directory to its group; here it is opened for the test's users.
    _ = try run(["chmod", "755", directory.file("run")])
    _ = try run(["chmod", "666", directory.file("run/botd.sock")])
    let programs = try Programs.folder().path
    func role(_ who: [String]) throws -> String {
      // Programs may lie where others can't go: they are run by a descriptor that root opened.
      let answer = try run(
        [
          "sh", "-c",
          "exec 9<\(programs)/botctl; exec setpriv \(who.joined(separator: " ")) /proc/self/fd/9 doctor --address \(served.address)",
        ])
      return answer.output.firstMatch(of: /you are (\w+)/).map { String($0.1) } ?? answer.output
    }
    let first = try role(["--reuid=54300", "--regid=54321", "--clear-groups"])
    #expect(first == "observe", "\(first)")
    #expect(try role(["--reuid=54300", "--regid=54300", "--groups=54321"]) == "observe")
    #expect(try role(["--reuid=54300", "--regid=54300", "--groups=54321,54322,54323"]) == "operate")
    #expect(try role(["--reuid=65534", "--regid=65534", "--clear-groups"]) == "admin")
    // A line of his own counts alone.
    #expect(try role(["--reuid=54399", "--regid=54322", "--clear-groups"]) == "observe")
    #expect(try role(["--reuid=54300", "--regid=54300", "--clear-groups"]).contains("user id 54300 may not use this socket"))
    #expect(try served.control("doctor").output.contains("you are admin"))
  }

  @Test func whatIsWrongWithTheRolesIsSaid() throws {
    let directory = try TemporaryDirectory("roles")
    let roles = directory.file("roles")
    for (text, words) in [
      ("group root operate", "root may everything already"), ("user nobody-of-that-name admin", "this machine has no user"),
      ("group 5 king", "expected user NAME ROLE"), ("people 5 admin", "expected user NAME ROLE"),
      ("user 5 admin\nuser 5 observe", "line 2: user 5 stands in the file already"),
    ] {
      try text.write(toFile: roles, atomically: true, encoding: .utf8)
      let answer = try run(
        [
          try Programs.path("botd"), "--mode", "simulated", "--state-dir", directory.file("s"), "--listen",
          "unix:\(directory.file("r/s"))",
        ], environment: ["BOTD_USER_ROLES": roles])
      #expect(answer.code != 0 && answer.output.contains(words), "\(answer.output)")
    }
  }
}
