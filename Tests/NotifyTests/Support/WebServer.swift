import Foundation
import TestSupport

/// A real HTTP server on 127.0.0.1 whose answers a test chooses; one thread for each connection.
final class WebServer: @unchecked Sendable {
  struct Request: Sendable {
    var path: String
    var headers: [String: String]
    var body: String
  }

  enum Answer: Sendable {
    case status(Int, [String], String)
    /// Half an answer, then a reset.
    case reset
    /// The request is read, and the connection closed without a word.
    case silence
  }

  let port: Int
  private let descriptor: Int32
  private let lock = NSLock()
  private var requests: [Request] = []
  private var answer: @Sendable (Request) -> Answer = { _ in .status(200, [], "{\"ok\":true,\"result\":{}}") }
  private var isOver = false

  var url: String { "http://127.0.0.1:\(port)" }
  var all: [Request] { lock.withLock { requests } }

  init(port wanted: Int = 0) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(wanted).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = descriptor
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic -> Int32 in
        let result = bind(descriptor, generic, length)
        return result == 0 ? getsockname(descriptor, generic, &length) : result
      }
    }
    guard bound == 0, listen(descriptor, 64) == 0 else { throw TestFailure("cannot listen: errno \(errno)") }
    port = Int(UInt16(bigEndian: address.sin_port))
    // The loop closes the descriptor, which another server would be given while this one may still accept from it.
    let thread = Thread { [weak self] in
      defer { close(descriptor) }
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { return }
        guard let self else { return _ = close(connection) }
        Thread { self.serve(connection) }.start()
      }
    }
    thread.start()
  }

  deinit { stop() }

  /// Nobody can connect any more.
  func stop() {
    lock.withLock {
      guard !isOver else { return }
      isOver = true
      shutdown(descriptor, Int32(SHUT_RDWR))
    }
  }

  func answers(_ body: @escaping @Sendable (Request) -> Answer) { lock.withLock { answer = body } }

  /// Waits until so many requests came that fit.
  func waits(for count: Int, within seconds: Double = 60, _ fits: (Request) -> Bool = { _ in true }) async -> [Request] {
    _ = await soon(within: seconds) { all.count(where: fits) >= count }
    return all.filter(fits)
  }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    var data: [UInt8] = []
    while true {
      guard let request = read(connection, &data) else { return }
      let chosen = lock.withLock {
        requests.append(request)
        return answer
      }(request)
      switch chosen {
      case .status(let status, let headers, let body):
        let head = (["HTTP/1.1 \(status) Word", "Content-Length: \(body.utf8.count)"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
        let bytes = Array((head + body).utf8)
        guard send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return }
      case .reset:
        let bytes = Array("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf".utf8)
        _ = send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Foundation.linger>.size))
        return
      case .silence: return
      }
    }
  }

  private func read(_ connection: Int32, _ data: inout [UInt8]) -> Request? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      if let end = data.firstRange(of: Array("\r\n\r\n".utf8)) {
        let lines = String(decoding: data[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
          let parts = line.split(separator: ":", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
          if parts.count == 2 { headers[parts[0].lowercased()] = parts[1] }
        }
        let length = headers["content-length"].flatMap(Int.init) ?? 0
        if data.count >= end.upperBound + length {
          let body = String(decoding: data[end.upperBound..<end.upperBound + length], as: UTF8.self)
          data.removeFirst(end.upperBound + length)
          return Request(path: String(lines[0].split(separator: " ")[1]), headers: headers, body: body)
        }
      }
      let got = recv(connection, &buffer, buffer.count, 0)
      guard got > 0 else { return nil }
      data += buffer[..<got]
    }
  }
}
