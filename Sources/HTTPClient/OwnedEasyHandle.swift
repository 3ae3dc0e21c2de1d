import CCurl

/// Owns one libcurl easy handle: the options and the state of one request at a time.
@safe struct OwnedEasyHandle: ~Copyable {
  /// Tells handles apart while they live; lends no access.
  struct ID: Hashable {
    private let address: UInt
    init(_ raw: UnsafeMutableRawPointer) { address = UInt(bitPattern: raw) }
  }

  private let raw: UnsafeMutableRawPointer

  /// `nil` when libcurl has no memory.
  init?() {
    guard let made = unsafe curl_easy_init() else { return nil }
    unsafe raw = made
  }

  deinit { unsafe curl_easy_cleanup(raw) }

  var id: ID { unsafe ID(raw) }

  /// Lends the handle for one call; it must not be kept.
  func withHandle<Value>(_ body: (UnsafeMutableRawPointer) -> Value) -> Value { unsafe body(raw) }

  /// Forgets every option; keeps what later requests gain from, such as TLS sessions.
  func reset() { unsafe curl_easy_reset(raw) }

  /// Sets a numeric option; whether libcurl accepted it.
  func set(_ option: CURLoption, _ value: Int) -> Bool { unsafe botd_curl_set_long(raw, option, value) == CURLE_OK }

  /// Sets a text option, which libcurl copies; whether it accepted it.
  func set(_ option: CURLoption, _ text: String) -> Bool { unsafe botd_curl_set_text(raw, option, text) == CURLE_OK }

  /// Sets the body of a POST, which libcurl copies; whether it accepted it.
  func set(body: [UInt8]) -> Bool {
    // One more byte, so that an empty body has an address too.
    unsafe (body + [0]).withUnsafeBytes { unsafe botd_curl_set_body(raw, $0.baseAddress, curl_off_t(body.count)) } == CURLE_OK
  }

  /// Sets the header lines; whether libcurl accepted them. It does not copy them: they must live until the next ``reset()``.
  func set(headers: borrowing OwnedHeaderList) -> Bool {
    unsafe headers.withList { unsafe botd_curl_set_headers(raw, $0) } == CURLE_OK
  }

  /// Sets the recipients of a letter; whether libcurl accepted them. It does not copy them: they must live until the next ``reset()``.
  func set(recipients: borrowing OwnedHeaderList) -> Bool {
    unsafe recipients.withList { unsafe botd_curl_set_recipients(raw, $0) } == CURLE_OK
  }

  /// Does what the options say, on the calling thread, and returns how it ended.
  func perform() -> CURLcode { unsafe curl_easy_perform(raw) }

  /// The status of the last whole answer, 0 for none.
  var responseStatus: Int {
    var status = 0
    _ = unsafe botd_curl_get_long(raw, CURLINFO_RESPONSE_CODE, &status)
    return status
  }
}
