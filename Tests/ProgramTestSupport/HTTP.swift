public import Foundation
import TestSupport

/// One request at a time over a plain socket: what a test needs to ask the simulator.
public enum HTTP {
  public static func get(_ url: String, headers: [String] = []) throws -> Data { try send("GET", url, headers: headers) }

  public static func post(_ url: String, _ body: String, headers: [String] = []) throws -> Data {
    try send("POST", url, headers: headers, body: body)
  }

  public static func delete(_ url: String) throws -> Data { try send("DELETE", url, headers: []) }

  private static func send(_ method: String, _ url: String, headers: [String], body: String = "") throws -> Data {
    guard let parts = URLComponents(string: url), let host = parts.host, let port = parts.port else { throw TestFailure("bad URL \(url)") }
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw TestFailure("no socket") }
    defer { close(descriptor) }
    var time = timeval(tv_sec: 20, tv_usec: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    unsafe inet_pton(AF_INET, host, &address.sin_addr)
    let connected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw TestFailure("cannot connect to \(url): errno \(errno)") }
    let target = url.range(of: "\(host):\(port)").map { String(url[$0.upperBound...]) } ?? "/"
    let length = method == "GET" ? [] : ["Content-Length: \(body.utf8.count)"]
    let request = ["\(method) \(target) HTTP/1.1", "Host: \(host):\(port)", "Connection: close"] + length + headers
    let bytes = Array((request.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
    guard unsafe write(descriptor, bytes, bytes.count) == bytes.count else { throw TestFailure("cannot send") }
    var answer = Data()
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let got = unsafe read(descriptor, &buffer, buffer.count)
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { break }
      answer.append(contentsOf: buffer[0..<got])
    }
    guard let split = answer.range(of: Data("\r\n\r\n".utf8)) else { throw TestFailure("no answer from \(url)") }
    let head = String(decoding: answer[..<split.lowerBound], as: UTF8.self)
    let body = Data(answer[split.upperBound...])
    let isChunked = head.lowercased().contains("transfer-encoding: chunked")
    guard head.hasPrefix("HTTP/1.1 200") else {
      throw TestFailure("\(url): \(head.prefix(80)) \(String(decoding: body.prefix(300), as: UTF8.self))")
    }
    return isChunked ? try unchunked(body) : body
  }

  private static func unchunked(_ body: Data) throws -> Data {
    var rest = body[...]
    var result = Data()
    while let line = rest.range(of: Data("\r\n".utf8)) {
      guard let size = Int(String(decoding: rest[rest.startIndex..<line.lowerBound], as: UTF8.self), radix: 16) else {
        throw TestFailure("bad chunk")
      }
      if size == 0 { return result }
      result.append(rest[line.upperBound..<(line.upperBound + size)])
      rest = rest[(line.upperBound + size + 2)...]
    }
    return result
  }
}
