import Foundation
import HTTPClient
import ServiceRuntime
import Signing
import Time

/// JSON by POST, signed so that the receiver knows who wrote it, and when.
///
/// `X-Botd-Signature: v1=HEX` is the HMAC-SHA256 of `TIMESTAMP.BODY`, the timestamp as in `X-Botd-Timestamp` (seconds since 1970).
struct WebhookSender: Sender {
  let url: Secret
  let key: Secret?
  let http: WebClient

  func send(_ message: Message) async throws(DeliveryFailure) {
    let now = WallClock.now()
    let body = message.json(sentAt: now)
    var headers = [HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-Botd-Id", message.id)]
    let seconds = "\(now.milliseconds / 1_000)"
    headers.append(HTTPHeader("X-Botd-Timestamp", seconds))
    if let key {
      let code = HMACSHA256.hex(Array("\(seconds).".utf8) + body, secret: key)
      guard !code.isEmpty else { throw DeliveryFailure("the message cannot be signed: out of memory", isCertain: true) }
      headers.append(HTTPHeader("X-Botd-Signature", "v1=" + code))
    }
    try await http.deliver(HTTPRequest(method: .post, url: url.revealed, headers: headers, body: body))
  }
}

/// A topic of an ntfy server.
struct NtfySender: Sender {
  let url: Secret
  let token: Secret?
  let http: WebClient

  /// Longer ones become attachments.
  static let sizeBytesMaximum = 4_096

  func send(_ message: Message) async throws(DeliveryFailure) {
    let priority =
      switch message.level {
      case .info: "3"
      case .warning: "4"
      case .critical: "5"
      }
    var headers = [
      HTTPHeader("Title", Self.header(message.heading)), HTTPHeader("Priority", priority), HTTPHeader("X-Botd-Id", message.id),
      HTTPHeader("Content-Type", "text/plain; charset=utf-8"),
    ]
    if let token { headers.append(HTTPHeader("Authorization", "Bearer " + token.revealed)) }
    let body = message.body(maximum: Self.sizeBytesMaximum - 96) { $0.utf8.count }
    try await http.deliver(HTTPRequest(method: .post, url: url.revealed, headers: headers, body: Array(body.utf8)))
  }

  /// A header's text; other characters than those of ASCII as RFC 2047 has them.
  private static func header(_ text: String) -> String { EncodedWord.text(text) }
}

/// Text in headers of mail and of ntfy, by RFC 2047.
enum EncodedWord {
  static func text(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }) { return text }
    // Words of at most 75 characters, each of whole characters.
    var words: [String] = []
    var part: [UInt8] = []
    for character in text {
      let bytes = Array(String(character).utf8)
      if part.count + bytes.count > 42 {
        words.append(word(part))
        part = []
      }
      part += bytes
    }
    words.append(word(part))
    return words.joined(separator: " ")
  }

  private static func word(_ bytes: [UInt8]) -> String { "=?UTF-8?B?\(Data(bytes).base64EncodedString())?=" }
}

extension EncodedWord {
  /// Base64 in lines of 76 characters.
  static func lines(_ bytes: [UInt8]) -> [UInt8] {
    Array(Data(bytes).base64EncodedString(options: [.lineLength76Characters, .endLineWithCarriageReturn, .endLineWithLineFeed]).utf8) + [
      13, 10,
    ]
  }
}
