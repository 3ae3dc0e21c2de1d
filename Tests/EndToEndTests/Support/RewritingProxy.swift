import Foundation
import Synchronization
import ProgramTestSupport
import TestSupport

/// A REST address in front of a simulator that answers some requests itself: what an exchange says on a bad day.
final class RewritingProxy: Sendable {
  /// `nil`: the simulator's own answer.
  typealias Script = @Sendable (_ target: String) throws -> (status: Int, body: String)?

  let port: Int
  private let descriptor: Int32
  private let upstream: String
  private let script: Script
  private let isOver = Mutex(false)

  init(_ simulator: Simulator, _ script: @escaping Script) throws {
    upstream = "http://\(simulator.address)"
    self.script = script
    port = try freePort()
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw TestFailure("no socket") }
    var yes: Int32 = 1
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let number = descriptor
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0, listen(descriptor, 64) == 0 else { throw TestFailure("cannot listen on \(port): errno \(errno)") }
    Thread.detachNewThread { [self] in accept() }
  }

  func stop() {
    isOver.withLock { $0 = true }
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// The body of the simulator's answer.
  func original(_ target: String) throws -> Data { try HTTP.get(upstream + target) }

  private func accept() {
    while !isOver.withLock({ $0 }) {
      let connection = Foundation.accept(descriptor, nil, nil)
      guard connection >= 0 else { continue }
      Thread.detachNewThread { [self] in
        serve(connection)
        close(connection)
      }
    }
    close(descriptor)
  }

  private func serve(_ connection: Int32) {
    var head = Data()
    var buffer = [UInt8](repeating: 0, count: 8_192)
    while head.range(of: Data("\r\n\r\n".utf8)) == nil {
      let got = unsafe read(connection, &buffer, buffer.count)
      guard got > 0 else { return }
      head.append(contentsOf: buffer[0..<got])
    }
    let words = String(decoding: head, as: UTF8.self).split(separator: " ", maxSplits: 2)
    guard words.count == 3 else { return }
    let target = String(words[1])
    var answer: (status: Int, body: Data)
    do {
      let own = try script(target)
      answer = try own.map { ($0.status, Data($0.body.utf8)) } ?? (200, original(target))
    } catch {
      answer = (502, Data("{}".utf8))
    }
    var bytes = Data(
      "HTTP/1.1 \(answer.status) x\r\nContent-Type: application/json\r\nContent-Length: \(answer.body.count)\r\nConnection: close\r\n\r\n"
        .utf8)
    bytes.append(answer.body)
    var sent = 0
    let all = [UInt8](bytes)
    while sent < all.count {
      let count = unsafe all[sent...].withUnsafeBytes { unsafe write(connection, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      sent += count
    }
  }
}
