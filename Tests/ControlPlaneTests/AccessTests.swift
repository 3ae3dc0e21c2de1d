import BotAPI
import ServiceRuntime
import TTRPC
import Testing

@testable import ControlPlane

@Suite struct AccessTests {
  static let tokens = [Role.observe, .operate, .admin].map { role in
    ControlPlaneConfiguration.Token(name: "\(role)-bearer", role: role, secret: Secret("token-of-\(role)"))
  }

  /// What each role may do, written down apart from the table.
  static func leastRole(_ method: RPCMethod) -> Role {
    switch method.name {
    case "Hello", "Login", "Ping": .none
    case "SetRiskLimits", "Shutdown": .admin
    case "RunBacktest", "RunSelfTest", "GetConfig": .operate
    case let name where ["Get", "List", "Subscribe", "Watch", "Explain"].contains { name.hasPrefix($0) }: .observe
    default: .operate
    }
  }

  @Test func everyMethodOfTheInterfaceHasARowAndIsServed() async throws {
    for description in V1.allMethods { #expect(MethodAccess.rule(for: description.method) != nil, "\(description.method) has no row") }
    #expect(MethodAccess.table.count == V1.allMethods.count)
    let harness = try await ControlHarness()
    let served = Set(harness.server.methods.map(\.description))
    #expect(served == Set(V1.allMethods.map(\.method.description)))
    await harness.stop()
  }

  @Test func everyMethodThatChangesSomethingIsAudited() {
    for description in V1.allMethods {
      guard let rule = MethodAccess.rule(for: description.method) else { continue }
      let request = description.request
      #expect(rule.isMutation == (request is any MutationRequest.Type) || request == V1.SetRiskLimitsRequest.self, "\(description.method)")
    }
  }

  @Test(arguments: Role.allCases) func aRoleMayDoWhatItMayAndNothingElse(_ role: Role) async throws {
    let harness = try await ControlHarness(tokens: Self.tokens)
    for description in V1.allMethods where description.method.name != "Login" {
      let method = description.method
      let client = try await harness.connectTCP()
      if role != .none {
        let login = try await V1.SystemServiceClient(client).login(V1.LoginRequest(token: "token-of-\(role)"))
        #expect(login.role == role.description)
      }
      let code = try await Self.firstCode(client, method)
      if role >= Self.leastRole(method) {
        #expect(code != .unauthenticated && code != .permissionDenied, "\(role) was refused \(method): \(code)")
      } else {
        #expect(code == (role == .none ? .unauthenticated : .permissionDenied), "\(role) got \(code) from \(method)")
      }
      await client.close()
    }
    #expect(harness.shutdowns.value == (role == .admin ? 1 : 0))
    await harness.stop()
  }

  /// The status of an empty request; OK for a stream that opens.
  private static func firstCode(_ client: RPCClient, _ method: RPCMethod) async throws -> RPCStatusCode {
    do throws(RPCError) {
      switch method.kind {
      case .unary: _ = try await client.unary(method, payload: [], timeout: .seconds(10))
      case .serverStreaming:
        let stream = try client.serverStream(method, payload: [])
        _ = try await stream.next()
      default:
        let stream = try client.bidirectional(method)
        try stream.send([])
        _ = try await stream.next()
        stream.cancel()
      }
      return .ok
    } catch {
      return error.code
    }
  }

  @Test func aWrongTokenIsRefusedAndTooManyCloseTheConnection() async throws {
    let harness = try await ControlHarness(tokens: Self.tokens)
    let client = try await harness.connectTCP()
    let system = V1.SystemServiceClient(client)
    for token in ["", "token-of-admi", "token-of-admin ", "x"] {
      let error = try await failure { () async throws(RPCError) in try await system.login(V1.LoginRequest(token: token)) }
      #expect(error.code == .unauthenticated)
      #expect(error.info?.reason == "WRONG_TOKEN")
    }
    #expect(try await system.hello().role == "none")
    _ = try await failure { () async throws(RPCError) in try await system.login(V1.LoginRequest(token: "y"), timeout: .seconds(10)) }
    let closed = try await failure { () async throws(RPCError) in try await system.ping(timeout: .seconds(10)) }
    #expect(closed.code == .unavailable)
    await harness.stop()
  }

  @Test func theUnixSocketsOwnerIsAdminAndHelloSaysWhatTheConnectionIs() async throws {
    let harness = try await ControlHarness()
    let hello = try await harness.system.hello(V1.HelloRequest(client: "test"))
    #expect(hello.role == "admin")
    #expect(hello.identity.hasPrefix("uid "))
    #expect(hello.version == "9.9.9")
    #expect(hello.journalID == CoreDriver.journalID)
    #expect(hello.limits?.maxPageSize == 1_000)
    await harness.stop()
  }

  @Test func everyMutationLeavesALineWithPeerKeyAndResult() async throws {
    let harness = try await ControlHarness()
    try await harness.create("alpha", start: false)
    _ = try await failure { () async throws(RPCError) in try await harness.bots.startBot(V1.StartBotRequest(requestID: "r7", botID: "beta"))
    }
    _ = try await harness.bots.listBots()
    let lines = harness.audit.all
    #expect(lines.count == 2)
    #expect(lines.first?.contains("CreateBot") == true)
    #expect(lines.first?.contains("request_id=create-alpha result=OK") == true)
    #expect(lines.last?.contains("request_id=r7 result=BOT_NOT_FOUND") == true)
    #expect(lines.allSatisfy { $0.contains("peer=uid ") && $0.contains(" pid ") })
    await harness.stop()
  }
}
