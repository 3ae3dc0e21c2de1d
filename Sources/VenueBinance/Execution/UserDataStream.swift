import Time
import BinanceJSON
import NIOCore
import NIOSSL
import ServiceRuntime
import Signing
import TradingModel
import Venue

/// Who hears a ``UserDataStream``; called on its event loop.
protocol UserDataStreamOwner: AnyObject {
  func userStream(_ stream: UserDataStream, received message: UserStreamMessage)
  func userStream(_ stream: UserDataStream, refused refusal: FrameRefusal)
  /// Subscribed (again): what happened before is never replayed and must be read by REST.
  func userStreamCameUp(_ stream: UserDataStream)
  func userStreamWentDown(_ stream: UserDataStream, reason: String)
  /// The key is refused for good; nothing is tried any more.
  func userStream(_ stream: UserDataStream, gaveUp reason: String)
}

/// The account's events over the WebSocket API by `userDataStream.subscribe.signature`. Reconnects, resubscribes and replaces itself like a
/// market link. Confined to its event loop.
final class UserDataStream: @unchecked Sendable {
  private let loop: any EventLoop
  private let signer: RequestSigner
  private let rest: BinanceRestClient
  private let configuration: BinanceExecution.Configuration
  private let socket: ReconnectingSocket
  private unowned let owner: any UserDataStreamOwner
  private var pendingRequest: [ReconnectMachine.ConnectionID: Int64] = [:]
  private var nextRequestID: Int64 = 1
  private var ticker: RepeatedTask?

  init(
    loop: any EventLoop, url: WebSocketURL, tls: NIOSSLContext?, signer: RequestSigner, rest: BinanceRestClient,
    configuration: BinanceExecution.Configuration, owner: any UserDataStreamOwner
  ) {
    self.loop = loop
    self.signer = signer
    self.rest = rest
    self.configuration = configuration
    self.owner = owner
    socket = ReconnectingSocket(
      loop: loop, url: url, tls: tls,
      times: ReconnectingSocket.Times(
        deadNanoseconds: configuration.deadNanoseconds, replaceAfterNanoseconds: configuration.replaceAfterNanoseconds,
        stableNanoseconds: configuration.stableNanoseconds))
    socket.owner = self
  }

  var failures: Int { socket.failures }

  func start() {
    ticker = loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { [weak self] _ in
      self?.socket.closeDead(now: .now())
    }
    socket.start()
  }

  func stop() {
    ticker?.cancel()
    socket.stop()
  }

  private func subscribe(_ connection: WebSocketConnection) {
    let id = connection.id
    let parameters = [
      RequestParameter("apiKey", signer.apiKey), RequestParameter("recvWindow", String(rest.receiveWindowMilliseconds)),
      RequestParameter("timestamp", String(rest.exchangeTime.milliseconds)),
    ]
    let signature: String
    do throws(SigningError) { signature = try signer.webSocketSignature(parameters) } catch {
      return giveUp("cannot sign: \(error)")
    }
    guard signer.apiKey.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) else {
      return giveUp("the API key has characters that no key has")
    }
    let request = nextRequestID
    nextRequestID += 1
    pendingRequest[id] = request
    connection.send(
      "{\"id\":\(request),\"method\":\"userDataStream.subscribe.signature\",\"params\":{\"apiKey\":\"\(parameters[0].value)\","
        + "\"recvWindow\":\(parameters[1].value),\"timestamp\":\(parameters[2].value),\"signature\":\"\(signature)\"}}")
    socket.later(configuration.subscribeTimeoutNanoseconds) { [weak self] in
      guard let self, pendingRequest[id] == request else { return }
      socket.connection(id)?.close(reason: "the subscription was not confirmed in time")
    }
  }

  private func giveUp(_ reason: String) {
    ticker?.cancel()
    socket.stop(reason: reason)
    owner.userStream(self, gaveUp: reason)
  }

  private func answered(_ connection: WebSocketConnection, _ id: Int64?, _ error: APIError?) {
    guard let error else {
      guard let id, pendingRequest[connection.id] == id else { return }
      pendingRequest[connection.id] = nil
      socket.ready(connection.id)
      return
    }
    switch error.code {
    // Already subscribed on this connection: as good as done.
    case -2_035:
      pendingRequest[connection.id] = nil
      socket.ready(connection.id)
    case -2_014, -2_015, -1_022, -1_002: giveUp("the exchange refuses the key: \(error.message) (\(error.code))")
    case -1_021:
      let number = connection.id
      rest.synchronizeClock { [weak self] _ in
        guard let self, let connection = socket.connection(number), connection.isOpen else { return }
        subscribe(connection)
      }
    default: connection.close(reason: "the exchange refused the subscription: \(error.message) (\(error.code))")
    }
  }
}

extension UserDataStream: ReconnectingSocketOwner {
  func socket(_ socket: ReconnectingSocket, subscribe connection: WebSocketConnection) { subscribe(connection) }

  func socketCameUp(_ socket: ReconnectingSocket) { owner.userStreamCameUp(self) }

  func socketWentDown(_ socket: ReconnectingSocket, reason: String) { owner.userStreamWentDown(self, reason: reason) }

  func socketWasReplaced(_ socket: ReconnectingSocket) {}

  func socket(_ socket: ReconnectingSocket, closed id: ReconnectMachine.ConnectionID) { pendingRequest[id] = nil }

  func webSocket(_ connection: WebSocketConnection, received message: UnsafeBufferPointer<UInt8>) {
    do throws(FrameRefusal) {
      let parsed = try unsafe UserStreamMessage(parsing: message)
      switch parsed {
      case .answer(let id, let error, _): answered(connection, id, error)
      case .terminated: connection.close(reason: "the exchange ended the subscription")
      case .serverShutdown: socket.replace(connection.id)
      case .report, .balances, .balanceUpdate: owner.userStream(self, received: parsed)
      case .ignored: break
      }
    } catch {
      owner.userStream(self, refused: error)
    }
  }

  func webSocketDrained(_ connection: WebSocketConnection) {}
}
