import BotAPI
import CommandTestSupport
import ControlCommands
import TestSupport
import Testing

/// `--account NAME`: the socket of an installed daemon.
@Suite struct AccountTests {
  private func tried(_ words: [String], _ variables: [String: String] = [:]) async -> String {
    await line(variables).run(words + ["version"]).out
  }

  private func line(_ variables: [String: String]) -> CommandLineUnderTest {
    var line = CommandLineUnderTest()
    line.variables = variables
    return line
  }

  @Test func anAccountIsASocket() async {
    #expect(DefaultAddress.text(account: "main") == "unix:/run/botd/main/botd.sock")
    #expect(DefaultAddress.text(environment: ["BOTD_ACCOUNT": "a-1", "HOME": "/h"]) == "unix:/run/botd/a-1/botd.sock")
    #expect(DefaultAddress.text(environment: ["BOTD_ACCOUNT": "a", "BOTD_ADDRESS": "unix:/x"]) == "unix:/x")
    for wrong in ["", ".", "..", "a/b", "../x", "a b", "ä", "-" + String(repeating: "x", count: 64)] {
      #expect(DefaultAddress.text(account: wrong) == nil, "\(wrong)")
    }
  }

  @Test func theLineWinsOverTheEnvironment() async {
    #expect(await tried(["--account", "no-such"]).contains("/run/botd/no-such/botd.sock"))
    #expect(await tried(["--account", "no-such"], ["BOTD_ADDRESS": "unix:/there-is-none"]).contains("/run/botd/no-such/botd.sock"))
    #expect(await tried([], ["BOTD_ADDRESS": "unix:/there-is-none", "BOTD_ACCOUNT": "no-such"]).contains("/there-is-none"))
    #expect(await tried([], ["BOTD_ACCOUNT": "no-such"]).contains("/run/botd/no-such/botd.sock"))
  }

  @Test func wrongNamesAreSaid() async {
    #expect(await tried(["--account=no-such"]).contains("/run/botd/no-such/botd.sock"))
    let wrong = await CommandLineUnderTest().run(["--account", "../x", "list"])
    #expect(wrong.status == .usage && wrong.err.contains("--account: \"../x\""))
    #expect(await CommandLineUnderTest().run(["--account"]).status == .usage)
    // panic has a flag of that name, which means something else.
    // Behind a command it is that command's own.
    let panic = await CommandLineUnderTest().run(["panic", "--account", "--dry-run", "--address", "unix:/there-is-none"])
    #expect(panic.status == .noDaemon, "\(panic.err)")
    #expect(await CommandLineUnderTest().run(["--account", "main", "panic", "--help"]).out.contains("--account"))
    let environment = await line(["BOTD_ACCOUNT": "a/b"]).run(["list"])
    #expect(environment.status == .usage && environment.err.contains("BOTD_ACCOUNT: \"a/b\""))
  }
}
