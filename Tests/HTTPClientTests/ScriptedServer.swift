import Foundation
import Synchronization

/// A TCP server that does what a script says with each request it has read whole; counts every request that reaches it.
final class ScriptedServer: @unchecked Sendable {
  enum Step {
    /// Send these bytes.
    case send(String)
    /// Send them in pieces of one byte, each a segment of its own.
    case sendSlowly(String)
    /// Close the connection; with a reset instead of a normal end when asked.
    case close(reset: Bool)
    /// Never answer, keep the connection.
    case ignore
  }

  let port: Int
  private let listener: Int32
  private let script: @Sendable (_ request: String, _ number: Int) -> [Step]
  private let state = Mutex<(requests: [String], connections: Int, open: [Int32], isStopped: Bool)>(([], 0, [], false))
  private let threads = DispatchGroup()

  init(_ script: @escaping @Sendable (String, Int) -> [Step]) throws {
    self.script = script
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(listener, $0, length) == 0 && getsockname(listener, $0, &length) == 0
      }
    }
    guard bound, listen(listener, 64) == 0 else { throw CocoaError(.fileNoSuchFile) }
    port = Int(UInt16(bigEndian: address.sin_port))
    threads.enter()
    Thread.detachNewThread { [self] in
      acceptLoop()
      threads.leave()
    }
  }

  var url: String { "http://127.0.0.1:\(port)" }
  var requests: [String] { state.withLock { $0.requests } }
  var connections: Int { state.withLock { $0.connections } }

  /// Ends the listening and every connection, and waits for the threads. They close what they use themselves: a number that is free
  /// belongs to the next server.
  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    state.withLock { state in
      state.isStopped = true
      for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
    threads.wait()
  }

  private func acceptLoop() {
    defer { close(listener) }
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { return }
      var one: Int32 = 1
      unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, 4)
      state.withLock {
        $0.connections += 1
        $0.open.append(descriptor)
        // Accepted while `stop` ran: its look at the open ones may be over.
        if $0.isStopped { shutdown(descriptor, Int32(SHUT_RDWR)) }
      }
      threads.enter()
      Thread.detachNewThread { [self] in
        serve(descriptor)
        threads.leave()
      }
    }
  }

  private func serve(_ descriptor: Int32) {
    defer {
      state.withLock { state in
        state.open.removeAll { $0 == descriptor }
        _ = close(descriptor)
      }
    }
    while let request = readRequest(descriptor) {
      let number = state.withLock { state -> Int in
        state.requests.append(request)
        return state.requests.count
      }
      for step in script(request, number) {
        switch step {
        case .send(let text): guard write(descriptor, text) else { return }
        case .sendSlowly(let text):
          for byte in text.utf8 { guard write(descriptor, String(decoding: [byte], as: UTF8.self)) else { return } }
        case .close(let reset):
          if reset {
            var linger = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
          }
          return
        case .ignore: break
        }
      }
    }
  }

  private func write(_ descriptor: Int32, _ text: String) -> Bool {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let sent = unsafe bytes.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard sent > 0 else { return false }
      bytes = bytes.dropFirst(sent)
    }
    return true
  }

  /// Headers and as much body as Content-Length says; `nil` at the end of the connection.
  private func readRequest(_ descriptor: Int32) -> String? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let text = String(decoding: bytes, as: UTF8.self)
      if let end = text.range(of: "\r\n\r\n") {
        let head = text[..<end.lowerBound].lowercased()
        var expected = 0
        if let place = head.range(of: "content-length: ") {
          expected = Int(head[place.upperBound...].prefix { $0.isNumber }) ?? 0
        }
        if text[end.upperBound...].utf8.count >= expected { return text }
      }
      let got = unsafe recv(descriptor, &buffer, buffer.count, 0)
      guard got > 0 else { return nil }
      bytes.append(contentsOf: buffer[..<got])
    }
  }

  static func answer(_ body: String, status: String = "200 OK", headers: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
  }
}
