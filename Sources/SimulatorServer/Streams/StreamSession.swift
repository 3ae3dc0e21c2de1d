import Presentation
import Time
import NIOCore
import TradingModel

/// One connection to the market streams: its subscriptions and its control messages.
final class StreamSession: WebSocketSession {
  weak var peer: WebSocketPeer?
  /// Whether messages are wrapped with their stream's name.
  private(set) var isCombined: Bool
  /// Subscribed names in order.
  var names: [String] = []
  let timeUnit: TimeUnit
  private let hub: StreamHub
  private let now: () -> Timestamp
  /// Hears every text that arrives.
  var onText: ([UInt8]) -> Void = { _ in }

  /// - Parameter initial: the streams named in the URL.
  init(hub: StreamHub, isCombined: Bool, timeUnit: TimeUnit = .milliseconds, initial: [String], now: @escaping () -> Timestamp) {
    self.hub = hub
    self.isCombined = isCombined
    self.timeUnit = timeUnit
    self.initial = initial
    self.now = now
  }

  private let initial: [String]

  func opened() {
    hub.add(self)
    for name in initial.prefix(StreamHub.streamsPerConnectionMaximum) where !name.isEmpty && !hub.isLabel(name) {
      // The connection stays: clients that open it anew at once would do so for ever.
      if let reason = hub.refusal(of: name) { refuse(2, "Invalid request: \(reason)") } else { hub.subscribe(self, name) }
    }
  }

  func closed() { hub.remove(self) }

  func forgetSubscriptions() { for name in names { hub.unsubscribe(self, name) } }

  func announceShutdown() {
    let payload = StreamPayloads.serverShutdown(at: now())
    peer?.send(isCombined ? StreamHub.combine("!serverShutdown", payload) : ByteBuffer(bytes: payload))
    peer?.flush()
  }

  func received(_ text: [UInt8]) {
    onText(text)
    guard let message = JSONTree(text), case .object = message else {
      refuse(3, "Invalid JSON: expected value at line 1 column 1")
      return
    }
    guard let method = message["method"]?.text else {
      refuse(2, "Invalid request: missing field `method` at line 1 column \(text.count)")
      return
    }
    guard let id = Self.identifier(message["id"]) else {
      refuse(2, "Invalid request: request ID must be an unsigned integer")
      return
    }
    let parameters = message["params"]?.elements ?? []
    switch method {
    case "SUBSCRIBE", "UNSUBSCRIBE": change(subscribes: method == "SUBSCRIBE", parameters, id)
    case "LIST_SUBSCRIPTIONS": answer(id) { for name in self.names { $0.string(name) } }
    case "GET_PROPERTY": property(parameters, id)
    case "SET_PROPERTY": setProperty(parameters, id)
    default:
      refuse(
        2,
        "Invalid request: unknown variant \(method), expected one of `SUBSCRIBE`, `UNSUBSCRIBE`, `LIST_SUBSCRIPTIONS`, "
          + "`SET_PROPERTY`, `GET_PROPERTY` at line 1 column \(text.count)")
    }
  }

  /// A signed integer, an alphanumeric string of at most 36, or null; absent counts as null.
  private static func identifier(_ value: JSONTree?) -> JSONTree? {
    switch value {
    case nil, .null?: return .null
    case .number(let text)?: return Int64(text) == nil ? nil : value
    case .string(let text)?:
      let fits =
        text.utf8.count <= 36
        && text.unicodeScalars.allSatisfy { $0.isASCII && ($0.properties.isAlphabetic || $0 == "-" || ("0"..."9").contains($0)) }
      return fits ? value : nil
    default: return nil
    }
  }

  private func change(subscribes: Bool, _ parameters: [JSONTree], _ id: JSONTree) {
    let wanted = parameters.compactMap(\.text)
    guard wanted.count == parameters.count, !wanted.isEmpty else {
      refuse(2, "Invalid request: param must be a non-empty array of stream names")
      return
    }
    guard !subscribes || names.count + wanted.count <= StreamHub.streamsPerConnectionMaximum,
      wanted.allSatisfy({ $0.utf8.count <= 256 })
    else {
      refuse(2, "Invalid request: too many parameters")
      return
    }
    if subscribes, let reason = wanted.lazy.compactMap({ self.hub.refusal(of: $0) }).first {
      refuse(2, "Invalid request: \(reason)", id)
      return
    }
    for name in wanted {
      if subscribes { hub.subscribe(self, name) } else { hub.unsubscribe(self, name) }
    }
    reply {
      $0.nullField("result")
      $0.key("id")
      $0.value(id)
    }
  }

  private func property(_ parameters: [JSONTree], _ id: JSONTree) {
    guard parameters.first?.text == "combined" else {
      refuse(0, "Unknown property")
      return
    }
    reply {
      $0.field("result", self.isCombined)
      $0.key("id")
      $0.value(id)
    }
  }

  private func setProperty(_ parameters: [JSONTree], _ id: JSONTree) {
    guard parameters.first?.text == "combined" else {
      refuse(0, "Unknown property")
      return
    }
    guard parameters.count == 2, case .bool(let value) = parameters[1] else {
      refuse(1, "Invalid value type: expected Boolean")
      return
    }
    isCombined = value
    reply {
      $0.nullField("result")
      $0.key("id")
      $0.value(id)
    }
  }

  private func answer(_ id: JSONTree, _ body: (inout JSONWriter) -> Void) {
    reply {
      $0.array("result", body)
      $0.key("id")
      $0.value(id)
    }
  }

  private func refuse(_ code: Int, _ message: String, _ id: JSONTree? = nil) {
    reply {
      $0.field("code", code)
      $0.field("msg", message)
      guard let id else { return }
      $0.key("id")
      $0.value(id)
    }
  }

  private func reply(_ body: (inout JSONWriter) -> Void) {
    var json = JSONWriter()
    json.object(body)
    peer?.send(json.bytes)
  }
}
