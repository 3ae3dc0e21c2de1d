import ServiceRuntime
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Standard input of the process, read on a thread of its own: who waits for a person must not hold one of the shared threads.
final class InputSource: Sendable {
  private static let pieceBytes = 65_536
  private let descriptor: Int32
  private let thread = Mutex<PinnedThread?>(nil)

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// The next bytes; nil at the end.
  ///
  /// - Throws: exit code 1 when the system refuses to read or a thread.
  func next() async throws(CommandFailure) -> [UInt8]? {
    let thread = try reader()
    let descriptor = descriptor
    let result: Result<[UInt8]?, CommandFailure> = await withCheckedContinuation { continuation in
      let isQueued = thread.submit { continuation.resume(returning: Self.read(descriptor)) }
      if !isQueued { continuation.resume(returning: .success(nil)) }
    }
    return try result.get()
  }

  private func reader() throws(CommandFailure) -> PinnedThread {
    let result = thread.withLock { thread -> Result<PinnedThread, CommandFailure> in
      if let thread { return .success(thread) }
      do throws(RuntimeError) {
        let made = try PinnedThread(name: "input")
        thread = made
        return .success(made)
      } catch {
        return .failure(CommandFailure(.failure, "standard input cannot be read: \(error)"))
      }
    }
    return try result.get()
  }

  private static func read(_ descriptor: Int32) -> Result<[UInt8]?, CommandFailure> {
    var code: Int32 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: pieceBytes) { buffer, count in
      var got = unsafe systemRead(descriptor, buffer.baseAddress, buffer.count)
      while got < 0, errno == EINTR { got = unsafe systemRead(descriptor, buffer.baseAddress, buffer.count) }
      if got < 0 { code = errno }
      count = max(0, got)
    }
    guard code == 0 else {
      return .failure(CommandFailure(.failure, "standard input cannot be read: \(unsafe String(cString: strerror(code)))"))
    }
    return .success(bytes.isEmpty ? nil : bytes)
  }

  private static func systemRead(_ descriptor: Int32, _ base: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.read(descriptor, base, count)
    #elseif canImport(Musl)
      Musl.read(descriptor, base, count)
    #elseif canImport(Darwin)
      Darwin.read(descriptor, base, count)
    #endif
  }
}
