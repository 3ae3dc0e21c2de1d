import BotAPI
import TTRPC
import Testing

@Suite struct ErrorInfoTests {
  @Test func aReasonTravelsInTheDetails() throws {
    let error = RPCError(code: .notFound, reason: "BOT_NOT_FOUND", field: "bot_id", message: "there is no bot \"x\"; botctl list shows all")
    #expect(error.message == "there is no bot \"x\"; botctl list shows all")
    #expect(error.details.map(\.typeURL) == ["type.googleapis.com/botd.v1.ErrorInfo"])
    #expect(error.info?.reason == "BOT_NOT_FOUND")
    #expect(error.info?.field == "bot_id")
  }

  @Test func allViolationsTravelAtOnce() throws {
    let error = RPCError(violations: [
      V1.FieldViolation(field: "spec.capital", reason: "MUST_BE_POSITIVE", message: "capital must be above 0"),
      V1.FieldViolation(field: "spec.symbol", reason: "REQUIRED", message: "a symbol is required"),
    ])
    #expect(error.code == .invalidArgument)
    #expect(error.info?.violations.map(\.field) == ["spec.capital", "spec.symbol"])
    #expect(error.message == "capital must be above 0; a symbol is required")
  }

  @Test func foreignAndBrokenDetailsAreNoInfo() {
    let other = RPCDetail(typeURL: "type.googleapis.com/other.Thing", bytes: [1])
    let broken = RPCDetail(typeURL: V1.ErrorInfo.typeURL, bytes: [0x0A, 0xFF])
    #expect(RPCError(code: .unknown, message: "", details: [other, broken]).info == nil)
  }
}

@Suite struct DefaultAddressTests {
  @Test(arguments: [
    (["XDG_RUNTIME_DIR": "/run/user/7", "HOME": "/home/x"], "unix:/run/user/7/botd/botd.sock"),
    (["XDG_RUNTIME_DIR": "/run/user/7/"], "unix:/run/user/7/botd/botd.sock"),
    (["HOME": "/home/x"], "unix:/home/x/.botd/botd.sock"),
    (["XDG_RUNTIME_DIR": "relative", "HOME": "/home/x"], "unix:/home/x/.botd/botd.sock"),
    (["BOTD_ADDRESS": "tcp://127.0.0.1:7300", "HOME": "/home/x"], "tcp://127.0.0.1:7300"),
    ([:], "unix:/run/botd/botd.sock"),
  ])
  func theAddressComesFromTheEnvironment(environment: [String: String], address: String) {
    #expect(DefaultAddress.text(environment: environment) == address)
  }
}
