import CCurl
import ServiceRuntime

/// The loop around one multi handle. `enqueue` and `stop` may be called from any thread, everything else runs on the client's.
final class TransferEngine: @unchecked Sendable {
  // libcurl wants this once per process, before any other call.
  private static let isLibraryReady = botd_curl_global_init() == CURLE_OK

  private let limits: HTTPClient.Limits
  private let multi: UnsafeMutableRawPointer
  private let waiting: BoundedQueue<PendingRequest>
  // Confined to the client's thread from `run` on.
  private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
  private var spareHandles: [UnsafeMutableRawPointer] = []

  init(limits: HTTPClient.Limits) throws(HTTPError) {
    guard Self.isLibraryReady, let multi = curl_multi_init() else {
      throw HTTPError(.invalidRequest, "libcurl cannot be initialised", mayHaveBeenSent: false)
    }
    self.limits = limits
    self.multi = multi
    waiting = BoundedQueue(capacity: max(1, limits.requestsMaximum), rule: .refuse)
    _ = botd_curl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, max(1, limits.connectionsPerHostMaximum))
  }

  deinit {
    for handle in spareHandles { curl_easy_cleanup(handle) }
    curl_multi_cleanup(multi)
  }

  func enqueue(_ pending: PendingRequest) {
    switch waiting.push(pending) {
    case .stored, .droppedOldest: curl_multi_wakeup(multi)
    case .refused:
      pending.completion(.failure(HTTPError(.tooManyRequests, "too many requests are under way", mayHaveBeenSent: false)))
    case .closed: pending.completion(.failure(HTTPError(.shutDown, "the client is shut down", mayHaveBeenSent: false)))
    }
  }

  func stop() {
    waiting.close()
    curl_multi_wakeup(multi)
  }

  func run() {
    while true {
      startWaiting()
      var running: Int32 = 0
      curl_multi_perform(multi, &running)
      finishDone()
      if waiting.isClosed {
        finishAll()
        return
      }
      curl_multi_poll(multi, nil, 0, 1_000, nil)
    }
  }

  private func startWaiting() {
    for pending in waiting.popAll() {
      guard transfers.count < limits.requestsMaximum else {
        pending.completion(.failure(HTTPError(.tooManyRequests, "too many requests are under way", mayHaveBeenSent: false)))
        continue
      }
      guard let handle = spareHandles.popLast() ?? curl_easy_init() else {
        pending.completion(.failure(HTTPError(.invalidRequest, "out of memory", mayHaveBeenSent: false)))
        continue
      }
      let transfer = Transfer(handle: handle, pending: pending, bodySizeBytesMaximum: limits.bodySizeBytesMaximum)
      guard transfer.configure(limits), curl_multi_add_handle(multi, handle) == CURLM_OK else {
        release(handle)
        pending.completion(.failure(HTTPError(.invalidRequest, "libcurl refuses the request's options", mayHaveBeenSent: false)))
        continue
      }
      transfers[handle] = transfer
    }
  }

  private func finishDone() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle else { continue }
      let code = botd_curl_message_result(message)
      curl_multi_remove_handle(multi, handle)
      guard let transfer = transfers.removeValue(forKey: handle) else { continue }
      let result = transfer.result(code)
      release(handle)
      transfer.pending.completion(result)
    }
  }

  private func finishAll() {
    for (handle, transfer) in transfers {
      curl_multi_remove_handle(multi, handle)
      curl_easy_cleanup(handle)
      transfer.pending.completion(
        .failure(HTTPError(.shutDown, "the client was shut down", mayHaveBeenSent: transfer.timesWritten > 0)))
    }
    transfers.removeAll()
    for pending in waiting.popAll() {
      pending.completion(.failure(HTTPError(.shutDown, "the client is shut down", mayHaveBeenSent: false)))
    }
  }

  private func release(_ handle: UnsafeMutableRawPointer) {
    guard spareHandles.count < 16 else { return curl_easy_cleanup(handle) }
    curl_easy_reset(handle)
    spareHandles.append(handle)
  }
}
