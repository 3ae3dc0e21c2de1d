import CCurl
import ServiceRuntime

/// The loop around one multi handle. `enqueue` and `stop` may be called from any thread, everything else runs on the client's.
final class TransferEngine: @unchecked Sendable {
  private struct Running {
    var transfer: Transfer
    var completion: HTTPClient.Completion
  }

  private let limits: HTTPClient.Limits
  private let waiting: BoundedQueue<PendingRequest>
  // Confined to the client's thread from `run` on.
  private var running: [OwnedEasyHandle.ID: Running] = [:]
  private var spares: [Transfer] = []
  // Last, so that every easy handle ends before it.
  private let multi: OwnedMultiHandle

  init(limits: HTTPClient.Limits) throws(HTTPError) {
    guard let multi = OwnedMultiHandle(connectionsPerHostMaximum: limits.connectionsPerHostMaximum) else {
      throw HTTPError(.invalidRequest, "libcurl cannot be initialised", mayHaveBeenSent: false)
    }
    self.limits = limits
    self.multi = multi
    waiting = BoundedQueue(capacity: max(1, limits.requestsMaximum), rule: .refuse)
  }

  func enqueue(_ pending: PendingRequest) {
    switch waiting.push(pending) {
    case .stored, .droppedOldest: multi.wakeUp()
    case .refused:
      pending.completion(.failure(HTTPError(.tooManyRequests, "too many requests are under way", mayHaveBeenSent: false)))
    case .closed: pending.completion(.failure(HTTPError(.shutDown, "the client is shut down", mayHaveBeenSent: false)))
    }
  }

  func stop() {
    waiting.close()
    multi.wakeUp()
  }

  func run() {
    while true {
      startWaiting()
      multi.perform()
      finishDone()
      if waiting.isClosed {
        finishAll()
        return
      }
      multi.wait(milliseconds: 1_000)
    }
  }

  private func startWaiting() {
    for pending in waiting.popAll() {
      guard running.count < limits.requestsMaximum else {
        pending.completion(.failure(HTTPError(.tooManyRequests, "too many requests are under way", mayHaveBeenSent: false)))
        continue
      }
      guard let transfer = spares.popLast() ?? Transfer(limits: limits) else {
        pending.completion(.failure(HTTPError(.invalidRequest, "out of memory", mayHaveBeenSent: false)))
        continue
      }
      guard transfer.configure(pending.request), multi.add(transfer.handle) else {
        release(transfer)
        pending.completion(.failure(HTTPError(.invalidRequest, "libcurl refuses the request's options", mayHaveBeenSent: false)))
        continue
      }
      running[transfer.handle.id] = Running(transfer: transfer, completion: pending.completion)
    }
  }

  private func finishDone() {
    while let done = multi.nextDone() {
      guard let ended = running.removeValue(forKey: done.id) else { continue }
      multi.remove(ended.transfer.handle)
      let result = ended.transfer.result(done.code)
      release(ended.transfer)
      ended.completion(result)
    }
  }

  private func finishAll() {
    for ended in running.values {
      multi.remove(ended.transfer.handle)
      ended.completion(
        .failure(HTTPError(.shutDown, "the client was shut down", mayHaveBeenSent: ended.transfer.timesWritten > 0)))
    }
    running.removeAll()
    for pending in waiting.popAll() {
      pending.completion(.failure(HTTPError(.shutDown, "the client is shut down", mayHaveBeenSent: false)))
    }
  }

  private func release(_ transfer: Transfer) {
    guard spares.count < 16 else { return }
    transfer.reset()
    spares.append(transfer)
  }
}
