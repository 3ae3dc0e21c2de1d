import Time
import BotAPI
import Journal
import MarketData
import MarketTape
import ServiceRuntime
import Strategies
import TTRPC
import TradingModel

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// `SystemService`: the daemon itself.
struct SystemHandlers: Sendable {
  let context: ControlContext
  let shutdown: @Sendable () -> Void
  let selfTest: ControlPlane.SelfTest

  /// Largest payload of a Ping.
  static let pingBytesMaximum = 1 << 20

  /// Entries of one page of the journal at most, and their bytes (one entry may exceed them).
  static let journalRowsMaximum = 4_096
  static let journalBytesMaximum = 1 << 20

  func register(on server: RPCServer) {
    server.serve(V1.SystemService.hello) { (call, request: V1.HelloRequest) throws(RPCError) in hello(call, request) }
    server.serve(V1.SystemService.login) { (call, request: V1.LoginRequest) throws(RPCError) -> V1.LoginResponse in
      let identity = try context.access.login(request.token, call)
      return V1.LoginResponse(identity: identity.name, role: "\(Role(rawValue: identity.role) ?? .none)")
    }
    server.serve(V1.SystemService.ping) { (_, request: V1.PingRequest) throws(RPCError) in try Self.ping(request) }
    server.serve(V1.SystemService.getHealth) { (_, _: V1.GetHealthRequest) throws(RPCError) in HealthValues.health(context) }
    server.serve(V1.SystemService.getConfig) { (_, _: V1.GetConfigRequest) throws(RPCError) in config() }
    server.serve(V1.SystemService.getDescriptors) { (_, _: V1.GetDescriptorsRequest) throws(RPCError) in
      V1.GetDescriptorsResponse(fileDescriptorSet: V1.descriptorSet)
    }
    server.register(V1.SystemService.runSelfTest) {
      (_, request: V1.RunSelfTestRequest, responder: TypedResponder<V1.RunSelfTestResponse>) in runSelfTest(request, responder)
    }
    server.serveFromJournal(V1.SystemService.getJournal, context) {
      (request: V1.GetJournalRequest) throws(RPCError) -> JournalQuery<V1.GetJournalResponse> in try Self.getJournal(request)
    }
    server.serveFromJournal(V1.SystemService.getMarketTape, context) {
      (request: V1.GetMarketTapeRequest) throws(RPCError) -> JournalQuery<V1.GetMarketTapeResponse> in try Self.getMarketTape(request)
    }
    server.serveMutation(V1.SystemService.shutdown, context) {
      (mutation: Mutation<V1.ShutdownResponse>, request: V1.ShutdownRequest) throws(RPCError) in
      var check = RequestCheck()
      check.requestID(request.requestID)
      check.reason(request.reason)
      try check.finish()
      mutation.succeed(V1.ShutdownResponse()) { shutdown() }
    }
  }

  private func hello(_ call: RPCContext, _ request: V1.HelloRequest) -> V1.HelloResponse {
    let identity = context.access.identity(of: call)
    let role = Role(rawValue: identity.role) ?? .none
    let limits = context.limits
    return V1.HelloResponse(
      version: context.configuration.version, apiVersion: "botd.v1",
      features: ["resume", "batches", "heartbeats", "idempotency", "validate_only", "descriptors"],
      limits: V1.Limits(
        maxFrameBytes: Int64(limits.frameBytesMaximum), maxPageSize: Int64(limits.pageSizeMaximum),
        maxSubscriptions: Int64(limits.subscriptionsPerConnection), maxCallsInFlight: Int64(limits.callsPerConnection),
        maxBots: Int64(limits.botsMaximum)),
      mode: V1.TradingMode(context.configuration.mode), journalID: context.configuration.journalID, role: role.description,
      identity: identity.name, startedTimeNs: context.configuration.startedAt.nanoseconds, serverTimeNs: WallClock.now().nanoseconds,
      // Nobody who has not proved who he is needs to know the process.
      processID: role == .none ? 0 : Int64(getpid()))
  }

  private static func ping(_ request: V1.PingRequest) throws(RPCError) -> V1.PingResponse {
    guard request.payload.count <= pingBytesMaximum else {
      throw RPCError(
        code: .invalidArgument, reason: "TOO_LONG", field: "payload",
        message: "payload may have \(pingBytesMaximum) bytes at most, not \(request.payload.count)")
    }
    return V1.PingResponse(payload: request.payload, serverTimeNs: WallClock.now().nanoseconds)
  }

  private static func getJournal(_ request: V1.GetJournalRequest) throws(RPCError) -> JournalQuery<V1.GetJournalResponse> {
    var check = RequestCheck()
    check.notNegative(request.afterSequence, field: "after_sequence")
    try check.finish()
    let after = UInt64(clamping: request.afterSequence)
    return JournalQuery { journal, _ in
      // The end first: what is read afterwards reaches at least so far.
      let last = journal.lastSequence
      let rows = try journal.rows(after: after, limit: journalRowsMaximum, bytesMaximum: journalBytesMaximum)
      return V1.GetJournalResponse(payloads: rows.map(\.payload), lastSequence: Int64(clamping: last))
    }
  }

  private static func getMarketTape(_ request: V1.GetMarketTapeRequest) throws(RPCError) -> JournalQuery<V1.GetMarketTapeResponse> {
    var check = RequestCheck()
    check.notNegative(request.offset, field: "offset")
    try check.finish()
    return JournalQuery { journal, _ in
      guard !request.file.isEmpty else {
        let files = MarketTape.files(stateDirectory: journal.directory)
        return V1.GetMarketTapeResponse(files: files.map { V1.MarketTapeFile(name: $0.name, sizeBytes: $0.size) })
      }
      let piece = MarketTape.bytes(
        of: request.file, stateDirectory: journal.directory, from: request.offset, maximum: journalBytesMaximum)
      guard let piece else {
        throw RPCError(
          code: .notFound, reason: "NO_SUCH_FILE", field: "file",
          message: "the market tape has no file \"\(request.file.prefix(80))\"; ask without a name for those that are there")
      }
      return V1.GetMarketTapeResponse(data: piece)
    }
  }

  private func config() -> V1.GetConfigResponse {
    V1.GetConfigResponse(
      entries: context.configuration.settings.sorted { $0.name < $1.name }.map {
        // The daemon masks its secrets; a value that is not masked is masked here.
        let value = $0.isSecret && !$0.value.isEmpty ? "***" : $0.value
        return V1.ConfigEntry(name: $0.name, value: value, source: $0.source, isSecret: $0.isSecret)
      })
  }

  private func runSelfTest(_ request: V1.RunSelfTestRequest, _ responder: TypedResponder<V1.RunSelfTestResponse>) {
    var check = RequestCheck()
    let symbol = request.symbol.isEmpty ? context.market.allSeries().first?.symbol : check.symbol(request.symbol)
    let interval = request.interval.isEmpty ? Interval.oneMinute : check.interval(request.interval)
    do throws(RPCError) { try check.finish() } catch { return responder.fail(error) }
    guard let interval else { return }
    let own = DecisionCheck(context: context).run(symbol, interval)
    selfTest(symbol, interval) { checks in
      responder.succeed(
        V1.RunSelfTestResponse(
          checks: (own + checks).map {
            V1.SelfTestCheck(
              name: $0.name, status: V1.HealthStatus($0.status), message: $0.message, remedy: $0.remedy, elapsedNs: $0.elapsedNanoseconds)
          }))
    }
  }
}
