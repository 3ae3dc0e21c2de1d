import BotAPI
import NIOCore
import ServiceRuntime
import Strategies
import StrategyMessages
import TTRPC
import Time
import TradingCore
import TradingModel

/// One process that serves strategies. On the hub's loop.
final class StrategySession: @unchecked Sendable {
  let stream: RPCServerStream
  private weak var hub: StrategyHub?
  private(set) var strategies: [ServedStrategy] = []
  private(set) var names: [String] = []
  private var settings: [String: ServedSettings] = [:]
  private var isOver = false
  /// Strategies of the instances that are open.
  private var instances: [Int64: String] = [:]
  private var lastInstance: Int64 = 0
  private var lastNumber: Int64 = 0
  /// Questions without an answer, oldest first.
  private var questions: [Question] = []
  /// When an instance that was opened must be ready.
  private var openings: [Int64: NIODeadline] = [:]
  /// What the process has not been sent yet, oldest first.
  private var waiting: [StrategyRequest] = []
  private var waitingHead = 0
  private var lastSendAt = NIODeadline.now()
  private var progressAt = NIODeadline.now()

  private struct Question {
    var instance: Int64
    var number: Int64
    var askedAt: NIODeadline
    var deadline: NIODeadline
  }

  /// Most requests that may wait for a process that does not read.
  private static let waitingMaximum = 200_000
  /// Longest time in which an instance gets ready, where an answer may not take longer.
  private static let openMaximum = TimeAmount.seconds(30)
  private static let heartbeat = TimeAmount.seconds(10)
  /// Longest time in which a process reads nothing of what waits for it.
  private static let silenceMaximum = TimeAmount.seconds(30)
  private static let reasonMaximum = 500

  init(_ stream: RPCServerStream, hub: StrategyHub) {
    self.stream = stream
    self.hub = hub
  }

  func serves(_ strategy: String) -> Bool { settings[strategy] != nil }

  /// Ends it: its strategies are away. Once.
  func end(_ reason: String) {
    guard !isOver else { return }
    isOver = true
    waiting.removeAll()
    hub?.remove(self, reason)
  }

  private func fail(_ error: RPCError) {
    guard !isOver else { return }
    stream.fail(error)
    end(error.message)
  }

  // MARK: Hearing

  func heard(_ bytes: [UInt8]) {
    guard !isOver else { return }
    do throws(RPCError) {
      let message = try V1.ServeStrategiesRequest.requested(bytes)
      let parts = [message.register != nil, message.ready != nil, message.signal != nil, message.failure != nil]
      guard parts.count(where: { $0 }) == 1 else {
        throw Self.malformed("", "a message sets exactly one of register, ready, signal and failure")
      }
      if let register = message.register { return try self.register(register) }
      guard !names.isEmpty else { throw Self.malformed("register", "the first message must register strategies") }
      if let ready = message.ready {
        guard try isOpen(ready.instance, "ready.instance") else { return }
        openings[ready.instance] = nil
        hub?.report(.ready(instance: ready.instance))
      } else if let signal = message.signal {
        try answered(signal)
      } else if let failure = message.failure {
        guard try isOpen(failure.instance, "failure.instance") else { return }
        failed(failure.instance, "its strategy failed: \(failure.message.prefix(Self.reasonMaximum))")
      }
    } catch {
      fail(error)
    }
  }

  private static func malformed(_ field: String, _ message: String) -> RPCError {
    RPCError(code: .invalidArgument, reason: "STRATEGY_MESSAGE_MALFORMED", field: field, message: message)
  }

  private func register(_ request: V1.RegisterStrategies) throws(RPCError) {
    guard names.isEmpty else { throw Self.malformed("register", "strategies are registered once, in the first message") }
    let declared = try ServedSettings.read(request)
    strategies = declared.map(\.strategy)
    names = strategies.map(\.name)
    for one in declared { settings[one.strategy.name] = one }
    guard let hub, hub.add(self) else {
      isOver = true
      return
    }
    send(V1.ServeStrategiesResponse(registered: V1.StrategiesRegistered(names: names)))
  }

  /// Whether an instance is open; one that was closed meanwhile is not.
  private func isOpen(_ instance: Int64, _ field: String) throws(RPCError) -> Bool {
    guard instance > 0, instance <= lastInstance else { throw Self.malformed(field, "there is no instance \(instance)") }
    return instances[instance] != nil
  }

  private func answered(_ signal: V1.StrategySignal) throws(RPCError) {
    guard try isOpen(signal.instance, "signal.instance") else { return }
    guard signal.number > 0, signal.number <= lastNumber else {
      throw Self.malformed("signal.number", "candle \(signal.number) was never sent")
    }
    // Too late, or about a candle that nothing was asked about.
    guard let at = questions.firstIndex(where: { $0.number == signal.number && $0.instance == signal.instance }) else { return }
    let question = questions.remove(at: at)
    guard let wanted = Signal(signal, candles: 1) else {
      let problem = signal.problem(candles: 1) ?? ""
      return failed(signal.instance, "its strategy answered what is no signal: \(problem)")
    }
    hub?.report(
      .answered(
        instance: signal.instance, number: signal.number, wanted,
        delayNanoseconds: (NIODeadline.now() - question.askedAt).nanoseconds))
  }

  private func failed(_ instance: Int64, _ reason: String) {
    questions.removeAll { $0.instance == instance }
    openings[instance] = nil
    instances[instance] = nil
    hub?.report(.failed(instance: instance, reason: reason))
  }

  // MARK: Sending

  /// A request of the core. What the process cannot take yet waits, in order.
  func take(_ request: StrategyRequest) {
    guard !isOver else { return }
    switch request {
    case .open(let opening):
      instances[opening.instance] = opening.strategy
      lastInstance = max(lastInstance, opening.instance)
      openings[opening.instance] = .now() + openLimit(opening.strategy)
    case .candle(let candle):
      guard instances[candle.instance] != nil else { return }
      lastNumber = max(lastNumber, candle.number)
      if candle.isAnswerWanted, let settings = settings[candle.strategy] {
        let now = NIODeadline.now()
        questions.append(
          Question(instance: candle.instance, number: candle.number, askedAt: now, deadline: now + settings.deadline))
      }
    case .close(let instance, _):
      guard instances.removeValue(forKey: instance) != nil else { return }
      questions.removeAll { $0.instance == instance }
      openings[instance] = nil
    }
    if waitingHead == waiting.count { progressAt = .now() }
    waiting.append(request)
    guard waiting.count - waitingHead <= Self.waitingMaximum else { return fail(Self.tooSlow) }
    write()
  }

  private static let tooSlow = RPCError(
    code: .resourceExhausted, reason: "READER_TOO_SLOW", message: "the process takes candles more slowly than they come")

  private func openLimit(_ strategy: String) -> TimeAmount { max(settings[strategy]?.deadline ?? Self.openMaximum, Self.openMaximum) }

  /// Sends what waits, as far as the process takes it.
  func write() {
    while !isOver, waitingHead < waiting.count, stream.isWritable {
      let request = waiting[waitingHead]
      waitingHead += 1
      progressAt = .now()
      send(message(request))
    }
    if waitingHead == waiting.count {
      waiting.removeAll(keepingCapacity: waiting.count < 1_024)
      waitingHead = 0
    } else if waitingHead > 1_024 {
      waiting.removeFirst(waitingHead)
      waitingHead = 0
    }
  }

  private func message(_ request: StrategyRequest) -> V1.ServeStrategiesResponse {
    switch request {
    case .open(let opening):
      V1.ServeStrategiesResponse(
        open: V1.OpenStrategy(
          instance: opening.instance, botID: opening.botID.text, strategy: opening.strategy, parameters: opening.parameters,
          series: opening.series, history: opening.history.suffix(settings[opening.strategy]?.historyCandles ?? 0)))
    case .candle(let question):
      V1.ServeStrategiesResponse(
        candles: V1.StrategyCandles(
          instance: question.instance, number: question.number, candles: [question.candle], series: question.series,
          position: question.position, barsHeld: [Int64(question.position.barsHeld)], isAnswerWanted: question.isAnswerWanted))
    case .close(let instance, _): V1.ServeStrategiesResponse(close: V1.CloseStrategy(instance: instance))
    }
  }

  private func send(_ message: V1.ServeStrategiesResponse) {
    lastSendAt = .now()
    guard let bytes = try? message.encode() else { return }
    if !stream.send(bytes) { end("the process that served it is gone") }
  }

  /// Looks at deadlines and silence.
  func tick(_ now: NIODeadline) {
    var late: [Int64] = []
    for question in questions where question.deadline <= now && !late.contains(question.instance) { late.append(question.instance) }
    for instance in late {
      let deadline = instances[instance].flatMap { settings[$0]?.deadline } ?? .seconds(0)
      failed(instance, "its strategy did not answer within \(deadline.nanoseconds / 1_000_000) ms")
    }
    for (instance, deadline) in openings where deadline <= now {
      let limit = instances[instance].map { openLimit($0) } ?? Self.openMaximum
      failed(instance, "its strategy did not get ready within \(limit.nanoseconds / 1_000_000) ms")
    }
    if waitingHead < waiting.count, now - progressAt > Self.silenceMaximum { return fail(Self.tooSlow) }
    guard waitingHead == waiting.count, now - lastSendAt >= Self.heartbeat, stream.isWritable else { return }
    send(V1.ServeStrategiesResponse(heartbeat: V1.Heartbeat(serverTimeNs: WallClock.now().nanoseconds)))
  }
}
