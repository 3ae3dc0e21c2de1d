import BotAPI
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
extension V1.CancelOrderRequest: MutationRequest {}
extension V1.SetTradingStateRequest: MutationRequest {}
extension V1.ShutdownRequest: MutationRequest {}

/// The first answers of recent mutations, so that a repeated request gives the same one. The core remembers more, and across restarts,
/// but only that a request was done, not what was answered.
final class MutationMemory: Sendable {
  static let capacity = 1_024
  /// Longer answers are not kept.
  static let answerBytesMaximum = 64 << 10

  enum Lookup { case unknown, repeated([UInt8]), reused }

  private struct State: Sendable {
    var answers: [String: (fingerprint: UInt64, bytes: [UInt8])] = [:]
    var order: [String] = []
    var head = 0
  }
  private let state = Mutex(State())

  func find(_ id: String, _ fingerprint: UInt64) -> Lookup {
    guard !id.isEmpty, let known = state.withLock({ $0.answers[id] }) else { return .unknown }
    return known.fingerprint == fingerprint ? .repeated(known.bytes) : .reused
  }

  func remember(_ id: String, _ fingerprint: UInt64, _ bytes: [UInt8]) {
    guard !id.isEmpty, bytes.count <= Self.answerBytesMaximum else { return }
    state.withLock { state in
      guard state.answers.updateValue((fingerprint, bytes), forKey: id) == nil else { return }
      if state.order.count < Self.capacity {
        state.order.append(id)
      } else {
        state.answers[state.order[state.head]] = nil
        state.order[state.head] = id
        state.head = (state.head + 1) % Self.capacity
      }
    }
  }
}

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

  /// Runs a command. `step` names a part of a request that takes several commands; it gets a request id of its own.
  func perform(_ command: Command, step: String = "", _ body: @escaping @Sendable (CommandResult) -> Void) {
    let id = requestID.isEmpty || step.isEmpty ? requestID : "\(requestID)/\(step)"
    context.gateway.perform(command, requestID: id, fingerprint: fingerprint, completion: body)
  }

  /// Runs a command whose failure is the call's.
  func require(_ command: Command, step: String = "", _ body: @escaping @Sendable ([BotID]) -> Void) {
    perform(command, step: step) { result in
      switch result {
      case .done(let bots, _): body(bots)
      case .failed(let error): fail(ErrorMapping.error(error))
      }
    }
  }

  func succeed(_ response: Response) {
    guard let bytes = try? response.encode() else {
      return fail(RPCError(code: .resourceExhausted, reason: "MESSAGE_TOO_LARGE", message: "done, but the answer is too large to send"))
    }
    context.mutations.remember(requestID, fingerprint, bytes)
    context.access.log(call.connection, call.method, requestID: requestID, result: "OK")
    responder.raw.succeed(bytes)
  }

  func fail(_ error: RPCError) {
    context.access.log(call.connection, call.method, requestID: requestID, result: error.info?.reason ?? error.code.description)
    responder.fail(error)
  }
}
