import BotAPI
import Logging
import Synchronization
import TTRPC
import TradingCore
import TradingModel

/// A request that changes something.
protocol MutationRequest: BotMessage {
  var requestID: String { get set }
}

extension V1.CreateBotRequest: MutationRequest {}
extension V1.SetRiskLimitsRequest: MutationRequest {}
extension V1.UpdateBotRequest: MutationRequest {}
extension V1.StartBotRequest: MutationRequest {}
extension V1.StopBotRequest: MutationRequest {}
extension V1.PauseBotRequest: MutationRequest {}
extension V1.ResumeBotRequest: MutationRequest {}
extension V1.RemoveBotRequest: MutationRequest {}
extension V1.StartAllBotsRequest: MutationRequest {}
extension V1.StopAllBotsRequest: MutationRequest {}
extension V1.ClosePositionRequest: MutationRequest {}
extension V1.OpenPositionRequest: MutationRequest {}
extension V1.ReducePositionRequest: MutationRequest {}
extension V1.AdoptPositionRequest: MutationRequest {}
extension V1.ReleasePositionRequest: MutationRequest {}
extension V1.ResolveDiscrepancyRequest: MutationRequest {}
extension V1.PanicRequest: MutationRequest {}
extension V1.LockEntriesRequest: MutationRequest {}
extension V1.UnlockEntriesRequest: MutationRequest {}
extension V1.CancelOrderRequest: MutationRequest {}
extension V1.SetTradingStateRequest: MutationRequest {}
extension V1.ShutdownRequest: MutationRequest {}

/// FNV-1a, 64 bits, of a mutation: its method and its body without the request id.
func fingerprint(of request: some MutationRequest, _ method: RPCMethod) -> UInt64 {
  var bare = request
  bare.requestID = ""
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  func add(_ bytes: some Sequence<UInt8>) { for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 } }
  add(method.description.utf8)
  add(CollectionOfOne(0))
  add((try? bare.encode()) ?? [])
  return hash
}

/// One mutation under way: asks the core, answers once, and leaves a line in the audit log. Completions run on the control plane's event
/// loop (see ``CoreGateway``); everything they touch may be used from any thread, and nothing here may wait for the core.
struct Mutation<Response: BotMessage>: Sendable {
  let context: ControlContext
  let call: RPCContext
  let responder: TypedResponder<Response>
  let requestID: String
  let fingerprint: UInt64
  /// What the change is about, for the audit log.
  let subject: Logger.Metadata

  /// Runs a command. `step` names a part of a request that takes several commands; it gets a request id of its own.
  func perform(_ command: Command, step: String = "", _ body: @escaping @Sendable (CommandResult) -> Void) {
    let id = requestID.isEmpty || step.isEmpty ? requestID : "\(requestID)/\(step)"
    context.gateway.perform(command, requestID: id, fingerprint: fingerprint, completion: body)
  }

  /// Runs a command whose failure is the call's.
  func require(_ command: Command, step: String = "", _ body: @escaping @Sendable ([BotID]) -> Void) {
    perform(command, step: step) { result in
      switch result {
      case .done(let bots, _), .repeated(_, let bots): body(bots)
      case .failed(let error): fail(ErrorMapping.error(error))
      case .planned: body([])
      }
    }
  }

  /// Runs `body` unless the request was done before: then it gets its first answer again, where that was kept.
  func unlessRepeated(_ body: @escaping @Sendable () -> Void) {
    var check = RequestCheck()
    check.requestID(requestID)
    // A malformed id is refused by the body, together with everything else that is wrong.
    guard !requestID.isEmpty, check.violations.isEmpty else { return body() }
    perform(.recall) { result in
      switch result {
      case .repeated(let response?, _):
        context.access.log(call, subject, requestID: requestID, result: "REPEATED", isRefused: false)
        responder.raw.succeed(response)
      case .failed(let error): fail(ErrorMapping.error(error))
      case .done, .repeated, .planned: body()
      }
    }
  }

  /// Answers, once the answer is remembered for repetitions.
  ///
  /// - Parameters:
  ///   - isRemembered: false for a check that changes nothing.
  ///   - body: what follows the answer.
  func succeed(_ response: Response, isRemembered: Bool = true, then body: @escaping @Sendable () -> Void = {}) {
    guard let bytes = try? response.encode() else {
      return fail(RPCError(code: .resourceExhausted, reason: "MESSAGE_TOO_LARGE", message: "done, but the answer is too large to send"))
    }
    guard isRemembered, !requestID.isEmpty else {
      finish(bytes)
      return body()
    }
    perform(.remember(response: bytes)) { _ in
      finish(bytes)
      body()
    }
  }

  private func finish(_ bytes: [UInt8]) {
    context.access.log(call, subject, requestID: requestID, result: "OK", isRefused: false)
    responder.raw.succeed(bytes)
  }

  func fail(_ error: RPCError) {
    context.access.log(call, subject, requestID: requestID, result: error.info?.reason ?? error.code.description, isRefused: true)
    responder.fail(error)
  }
}
