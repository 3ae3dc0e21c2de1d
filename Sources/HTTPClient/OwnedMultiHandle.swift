import CCurl

/// Owns one libcurl multi handle: the connections and the requests under way. Only ``wakeUp()`` may be called from any thread.
@safe struct OwnedMultiHandle: ~Copyable {
  // libcurl wants this once per process, before any other call.
  static let isLibraryReady = botd_curl_global_init() == CURLE_OK

  private let raw: UnsafeMutableRawPointer

  /// `nil` when libcurl cannot be initialised.
  init?(connectionsPerHostMaximum: Int) {
    guard Self.isLibraryReady, let made = unsafe curl_multi_init() else { return nil }
    unsafe raw = made
    _ = unsafe botd_curl_multi_set_long(made, CURLMOPT_MAX_HOST_CONNECTIONS, max(1, connectionsPerHostMaximum))
  }

  deinit { unsafe curl_multi_cleanup(raw) }

  /// Starts the request of `easy`, which must live until it is removed; whether libcurl accepted it.
  func add(_ easy: borrowing OwnedEasyHandle) -> Bool {
    unsafe easy.withHandle { unsafe curl_multi_add_handle(raw, $0) } == CURLM_OK
  }

  /// Ends the request of `easy`, done or not.
  func remove(_ easy: borrowing OwnedEasyHandle) {
    _ = unsafe easy.withHandle { unsafe curl_multi_remove_handle(raw, $0) }
  }

  /// Reads and writes whatever can be without waiting; calls back into the requests.
  func perform() {
    var running: Int32 = 0
    _ = unsafe curl_multi_perform(raw, &running)
  }

  /// Waits until a connection is ready, ``wakeUp()`` is called or the time is over.
  func wait(milliseconds: Int32) { _ = unsafe curl_multi_poll(raw, nil, 0, milliseconds, nil) }

  /// Ends ``wait(milliseconds:)``, or the next one. From any thread.
  func wakeUp() { _ = unsafe curl_multi_wakeup(raw) }

  /// The next request that ended and how, `nil` when all were told. It stays added.
  func nextDone() -> (id: OwnedEasyHandle.ID, code: CURLcode)? {
    var left: Int32 = 0
    while let message = unsafe curl_multi_info_read(raw, &left) {
      guard unsafe message.pointee.msg == CURLMSG_DONE, let easy = unsafe message.pointee.easy_handle else { continue }
      return unsafe (OwnedEasyHandle.ID(easy), botd_curl_message_result(message))
    }
    return nil
  }
}
