import HTTPClient
import Presentation
import ServiceRuntime

/// The methods of Telegram's Bot API that are used. The token is a part of the address, so no address is ever shown.
struct TelegramAPI: Sendable {
  let base: String
  let token: Secret
  let http: WebClient

  /// Most UTF-16 units of a message.
  static let textMaximum = 4_096

  /// Sends text as it is: no markup, so that no character of it can be wrong.
  func sendMessage(chat: String, text: String, isSilent: Bool = false) async throws(DeliveryFailure) {
    var json = JSONText()
    json.beginObject()
    json.key("chat_id")
    if let number = Int64(chat) { json.number(number) } else { json.value(chat) }
    json.field("text", text)
    if isSilent { json.field("disable_notification", true) }
    json.key("link_preview_options")
    json.literal("{\"is_disabled\":true}")
    json.endObject()
    _ = try await call("sendMessage", json.bytes)
  }

  /// Messages that came from `offset` on; waits up to `seconds` for one.
  func updates(from offset: Int64, waitingSeconds seconds: Int64) async throws(DeliveryFailure) -> [JSONTree] {
    var json = JSONText()
    json.beginObject()
    json.key("offset")
    json.number(offset)
    json.key("timeout")
    json.number(seconds)
    json.key("allowed_updates")
    json.literal("[\"message\"]")
    json.endObject()
    return try await call("getUpdates", json.bytes, timeoutMilliseconds: Int(seconds) * 1_000 + 10_000, endsEarly: true).elements ?? []
  }

  private func call(
    _ method: String, _ body: [UInt8], timeoutMilliseconds: Int = 15_000, endsEarly: Bool = false
  ) async throws(DeliveryFailure) -> JSONTree {
    let response = try await http.send(
      HTTPRequest(
        method: .post, url: "\(base)/bot\(token.revealed)/\(method)", headers: [HTTPHeader("Content-Type", "application/json")], body: body,
        timeoutMilliseconds: timeoutMilliseconds), endsEarly: endsEarly)
    let tree = JSONTree(response.body)
    if (200..<300).contains(response.status), tree?["ok"] == .bool(true) { return tree?["result"] ?? .null }
    let secret = token.revealed
    let words = Plain.text((tree?["description"]?.text ?? "").replacing(secret, with: "***"), maximum: 200)
    guard !(200..<300).contains(response.status) else { throw DeliveryFailure("not an answer of Telegram", isCertain: false) }
    var failure = WebClient.failure(response, words: words)
    if let seconds = tree?["parameters"]?["retry_after"]?.integer, (0...86_400).contains(seconds) {
      failure.retryAfter = seconds * 1_000_000_000
    }
    // A chat that is not there is no matter of the text.
    if words.contains("chat not found") || words.contains("chat_id") { failure.isRefusedText = false }
    throw failure
  }
}

/// A chat of Telegram.
struct TelegramSender: Sender {
  let api: TelegramAPI
  let chat: String

  init(_ api: TelegramAPI, chat: String) {
    self.api = api
    self.chat = chat
  }

  func send(_ message: Message) async throws(DeliveryFailure) {
    let heading = message.heading
    let room = TelegramAPI.textMaximum - heading.utf16.count - 8
    let text = heading + "\n" + message.body(maximum: room) { $0.utf16.count }
    try await api.sendMessage(chat: chat, text: text, isSilent: message.level == .info)
  }
}
