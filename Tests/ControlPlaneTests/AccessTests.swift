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
    case "RunBacktest", "RunSelfTest", "GetConfig", "GetJournal", "GetMarketTape": .operate
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

  // MARK: Tokens in metadata

  private static func bearer(_ token: String) -> [(String, String)] { [("Authorization", "Bearer \(token)")] }

  @Test func aTokenInTheMetadataServesItsCallAndNoOther() async throws {
    let harness = try await ControlHarness(tokens: Self.tokens)
    let client = try await harness.connectTCP()
    let list = V1.BotService.listBots
    #expect(try await V1.ListBotsResponse.decode(client.unary(list, payload: [], metadata: Self.bearer("token-of-observe"))).bots.isEmpty)
    let hello = try await client.unary(V1.SystemService.hello, payload: [], metadata: [("AUTHORIZATION", "bearer token-of-operate")])
    #expect(try V1.HelloResponse.decode(hello).identity == "operate-bearer")
    let stream = try client.bidirectional(V1.EventService.subscribeEvents, metadata: Self.bearer("token-of-observe"))
    try stream.send(V1.SubscribeEventsRequest().encode())
    let first = try #require(try await stream.next())
    #expect(try V1.SubscribeEventsResponse.decode(first).opened != nil)
    stream.cancel()
    let low = try await failure { () async throws(RPCError) in
      try await client.unary(V1.BotService.stopAllBots, payload: [], metadata: Self.bearer("token-of-observe"))
    }
    #expect(low.info?.reason == "ROLE_TOO_LOW")
    _ = try await client.unary(V1.BotService.stopAllBots, payload: [], metadata: Self.bearer("token-of-operate"))
    #expect(harness.audit.all.contains { $0.hasPrefix("StopAllBots identity=operate-bearer") && $0.hasSuffix("result=OK") })
    let bare = try await failure { () async throws(RPCError) in try await client.unary(list, payload: []) }
    #expect(bare.info?.reason == "NOT_LOGGED_IN")
    await client.close()
    await harness.stop()
  }

  @Test func aWrongTokenInTheMetadataIsRefusedEverywhere() async throws {
    let harness = try await ControlHarness(tokens: Self.tokens)
    let list = V1.BotService.listBots
    // Also where the connection alone would do.
    let wrong = try await failure { () async throws(RPCError) in
      try await harness.client.unary(list, payload: [], metadata: Self.bearer("token-of-nobody"))
    }
    #expect(wrong.code == .unauthenticated && wrong.info?.reason == "WRONG_TOKEN" && wrong.info?.field == "authorization")
    for metadata in [
      [("authorization", "Basic dTpw")], [("authorization", "Bearer")], [("authorization", "token-of-admin")],
      Self.bearer("token-of-admin") + Self.bearer("token-of-admin"),
    ] {
      let malformed = try await failure { () async throws(RPCError) in
        try await harness.client.unary(list, payload: [], metadata: metadata)
      }
      #expect(malformed.code == .unauthenticated && malformed.info?.reason == "AUTHORIZATION_MALFORMED", "\(metadata)")
    }
    // The last wrong token is answered, then the connection goes.
    let client = try await harness.connectTCP()
    for _ in 0..<5 {
      let error = try await failure { () async throws(RPCError) in
        try await client.unary(list, payload: [], timeout: .seconds(10), metadata: Self.bearer("guess"))
      }
      #expect(error.info?.reason == "WRONG_TOKEN")
    }
    let closed = try await failure { () async throws(RPCError) in
      try await client.unary(list, payload: [], timeout: .seconds(10), metadata: Self.bearer("token-of-admin"))
    }
    #expect(closed.code == .unavailable)
    await harness.stop()
  }

  // MARK: Certificates

  @Test func aClientCertificateHasTheRoleOfItsCommonName() async throws {
    func file(_ name: String) -> String { Self.folder + "/TTRPCTests/Fixtures/tls/" + name }
    let tls = RPCServerTLS(
      certificateChainPath: file("server.pem"), privateKeyPath: file("server.key"), clientAuthorityPath: file("ca.pem"))
    let own = RPCClientTLS(
      authorityPath: file("ca.pem"), certificateChainPath: file("client.pem"), privateKeyPath: file("client.key"), serverName: "localhost")
    for (name, role) in [("observer", Role.observe), ("O=bots, CN=observer", .none)] {
      let harness = try await ControlHarness(tls: tls, certificateRoles: [name: .observe])
      let client = try await harness.connectTCP(own)
      let hello = try await V1.SystemServiceClient(client).hello()
      #expect(hello.role == role.description)
      #expect(hello.identity == (role == .none ? "127.0.0.1" : "observer"))
      await client.close()
      await harness.stop()
    }
  }

  /// The folder of all tests.
  static let folder = #filePath.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }

  // MARK: The audit log

  @Test func aRefusedRequestIDCannotWriteTheLog() async throws {
    let harness = try await ControlHarness()
    let forged = "r1\n2026-01-01 info audit: StartBot \u{1B}[2J\u{202E} \"result=OK"
    let error = try await failure { () async throws(RPCError) in
      try await harness.bots.startBot(V1.StartBotRequest(requestID: forged, botID: "al\npha"))
    }
    #expect(error.code == .invalidArgument)
    let line = try #require(harness.audit.all.first)
    #expect(harness.audit.all.count == 1)
    #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7F }, "\(line)")
    #expect(line.contains(#"bot=al\npha "#))
    #expect(
      line.contains(#"request_id=r1\n2026-01-01\u{20}info\u{20}audit:\u{20}StartBot\u{20}\u{1b}[2J\u{202e}\u{20}\"result=OK result="#),
      "\(line)")
    await harness.stop()
  }

  @Test func auditLinesNameTheBot() async throws {
    let harness = try await ControlHarness()
    try await harness.create("alpha", start: false)
    _ = try await harness.bots.startBot(V1.StartBotRequest(requestID: "r1", botID: "alpha"))
    _ = try await harness.bots.closePosition(V1.ClosePositionRequest(requestID: "r2", botID: "alpha"))
    _ = try await failure { () async throws(RPCError) in
      try await harness.orders.cancelOrder(V1.CancelOrderRequest(requestID: "r3", clientOrderID: "none-1"))
    }
    _ = try await harness.bots.stopAllBots()
    let words = harness.audit.all.map { $0.split(separator: " ").first { $0.hasPrefix("bot=") || $0.hasPrefix("order=") } }
    #expect(words == ["bot=alpha", "bot=alpha", "bot=alpha", "order=none-1", nil])
    // A check changes nothing, and its line says so.
    let spec = V1.BotSpec(symbol: "BTCUSDT", strategy: "rsi", interval: "1m", capital: "1000")
    _ = try? await harness.bots.createBot(V1.CreateBotRequest(requestID: "r4", botID: "beta", spec: spec, validateOnly: true))
    #expect(harness.audit.all.last?.contains("CreateBot bot=beta check=true") == true, "\(harness.audit.all.last ?? "")")
    #expect(harness.audit.all.dropLast().allSatisfy { !$0.contains("check=") })
    await harness.stop()
  }

  @Test func refusalsAreBoundedAndSummedUp() async throws {
    let harness = try await ControlHarness(tokens: Self.tokens)
    for _ in 0..<12 {
      let client = try await harness.connectTCP()
      for _ in 0..<5 {
        _ = try await failure { () async throws(RPCError) in
          try await V1.SystemServiceClient(client).login(V1.LoginRequest(token: "guess"), timeout: .seconds(10))
        }
      }
      await client.close()
    }
    let stranger = try await harness.connectTCP()
    for _ in 0..<1_030 {
      _ = try await failure { () async throws(RPCError) in try await stranger.unary(V1.BotService.startBot, payload: []) }
    }
    for _ in 0..<25 {
      _ = try await failure { () async throws(RPCError) in try await harness.bots.startBot(V1.StartBotRequest(botID: "nobody")) }
    }
    await stranger.close()
    await harness.stop()
    let lines = harness.audit.all
    #expect(lines.filter { $0.hasPrefix("login refused") }.count == 20)
    #expect(lines.filter { $0.hasPrefix("StartBot refused") }.count == 20)
    #expect(lines.filter { $0.hasPrefix("StartBot bot=nobody") }.count == 20)
    #expect(
      Array(lines.suffix(3)) == [
        "… 40 more refused in the last minute what=wrong tokens", "… 1,010 more refused in the last minute what=calls",
        "… 5 more refused in the last minute what=changes of \(try await Self.ownIdentity())",
      ])
  }

  private static func ownIdentity() async throws -> String {
    let harness = try await ControlHarness()
    let identity = try await harness.system.hello().identity
    await harness.stop()
    return identity
  }

  @Test func usersWhoMayNotConnectAreLogged() async throws {
    var configuration = RPCServerConfiguration()
    configuration.allowedUserIDs = [12_345]
    let harness = try await ControlHarness(server: configuration)
    let refused = try await failure { () async throws(RPCError) in try await harness.system.ping(timeout: .seconds(10)) }
    #expect(refused.code == .permissionDenied && refused.info?.reason == "USER_NOT_ALLOWED")
    #expect(harness.audit.all.contains { $0.hasPrefix("connection refused peer=uid ") && $0.hasSuffix(" result=USER_NOT_ALLOWED") })
    await harness.stop()
  }

  @Test func transportErrorsCarryErrorInfo() async throws {
    let harness = try await ControlHarness()
    let unknown = RPCMethod(service: V1.BotService.getBot.service, name: "DoNothing", kind: .unary)
    let error = try await failure { () async throws(RPCError) in try await harness.client.unary(unknown, payload: []) }
    #expect(error.code == .unimplemented)
    #expect(error.info?.reason == "METHOD_UNKNOWN")
    #expect(error.info?.message == error.message)
    let metadata = [("key", String(repeating: "x", count: 16 << 10))]
    let large = try await failure { () async throws(RPCError) in
      try await harness.client.unary(V1.SystemService.ping, payload: [], metadata: metadata)
    }
    #expect(large.code == .resourceExhausted && large.info?.reason == "METADATA_TOO_LARGE")
    await harness.stop()
  }

  @Test func aWindowCountsEachKindApart() {
    var limiter = RefusalLimiter(linesMaximum: 2)
    #expect(!limiter.isOpen)
    #expect((0..<4).map { _ in limiter.refused(.calls) } == [.write, .write, .count, .count])
    #expect(limiter.refused(.wrongTokens) == .write)
    #expect(limiter.isOpen)
    let counted = limiter.endWindow()
    #expect(counted.map(\.kind) == [.calls] && counted.map(\.count) == [2])
    #expect(!limiter.isOpen && limiter.refused(.calls) == .write)
    // However many identities there are, the window stays small.
    for number in 0..<1_000 { _ = limiter.refused(.changes(by: "\(number)")) }
    let others = limiter.endWindow().map { ("\($0.kind)", $0.count) }
    #expect(others.count == 1 && others.first?.0 == "changes of others" && (others.first?.1 ?? 0) > 900)
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
