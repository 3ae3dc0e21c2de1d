import CCurl

/// One request under way. libcurl keeps unretained pointers to it while its handle is in the multi handle, as long as the engine's table
/// holds it.
final class Transfer {
  let pending: PendingRequest
  private let handle: UnsafeMutableRawPointer
  private let bodySizeBytesMaximum: Int
  private var headerList: UnsafeMutablePointer<curl_slist>?
  private var headers: [HTTPHeader] = []
  private var headerSize = 0
  private var body: [UInt8] = []
  private var isTooLarge = false
  /// How often libcurl came to the point of writing the request; the second time is refused.
  private(set) var timesWritten = 0

  static let headersSizeBytesMaximum = 256 << 10

  init(handle: UnsafeMutableRawPointer, pending: PendingRequest, bodySizeBytesMaximum: Int) {
    self.handle = handle
    self.pending = pending
    self.bodySizeBytesMaximum = bodySizeBytesMaximum
  }

  deinit { curl_slist_free_all(headerList) }

  /// Sets every option; false when libcurl refuses one.
  func configure(_ limits: HTTPClient.Limits) -> Bool {
    let request = pending.request
    guard !request.url.utf8.contains(0), buildHeaders() else { return false }
    var accepted = true
    func check(_ code: CURLcode) { if code != CURLE_OK { accepted = false } }
    func set(_ option: CURLoption, _ value: Int) { check(botd_curl_set_long(handle, option, value)) }
    check(botd_curl_set_text(handle, CURLOPT_URL, request.url))
    check(botd_curl_set_text(handle, CURLOPT_PROTOCOLS_STR, "http,https"))
    check(botd_curl_set_text(handle, CURLOPT_PROXY, ""))
    check(botd_curl_set_text(handle, CURLOPT_USERAGENT, "botd"))
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_HTTP_VERSION, 2)  // CURL_HTTP_VERSION_1_1
    set(CURLOPT_SSL_VERIFYPEER, 1)
    set(CURLOPT_SSL_VERIFYHOST, 2)
    set(CURLOPT_SSLVERSION, 6)  // CURL_SSLVERSION_TLSv1_2: at least
    set(CURLOPT_TCP_NODELAY, 1)
    set(CURLOPT_TCP_KEEPALIVE, 1)
    set(CURLOPT_CONNECTTIMEOUT_MS, max(1, limits.connectTimeoutMilliseconds))
    set(CURLOPT_TIMEOUT_MS, max(1, request.timeoutMilliseconds))
    if let authorityFile = limits.authorityFile { check(botd_curl_set_text(handle, CURLOPT_CAINFO, authorityFile)) }
    switch request.method {
    case .get: set(CURLOPT_HTTPGET, 1)
    case .post: setBody()
    case .put:
      setBody()
      check(botd_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue))
    case .delete: check(botd_curl_set_text(handle, CURLOPT_CUSTOMREQUEST, request.method.rawValue))
    }
    func setBody() {
      set(CURLOPT_POST, 1)
      let count = curl_off_t(request.body.count)
      // One more byte, so that an empty body has an address too.
      check((request.body + [0]).withUnsafeBytes { botd_curl_set_body(handle, $0.baseAddress, count) })
    }
    check(botd_curl_set_headers(handle, headerList))
    setCallbacks(check)
    return accepted
  }

  private func buildHeaders() -> Bool {
    // "Expect:" stops libcurl from asking for permission before a body.
    for header in pending.request.headers + [HTTPHeader("Expect", "")] {
      let line = header.value.isEmpty ? "\(header.name):" : "\(header.name): \(header.value)"
      guard !line.utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }), let list = curl_slist_append(headerList, line) else {
        return false
      }
      headerList = list
    }
    return true
  }

  private func setCallbacks(_ check: (CURLcode) -> Void) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    check(
      botd_curl_set_write(
        handle,
        { bytes, size, count, context in
          guard let bytes, let context else { return 0 }
          let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
          return transfer.receivedBody(UnsafeRawBufferPointer(start: bytes, count: size &* count))
        }, context))
    check(
      botd_curl_set_header(
        handle,
        { bytes, size, count, context in
          guard let bytes, let context else { return 0 }
          let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
          return transfer.receivedHeader(UnsafeRawBufferPointer(start: bytes, count: size &* count))
        }, context))
    check(
      botd_curl_set_before_request(
        handle,
        { context, _, _, _, _ in
          guard let context else { return Int32(CURL_PREREQFUNC_ABORT) }
          let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
          transfer.timesWritten += 1
          return transfer.timesWritten == 1 ? Int32(CURL_PREREQFUNC_OK) : Int32(CURL_PREREQFUNC_ABORT)
        }, context))
  }

  private func receivedBody(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard bytes.count <= bodySizeBytesMaximum - body.count else {
      isTooLarge = true
      return 0
    }
    body.append(contentsOf: bytes)
    return bytes.count
  }

  private func receivedHeader(_ bytes: UnsafeRawBufferPointer) -> Int {
    headerSize += bytes.count
    guard headerSize <= Self.headersSizeBytesMaximum else {
      isTooLarge = true
      return 0
    }
    let line = String(decoding: bytes, as: UTF8.self)
    if line.hasPrefix("HTTP/") {
      headers.removeAll()  // an informational answer came before
    } else if let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) {
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      let end = value.lastIndex { !$0.isWhitespace && !$0.isNewline }
      headers.append(HTTPHeader(String(line[..<colon]), end.map { String(value[...$0]) } ?? ""))
    }
    return bytes.count
  }

  func result(_ code: CURLcode) -> Result<HTTPResponse, HTTPError> {
    guard code == CURLE_OK else { return .failure(error(code)) }
    var status = 0
    _ = botd_curl_get_long(handle, CURLINFO_RESPONSE_CODE, &status)
    return .success(HTTPResponse(status: status, headers: headers, body: body))
  }

  private func error(_ code: CURLcode) -> HTTPError {
    let wasWritten = timesWritten > 0
    func make(_ kind: HTTPError.Code, _ message: String) -> HTTPError { HTTPError(kind, message, mayHaveBeenSent: wasWritten) }
    if isTooLarge { return make(.tooLarge, "the answer is larger than \(bodySizeBytesMaximum) bytes") }
    if timesWritten > 1 { return make(.connectionLost, "the kept-alive connection ended without an answer") }
    let text = curl_easy_strerror(code).map { String(cString: $0) } ?? "error \(code.rawValue)"
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
