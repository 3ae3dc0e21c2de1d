import CCurl

/// An easy handle and the request it carries, one after the other. libcurl keeps unretained pointers to it while the handle is in the
/// multi handle, as long as the engine's table holds it.
final class Transfer {
  /// What came of one request.
  private struct Progress {
    var headers: [HTTPHeader] = []
    var headerSize = 0
    var body: [UInt8] = []
    var isTooLarge = false
    var timesWritten = 0
  }

  let handle: OwnedEasyHandle
  private let limits: HTTPClient.Limits
  private var headerList = OwnedHeaderList()
  private var progress = Progress()

  static let headersSizeBytesMaximum = 256 << 10

  /// `nil` when libcurl has no memory.
  init?(limits: HTTPClient.Limits) {
    guard let handle = OwnedEasyHandle() else { return nil }
    self.handle = handle
    self.limits = limits
  }

  /// How often libcurl came to the point of writing the request; the second time is refused.
  var timesWritten: Int { progress.timesWritten }

  /// Sets every option of `request`; false when libcurl refuses one.
  func configure(_ request: HTTPRequest) -> Bool {
    guard !request.url.utf8.contains(0), buildHeaders(request) else { return false }
    var accepted = true
    func check(_ isAccepted: Bool) { if !isAccepted { accepted = false } }
    check(handle.set(CURLOPT_URL, request.url))
    check(handle.set(CURLOPT_PROTOCOLS_STR, "http,https"))
    check(handle.set(CURLOPT_PROXY, ""))
    check(handle.set(CURLOPT_USERAGENT, "botd"))
    check(handle.set(CURLOPT_NOSIGNAL, 1))
    check(handle.set(CURLOPT_FOLLOWLOCATION, 0))
    check(handle.set(CURLOPT_HTTP_VERSION, 2))  // CURL_HTTP_VERSION_1_1
    check(handle.set(CURLOPT_SSL_VERIFYPEER, 1))
    check(handle.set(CURLOPT_SSL_VERIFYHOST, 2))
    check(handle.set(CURLOPT_SSLVERSION, 6))  // CURL_SSLVERSION_TLSv1_2: at least
    check(handle.set(CURLOPT_TCP_NODELAY, 1))
    check(handle.set(CURLOPT_TCP_KEEPALIVE, 1))
    check(handle.set(CURLOPT_CONNECTTIMEOUT_MS, max(1, limits.connectTimeoutMilliseconds)))
    check(handle.set(CURLOPT_TIMEOUT_MS, max(1, request.timeoutMilliseconds)))
    if let authorityFile = limits.authorityFile { check(handle.set(CURLOPT_CAINFO, authorityFile)) }
    switch request.method {
    case .get: check(handle.set(CURLOPT_HTTPGET, 1))
    case .post:
      check(handle.set(CURLOPT_POST, 1))
      check(handle.set(body: request.body))
    case .put:
      check(handle.set(CURLOPT_POST, 1))
      check(handle.set(body: request.body))
      check(handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue))
    case .delete: check(handle.set(CURLOPT_CUSTOMREQUEST, request.method.rawValue))
    }
    check(handle.set(headers: headerList))
    check(setCallbacks())
    return accepted
  }

  /// Forgets the request, so that the handle can carry another.
  func reset() {
    handle.reset()
    headerList = OwnedHeaderList()
    progress = Progress()
  }

  private func buildHeaders(_ request: HTTPRequest) -> Bool {
    // "Expect:" stops libcurl from asking for permission before a body.
    for header in request.headers + [HTTPHeader("Expect", "")] {
      let line = header.value.isEmpty ? "\(header.name):" : "\(header.name): \(header.value)"
      guard !line.utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }), headerList.append(line) else { return false }
    }
    return true
  }

  /// Lets libcurl call this transfer, unretained; whether it accepted that.
  private func setCallbacks() -> Bool {
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    return unsafe handle.withHandle { handle in
      let isBodySet = unsafe botd_curl_set_write(
        handle,
        { bytes, size, count, context in
          guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
          let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
          return unsafe transfer.receivedBody(UnsafeRawBufferPointer(start: bytes, count: size &* count))
        }, context)
      let isHeaderSet = unsafe botd_curl_set_header(
        handle,
        { bytes, size, count, context in
          guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
          let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
          return unsafe transfer.receivedHeader(UnsafeRawBufferPointer(start: bytes, count: size &* count))
        }, context)
      let isRequestSet = unsafe botd_curl_set_before_request(
        handle,
        { context, _, _, _, _ in
          guard let context = unsafe context else { return Int32(CURL_PREREQFUNC_ABORT) }
          let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
          transfer.progress.timesWritten += 1
          return transfer.progress.timesWritten == 1 ? Int32(CURL_PREREQFUNC_OK) : Int32(CURL_PREREQFUNC_ABORT)
        }, context)
      return isBodySet == CURLE_OK && isHeaderSet == CURLE_OK && isRequestSet == CURLE_OK
    }
  }

  private func receivedBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard bytes.count <= limits.bodySizeBytesMaximum - progress.body.count else {
      progress.isTooLarge = true
      return 0
    }
    unsafe progress.body.append(contentsOf: bytes)
    return bytes.count
  }

  private func receivedHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    progress.headerSize += bytes.count
    guard progress.headerSize <= Self.headersSizeBytesMaximum else {
      progress.isTooLarge = true
      return 0
    }
    let line = unsafe String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      progress.headers.removeAll()  // an informational answer came before
    } else if let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) {
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      let end = value.lastIndex { !$0.isWhitespace && !$0.isNewline }
      progress.headers.append(HTTPHeader(String(line[..<colon]), end.map { String(value[...$0]) } ?? ""))
    }
    return bytes.count
  }

  /// The whole answer, or why there is none, after libcurl ended the request with `code`.
  func result(_ code: CURLcode) -> Result<HTTPResponse, HTTPError> {
    guard code == CURLE_OK else { return .failure(error(code)) }
    return .success(HTTPResponse(status: handle.responseStatus, headers: progress.headers, body: progress.body))
  }

  private func error(_ code: CURLcode) -> HTTPError {
    let wasWritten = timesWritten > 0
    func make(_ kind: HTTPError.Code, _ message: String) -> HTTPError { HTTPError(kind, message, mayHaveBeenSent: wasWritten) }
    if progress.isTooLarge { return make(.tooLarge, "the answer is larger than \(limits.bodySizeBytesMaximum) bytes") }
    if timesWritten > 1 { return make(.connectionLost, "the kept-alive connection ended without an answer") }
    let text = unsafe curl_easy_strerror(code).map { unsafe String(cString: $0) } ?? "error \(code.rawValue)"
    switch code {
    case CURLE_OPERATION_TIMEDOUT:
      return wasWritten ? make(.timedOut, "no whole answer in time") : make(.couldNotConnect, "no connection in time")
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_PROXY: return make(.couldNotConnect, text)
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_ISSUER_ERROR:
      return make(.untrusted, text)
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: return make(.invalidRequest, text)
    case CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING:
      return make(.malformedAnswer, text)
    default: return make(wasWritten ? .connectionLost : .couldNotConnect, text)
    }
  }
}
