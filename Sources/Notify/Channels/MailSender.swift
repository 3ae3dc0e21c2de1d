import HTTPClient
import ServiceRuntime

/// Letters by SMTP.
struct MailSender: Sender {
  private let settings: MailSettings
  private let client: MailClient

  init(_ settings: MailSettings, authorityFile: String?) {
    self.settings = settings
    client = MailClient(authorityFile: authorityFile)
  }

  func send(_ message: Message) async throws(DeliveryFailure) {
    let security: MailRequest.Security =
      switch settings.security {
      case .implicit: .implicit
      case .startTLS: .startTLS
      case .none: .none
      }
    let request = MailRequest(
      host: settings.host, port: settings.port, security: security, user: settings.user, password: settings.password, from: settings.from,
      to: settings.to, letter: letter(message))
    do throws(MailError) {
      try await client.send(request)
    } catch {
      throw DeliveryFailure(error.message, isCertain: !error.mayHaveBeenSent, isRefusedText: error.isLetterRefused)
    }
  }

  /// The whole letter: headers and body with CRLF, its lines of less than 998 bytes.
  private func letter(_ message: Message) -> [UInt8] {
    let host = settings.from.split(separator: "@").last.map(String.init) ?? "botd"
    let headers = [
      "From: botd <\(settings.from)>", "To: \(settings.to.joined(separator: ",\r\n "))", "Subject: \(EncodedWord.text(message.heading))",
      "Date: \(HTTPDate.mail(WallClock.now()))", "Message-ID: <\(message.id)@\(host)>", "X-Botd-Id: \(message.id)",
      "Auto-Submitted: auto-generated", "Precedence: bulk", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
      "Content-Transfer-Encoding: base64",
    ]
    let body = Array(message.body(maximum: 200_000) { $0.utf8.count }.replacing("\n", with: "\r\n").utf8)
    let priority = message.level == .critical ? ["Importance: high"] : []
    return Array(((headers + priority).joined(separator: "\r\n") + "\r\n\r\n").utf8) + EncodedWord.lines(body)
  }
}
