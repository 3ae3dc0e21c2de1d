import BotAPI
import CommandTestSupport
import TTRPC
import ServiceRuntime
import Testing

@testable import ControlCommands

@Suite struct ExitStatusTests {
  @Test func withoutADaemonTheCodeIs3AndTheErrorSaysWhatToDo() async {
    let result = await CommandLineUnderTest.run("list", "--address", "unix:/tmp/there-is-none/botd.sock")
    #expect(result.status == .noDaemon)
    #expect(result.err == "botctl: no botd at unix:/tmp/there-is-none/botd.sock: no such socket. Start it with: botd\n")
    #expect(result.out.isEmpty)
  }

  @Test(arguments: [
    (RPCStatusCode.notFound, CommandExit.notFound), (.alreadyExists, .refused), (.failedPrecondition, .refused), (.outOfRange, .refused),
    (.invalidArgument, .invalidArgument), (.permissionDenied, .notAllowed), (.unauthenticated, .notAllowed), (.unimplemented, .unsupported),
    (.internalError, .failure), (.unknown, .failure),
  ])
  func everyStatusCodeHasItsExitCode(code: RPCStatusCode, status: CommandExit) async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.BotService.getBot) { (_: V1.GetBotRequest) throws(RPCError) -> V1.GetBotResponse in
        throw RPCError(code: code, reason: "SOME_REASON", message: "the sentence")
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("show", "x", at: daemon)
      #expect(result.status == status)
      #expect(result.err.contains("the sentence"))
      #expect(result.err.contains("SOME_REASON") || code == .unimplemented || code == .unauthenticated)
    }
  }

  @Test func anAnswerThatDoesNotComeIsATimeout() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.server.register(V1.BotService.getBot) { _, _, _ in }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("show", "x", "--timeout", "100ms", at: daemon)
      #expect(result.status == .timeout)
    }
  }

  @Test(arguments: [
    ["nonsense"], ["show"], ["list", "--output", "xml"], ["list", "--timeout", "soon"], ["list", "--address", "somewhere"],
    ["trades", "--from", "-1"], ["trades", "--limit", "0"], ["completion", "tcsh"], ["start"],
  ])
  func aWrongCommandLineIs2(arguments: [String]) async {
    let result = await CommandLineUnderTest().run(arguments)
    #expect(result.status == .usage)
    #expect(!result.err.isEmpty)
    #expect(result.out.isEmpty)
  }

  @Test func anUnknownEnumNameIs2AndTheKnownOnesAreListed() async throws {
    try await ScriptedDaemon.with { _ in
    } _: { daemon in
      let result = await CommandLineUnderTest.run("list", "--state", "sleeping", at: daemon)
      #expect(result.status == .usage)
      #expect(result.err.contains("created, running, paused, stopped, halted, removed"))
    }
  }

  @Test func helpAndVersionAre0AndHelpNamesAllExitCodes() async {
    let help = await CommandLineUnderTest.run("--help")
    #expect(help.status == .ok)
    for code in 0...11 { #expect(help.out.contains("\n") && help.out.contains(" \(code)  ")) }
    #expect(await CommandLineUnderTest.run("--version").out == ProductVersion.text + "\n")
    #expect(await CommandLineUnderTest.run("version").status == .ok)
  }

  @Test(arguments: ["bash", "zsh", "fish"]) func completionScriptsNameTheCommands(shell: String) async {
    let result = await CommandLineUnderTest.run("completion", shell)
    #expect(result.status == .ok)
    for word in ["create", "trades", "doctor"] { #expect(result.out.contains(word)) }
  }

  @Test func theNumbersAreTheDocumentedOnes() {
    let all: [CommandExit] = [
      .ok, .failure, .usage, .noDaemon, .notFound, .refused, .invalidArgument, .timeout, .unhealthy, .notAllowed, .unsupported, .gap,
    ]
    #expect(all.map(\.rawValue) == Array(0...11))
  }
}
