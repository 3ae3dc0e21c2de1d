import BotAPI
import Logging
import NIOCore
import TTRPC
public import TradingCore

/// The processes that serve strategies: carries the core's requests to them, and what they say to the core. Lives on the control plane's
/// loop; deadlines run by the machine's clock.
public final class StrategyHub: @unchecked Sendable {
  private let loop: any EventLoop
  private let gateway: any CoreGateway
  private let log: Logger
  let registry: StrategyRegistry
  private var sessions: [StrategySession] = []
  private var timer: RepeatedTask?

  /// How often deadlines and silence are looked at.
  private static let tick = TimeAmount.milliseconds(20)

  init(loop: any EventLoop, gateway: any CoreGateway, registry: StrategyRegistry, log: Logger) {
    self.loop = loop
    self.gateway = gateway
    self.registry = registry
    self.log = log
  }

  /// Takes a request of the core; from any thread, in order.
  public func carryOut(_ request: StrategyRequest) {
    loop.execute { self.session(of: Self.strategy(of: request))?.take(request) }
  }

  private static func strategy(of request: StrategyRequest) -> String {
    switch request {
    case .open(let opening): opening.strategy
    case .candle(let candle): candle.strategy
    case .close(_, let strategy): strategy
    }
  }

  private func session(of strategy: String) -> StrategySession? { sessions.first { $0.serves(strategy) } }

  // MARK: Streams

  func register(on server: RPCServer) {
    server.register(V1.StrategyService.serveStrategies, stream: { [weak self] _, stream in self?.serve(stream) ?? stream.finish() })
  }

  private func serve(_ stream: RPCServerStream) {
    let session = StrategySession(stream, hub: self)
    let loop = loop
    stream.onMessage { bytes in loop.execute { session.heard(bytes) } }
    stream.onHalfClose {
      loop.execute {
        session.stream.finish()
        session.end("the process that served it has ended")
      }
    }
    stream.onCancel { error in
      let why = error.code == .resourceExhausted ? "the process that serves it does not read" : "the process that served it is gone"
      loop.execute { session.end(why) }
    }
    stream.onWritable { loop.execute { session.write() } }
    stream.onDrain {
      loop.execute {
        session.stream.finish()
        session.end("botd is stopping")
      }
    }
  }

  /// Registers what a process serves; false, and the stream has failed, where it cannot.
  func add(_ session: StrategySession) -> Bool {
    for name in session.names {
      guard self.session(of: name) == nil else {
        session.stream.fail(
          RPCError(
            code: .alreadyExists, reason: "STRATEGY_TAKEN", field: "register.strategies",
            message: "another process serves a strategy \(name); end it first, or give yours another name"))
        return false
      }
    }
    sessions.append(session)
    registry.add(session.strategies)
    log.info("strategies served", metadata: ["names": "\(session.names.joined(separator: ","))"])
    gateway.report(.served(session.names))
    if timer == nil {
      timer = loop.scheduleRepeatedTask(initialDelay: Self.tick, delay: Self.tick) { [weak self] _ in self?.ticked() }
    }
    return true
  }

  func remove(_ session: StrategySession, _ reason: String) {
    guard let at = sessions.firstIndex(where: { $0 === session }) else { return }
    sessions.remove(at: at)
    registry.remove(session.names)
    log.warning("strategies away", metadata: ["names": "\(session.names.joined(separator: ","))", "reason": "\(reason)"])
    gateway.report(.away(session.names, reason: reason))
    if sessions.isEmpty {
      timer?.cancel()
      timer = nil
    }
  }

  func report(_ event: StrategyEvent) {
    if case .failed(let instance, let reason) = event {
      log.warning("strategy failed", metadata: ["instance": "\(instance)", "reason": "\(reason)"])
    }
    gateway.report(event)
  }

  private func ticked() {
    let now = NIODeadline.now()
    for session in sessions { session.tick(now) }
  }
}
