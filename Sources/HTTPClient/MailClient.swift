import CCurl
public import ServiceRuntime

/// One letter for a mail server.
public struct MailRequest: Sendable {
  public enum Security: Sendable, Hashable {
    /// TLS from the first byte.
    case implicit
    /// TLS after STARTTLS; without it nothing is sent.
    case startTLS
    case none
  }

  public var host: String
  public var port: Int
  public var security: Security
  /// Empty: without login.
  public var user: String
  public var password: Secret?
  /// The sender's address.
  public var from: String
  /// The recipients' addresses.
  public var to: [String]
  /// Headers, an empty line and body, lines ended by CRLF.
  public var letter: [UInt8]
  /// The time for everything, in milliseconds.
  public var timeoutMilliseconds: Int

  public init(
    host: String, port: Int, security: Security, user: String = "", password: Secret? = nil, from: String, to: [String], letter: [UInt8],
    timeoutMilliseconds: Int = 30_000
  ) {
    self.host = host
    self.port = port
    self.security = security
    self.user = user
    self.password = password
    self.from = from
    self.to = to
    self.letter = letter
    self.timeoutMilliseconds = timeoutMilliseconds
  }
}

/// How a letter did not get to its server.
public struct MailError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A sentence without password and letter.
  public var message: String
  /// False when the server certainly has not taken it.
  public var mayHaveBeenSent: Bool
  /// The server refused the letter itself, and would again.
  public var isLetterRefused: Bool

  public var description: String { message }
}

/// Sends letters by SMTP (RFC 5321), each on a connection and a thread of its own. Certificates and host names are checked.
public struct MailClient: Sendable {
  private let authorityFile: String?

  /// - Parameter authorityFile: a PEM file of authorities to trust instead of the system's.
  public init(authorityFile: String? = nil) { self.authorityFile = authorityFile }

  /// Returns once the server has taken the letter for all its recipients.
  ///
  /// - Throws: ``MailError``.
  public func send(_ request: MailRequest) async throws(MailError) {
    let authorityFile = authorityFile
    let failure = await withCheckedContinuation { (continuation: CheckedContinuation<MailError?, Never>) in
      do throws(RuntimeError) {
        let thread = try PinnedThread(name: "mail")
        thread.submit { continuation.resume(returning: MailTransfer.run(request, authorityFile: authorityFile)) }
        thread.stop()
      } catch {
        continuation.resume(returning: MailError(message: error.message, mayHaveBeenSent: false, isLetterRefused: false))
      }
    }
    if let failure { throw failure }
  }
}

/// One letter on its way. libcurl keeps unretained pointers to it while it is performed.
private final class MailTransfer {
  private let letter: [UInt8]
  private var sent = 0
  /// The server's last refusal.
  private var refusal = ""

  private init(_ letter: [UInt8]) { self.letter = letter }

  /// Blocks; `nil` when the server has it.
  static func run(_ request: MailRequest, authorityFile: String?) -> MailError? {
    guard OwnedMultiHandle.isLibraryReady, let handle = OwnedEasyHandle() else {
      return MailError(message: "libcurl cannot be initialised", mayHaveBeenSent: false, isLetterRefused: false)
    }
    let transfer = MailTransfer(request.letter)
    var recipients = OwnedHeaderList()
    for address in request.to { _ = recipients.append("<\(address)>") }
    guard transfer.configure(request, handle, recipients, authorityFile) else {
      return MailError(message: "libcurl refuses the letter's options", mayHaveBeenSent: false, isLetterRefused: false)
    }
    let code = withExtendedLifetime(transfer) { handle.perform() }
    let status = handle.responseStatus
    // The options point to the recipients.
    handle.reset()
    _ = consume recipients
    guard code != CURLE_OK else { return nil }
    return transfer.error(code, status)
  }

  private func configure(
    _ request: MailRequest, _ handle: borrowing OwnedEasyHandle, _ recipients: borrowing OwnedHeaderList, _ authorityFile: String?
  ) -> Bool {
    var accepted = true
    func check(_ isAccepted: Bool) { if !isAccepted { accepted = false } }
    let scheme = request.security == .implicit ? "smtps" : "smtp"
    check(handle.set(CURLOPT_URL, "\(scheme)://\(request.host):\(request.port)/botd"))
    check(handle.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps"))
    check(handle.set(CURLOPT_PROXY, ""))
    check(handle.set(CURLOPT_NOSIGNAL, 1))
    check(handle.set(CURLOPT_USE_SSL, request.security == .none ? 0 : 3))  // CURLUSESSL_NONE, CURLUSESSL_ALL
    check(handle.set(CURLOPT_SSL_VERIFYPEER, 1))
    check(handle.set(CURLOPT_SSL_VERIFYHOST, 2))
    check(handle.set(CURLOPT_SSLVERSION, 6))  // CURL_SSLVERSION_TLSv1_2: at least
    check(handle.set(CURLOPT_CONNECTTIMEOUT_MS, 10_000))
    check(handle.set(CURLOPT_TIMEOUT_MS, max(1, request.timeoutMilliseconds)))
    if let authorityFile { check(handle.set(CURLOPT_CAINFO, authorityFile)) }
    if !request.user.isEmpty {
      check(handle.set(CURLOPT_USERNAME, request.user))
      let password = request.password.map { unsafe $0.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) } } ?? ""
      check(handle.set(CURLOPT_PASSWORD, password))
    }
    check(handle.set(CURLOPT_MAIL_FROM, "<\(request.from)>"))
    check(handle.set(recipients: recipients))
    check(handle.set(CURLOPT_UPLOAD, 1))
    check(setCallbacks(handle))
    return accepted
  }

  private func setCallbacks(_ handle: borrowing OwnedEasyHandle) -> Bool {
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    return unsafe handle.withHandle { handle in
      let isReadSet = unsafe botd_curl_set_read(
        handle,
        { bytes, size, count, context in
          guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
          let transfer = unsafe Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
          return unsafe transfer.give(UnsafeMutableRawBufferPointer(start: bytes, count: size &* count))
        }, context)
      let isHeaderSet = unsafe botd_curl_set_header(
        handle,
        { bytes, size, count, context in
          guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
          let transfer = unsafe Unmanaged<MailTransfer>.fromOpaque(context).takeUnretainedValue()
          return unsafe transfer.heard(UnsafeRawBufferPointer(start: bytes, count: size &* count))
        }, context)
      let isWriteSet = unsafe botd_curl_set_write(handle, { _, size, count, _ in size &* count }, context)
      return isReadSet == CURLE_OK && isHeaderSet == CURLE_OK && isWriteSet == CURLE_OK
    }
  }

  private func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
    let count = min(room.count, letter.count - sent)
    guard count > 0 else { return 0 }
    unsafe room.copyBytes(from: letter[sent..<sent + count])
    sent += count
    return count
  }

  /// A line of the server.
  private func heard(_ bytes: UnsafeRawBufferPointer) -> Int {
    if let first = unsafe bytes.first, first == UInt8(ascii: "4") || first == UInt8(ascii: "5") {
      let line = unsafe bytes.prefix(200).filter { $0 >= 32 && $0 < 127 }
      refusal = String(decoding: line, as: UTF8.self)
    }
    return bytes.count
  }

  private func error(_ code: CURLcode, _ status: Int) -> MailError {
    let isRefused = (400..<600).contains(status)
    let text = unsafe curl_easy_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code.rawValue)"
    let hint =
      switch code {
      case CURLE_LOGIN_DENIED: " (check user and password)"
      case CURLE_USE_SSL_FAILED: " (the server offers no STARTTLS)"
      case CURLE_PEER_FAILED_VERIFICATION: " (its certificate is not trusted)"
      default: ""
      }
    // After the last byte of the letter only the server's word counts.
    return MailError(
      message: "mail: \(text)\(hint)\(isRefused && !refusal.isEmpty ? ": the server said \(refusal)" : "")",
      mayHaveBeenSent: sent > 0 && !isRefused, isLetterRefused: sent == letter.count && (500..<600).contains(status))
  }
}
