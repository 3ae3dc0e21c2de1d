import BotAPI
import CommandTestSupport
import Foundation
import TTRPC
import Testing

@testable import ControlCommands

@Suite struct CallTests {
  private static func answerPing(_ daemon: ScriptedDaemon, _ seen: Collected? = nil) {
    daemon.on(V1.SystemService.ping) { (request: V1.PingRequest) throws(RPCError) -> V1.PingResponse in
      seen?.append("\(request.payload)")
      return V1.PingResponse(payload: request.payload, serverTimeNs: .max)
    }
  }

  private static let pong = "{\n  \"payload\": \"AQI=\",\n  \"server_time_ns\": \"9223372036854775807\"\n}\n"

  // MARK: Unary

  @Test(arguments: ["botd.v1.SystemService/Ping", "SystemService/Ping", "Ping", "systemservice/ping", "/botd.v1.SystemService/Ping"])
  func aMethodIsCalledByAnyOfItsNames(_ name: String) async throws {
    try await DescribedDaemon.with {
      Self.answerPing($0)
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", name, #"{"payload": "AQI="}"#, at: daemon)
      #expect(result.status == .ok && result.out == Self.pong && result.err.isEmpty, "\(result)")
    }
  }

  @Test func withoutABodyTheMessageIsEmpty() async throws {
    let seen = Collected()
    try await DescribedDaemon.with {
      Self.answerPing($0, seen)
    } _: { daemon in
      #expect(await CommandLineUnderTest.run("call", "Ping", at: daemon).status == .ok)
      #expect(seen.text == "[]")
    }
  }

  @Test func theBodyComesFromAFileOrFromStandardInput() async throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("body-\(UUID().uuidString).json")
    try #"{"payload": "AQI="}"#.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    try await DescribedDaemon.with {
      Self.answerPing($0)
    } _: { daemon in
      #expect(await CommandLineUnderTest.run("call", "Ping", "@\(file.path)", at: daemon).out == Self.pong)
      let typed = Typed("{\"payload\":\n", "\"AQI=\"}\n")
      typed.end()
      var line = CommandLineUnderTest()
      line.input = typed.source()
      #expect(await line.run(["call", "Ping", "-", "--address", daemon.address]).out == Self.pong)
      let missing = await CommandLineUnderTest.run("call", "Ping", "@/nonexistent/body", at: daemon)
      #expect(missing.status == .invalidArgument && missing.err == "botctl: the file /nonexistent/body cannot be read\n")
    }
  }

  @Test(arguments: [
    (#"{"payload": 5}"#, "payload: must be bytes in base64, not 5"),
    (#"{"payloads": ""}"#, "payloads: there is no such field in botd.v1.PingRequest; its fields are payload"),
    ("{\n  \"payload\": oops}", "the body is no JSON, or nested deeper than 32, at line 2, column 14"),
    (#"{"payload": "#, "the body ends too early at line 1, column 13"),
    (#"{} {}"#, "the body is no JSON, or nested deeper than 32, at line 1, column 4"),
    ("", "the body ends too early at line 1, column 1"),
  ])
  func aBodyThatDoesNotFitIs6AndNothingIsSent(_ body: String, _ message: String) async throws {
    let seen = Collected()
    try await DescribedDaemon.with {
      Self.answerPing($0, seen)
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", "Ping", body, at: daemon)
      #expect(result.status == .invalidArgument)
      #expect(result.err == "botctl: \(message)\n")
      #expect(seen.text.isEmpty && result.out.isEmpty)
    }
  }

  @Test(arguments: [
    (["call", "Ping", "{}", "{}"], "botd.v1.SystemService/Ping takes one message, not 2"),
    (["call", "Ping", "--count", "1"], "--count and --for are for streams; botd.v1.SystemService/Ping answers once"),
    (["call", "Ping", "--for", "1s"], "--count and --for are for streams; botd.v1.SystemService/Ping answers once"),
    (["call", "SubscribeTrades", "-", "{}"], "- must be the last BODY"),
    (["call", "Ping", "--count", "0"], "--count: must be a whole number, from 1 to 1000000000, not \"0\""),
  ])
  func aWrongCommandLineIs2(_ words: [String], _ message: String) async throws {
    try await DescribedDaemon.with {
      Self.answerPing($0)
    } _: { daemon in
      let result = await CommandLineUnderTest().run(words + ["--address", daemon.address])
      #expect(result.status == .usage && result.err == "botctl: \(message)\n", "\(result)")
    }
  }

  @Test func aMethodThatIsNotThereIs10AndNearOnesAreNamed() async throws {
    try await DescribedDaemon.with { _ in
    } _: { daemon in
      let near = await CommandLineUnderTest.run("call", "BotService/ListBot", at: daemon)
      #expect(near.status == .unsupported)
      #expect(near.err.hasPrefix("botctl: this botd has no method BotService/ListBot; do you mean botd.v1.BotService/ListBots"))
      let far = await CommandLineUnderTest.run("call", "Nonsense", at: daemon)
      #expect(far.status == .unsupported && far.err == "botctl: this botd has no method Nonsense; `botctl api` lists them\n")
    }
  }

  @Test(arguments: ["call", "api"]) func withoutADaemonItIs3(_ command: String) async {
    let result = await CommandLineUnderTest.run(command, "Ping", "--address", "unix:/tmp/there-is-none/botd.sock")
    #expect(result.status == .noDaemon)
    #expect(result.err == "botctl: no botd at unix:/tmp/there-is-none/botd.sock: no such socket. Start it with: botd\n")
  }

  @Test func aSchemaThatCannotBeReadIsSaid() async throws {
    try await ScriptedDaemon.with { daemon in
      daemon.on(V1.SystemService.getDescriptors) { (_: V1.GetDescriptorsRequest) throws(RPCError) in
        V1.GetDescriptorsResponse(fileDescriptorSet: [0x0A, 0x05, 0x61])
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", "Ping", at: daemon)
      #expect(result.status == .failure && result.err.contains("the schema that botd at \(daemon.address) gives cannot be read"))
    }
  }

  @Test func anAnswerThatIsNotOfItsTypeIsSaid() async throws {
    try await DescribedDaemon.with { daemon in
      daemon.server.register(V1.SystemService.ping) { _, _, responder in responder.succeed([0x0A, 0x05]) }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", "Ping", at: daemon)
      #expect(result.status == .failure && result.out.isEmpty)
      #expect(result.err.contains("INTERNAL: the answer is not a botd.v1.PingResponse") && result.err.contains("MALFORMED_RESPONSE"))
    }
  }

  // MARK: request_id

  @Test func aMissingRequestIDIsMadeAndAGivenOneIsKept() async throws {
    let seen = Collected()
    try await DescribedDaemon.with { daemon in
      daemon.on(V1.BotService.stopBot) { (request: V1.StopBotRequest) throws(RPCError) -> V1.StopBotResponse in
        seen.append("[\(request.requestID)]")
        return V1.StopBotResponse()
      }
    } _: { daemon in
      let made = await CommandLineUnderTest.run("call", "StopBot", #"{"bot_id":"a"}"#, "--verbose", at: daemon)
      #expect(made.status == .ok && made.err.hasPrefix("request_id "))
      let id = made.err.dropFirst(11).dropLast()
      #expect(id.count == 32 && seen.text == "[\(id)]")
      let quiet = await CommandLineUnderTest.run("call", "StopBot", #"{"requestId":null}"#, at: daemon)
      #expect(quiet.err.isEmpty && !seen.text.hasSuffix("[]"))
      let given = await CommandLineUnderTest.run("call", "StopBot", #"{"request_id":"mine"}"#, "-v", at: daemon)
      #expect(given.err.isEmpty && seen.text.hasSuffix("[mine]"))
      let empty = await CommandLineUnderTest.run("call", "StopBot", #"{"requestId":""}"#, "-v", at: daemon)
      #expect(empty.err.hasPrefix("request_id ") && !seen.text.hasSuffix("[]"))
    }
  }

  @Test func aChangeThatMayHaveBeenMadeNamesItsRequestID() async throws {
    try await DescribedDaemon.with { daemon in
      daemon.server.register(V1.BotService.stopBot) { _, _, _ in }
      daemon.server.register(V1.BotService.startBot) { context, _, _ in context.connection.close() }
    } _: { daemon in
      let late = await CommandLineUnderTest.run("call", "StopBot", #"{"request_id":"r-1"}"#, "--timeout", "100ms", at: daemon)
      #expect(late.status == .timeout)
      #expect(late.err.hasSuffix("\nIt may have been done: the same call with \"request_id\": \"r-1\" tells, and does it once\n"))
      let cut = await CommandLineUnderTest.run("call", "StartBot", #"{"request_id":"r-2"}"#, at: daemon)
      #expect(cut.status == .noDaemon && cut.err.contains("\"request_id\": \"r-2\""))
    }
  }

  // MARK: Errors

  @Test func anErrorHasItsCodeReasonAndField() async throws {
    let error = RPCError(code: .notFound, reason: "BOT_NOT_FOUND", field: "bot_id", message: "there is no bot x")
    try await DescribedDaemon.with { daemon in
      daemon.on(V1.BotService.getBot) { (_: V1.GetBotRequest) throws(RPCError) -> V1.GetBotResponse in throw error }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", "GetBot", at: daemon)
      #expect(result.status == .notFound && result.out.isEmpty)
      #expect(result.err == "botctl: NOT_FOUND: there is no bot x (BOT_NOT_FOUND, field bot_id)\n")
      let verbose = await CommandLineUnderTest.run("call", "GetBot", "-v", at: daemon)
      let details =
        #"{"@type":"type.googleapis.com/botd.v1.ErrorInfo","reason":"BOT_NOT_FOUND","field":"bot_id","message":"there is no bot x","#
        + #""violations":[],"last_sequence":"0"}"#
      #expect(verbose.err == "{\"code\":5,\"message\":\"there is no bot x\",\"details\":[\(details)]}\n" + result.err)
    }
  }

  @Test func everythingThatIsWrongIsNamedByItsPath() async throws {
    let violations = [
      V1.FieldViolation(field: "spec.capital", reason: "NOT_POSITIVE", message: "must be greater than 0"),
      V1.FieldViolation(field: "spec.symbol", reason: "UNKNOWN_SYMBOL", message: "there is no NOPE"),
    ]
    try await DescribedDaemon.with { daemon in
      daemon.on(V1.BotService.createBot) { (_: V1.CreateBotRequest) throws(RPCError) -> V1.CreateBotResponse in
        throw RPCError(violations: violations)
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", "CreateBot", at: daemon)
      #expect(result.status == .invalidArgument)
      #expect(
        result.err == """
          botctl: INVALID_ARGUMENT: 2 things are wrong:
            spec.capital: must be greater than 0 (NOT_POSITIVE)
            spec.symbol: there is no NOPE (UNKNOWN_SYMBOL)

          """)
    }
  }

  @Test(arguments: [
    (RPCStatusCode.alreadyExists, CommandExit.refused), (.permissionDenied, .notAllowed), (.unauthenticated, .notAllowed),
    (.unimplemented, .unsupported), (.internalError, .failure), (.outOfRange, .refused),
  ])
  func exitCodesAreThoseOfAllCommands(code: RPCStatusCode, status: CommandExit) async throws {
    try await DescribedDaemon.with { daemon in
      daemon.on(V1.BotService.getBot) { (_: V1.GetBotRequest) throws(RPCError) -> V1.GetBotResponse in
        throw RPCError(code: code, message: "the sentence")
      }
    } _: { daemon in
      let result = await CommandLineUnderTest.run("call", "GetBot", at: daemon)
      #expect(result.status == status && result.err.hasPrefix("botctl: \(code): ") && result.err.contains("the sentence"))
    }
  }
}
