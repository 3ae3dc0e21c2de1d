import CZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Bytes of a file from its start to its end, out of whatever they are packed in.
protocol ByteSource: AnyObject {
  /// How much of the file has been read, 0…1.
  var fraction: Double { get }
  /// Whether the bytes on disk are the text itself. Known after the first read.
  var isPlain: Bool { get }
  /// Fills some of `buffer` and returns how many bytes that are; 0 at the end.
  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(SourceProblem) -> Int
  func close()
}

/// Why bytes cannot be read on, in words.
struct SourceProblem: Error {
  let text: String
  init(_ text: String) { self.text = text }
}

/// A file on disk, plain or gzip (zlib tells them apart).
@safe final class DiskSource: ByteSource {
  private let path: String
  private let sizeBytes: Int
  private var file: gzFile?

  /// - Parameter sizeBytes: 0 where that is unknown (a pipe).
  init(_ file: gzFile, path: String, sizeBytes: Int) {
    self.path = path
    self.sizeBytes = sizeBytes
    unsafe self.file = file
  }

  deinit { close() }

  func close() {
    if let file = unsafe file { unsafe gzclose(file) }
    unsafe file = nil
  }

  var isPlain: Bool { unsafe file.map { unsafe gzdirect($0) == 1 } ?? true }

  var fraction: Double {
    guard let file = unsafe file, sizeBytes > 0 else { return 1 }
    return unsafe min(Double(max(gzoffset(file), 0)) / Double(sizeBytes), 1)
  }

  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(SourceProblem) -> Int {
    guard let file = unsafe file else { return 0 }
    guard let base = buffer.baseAddress, let wanted = Int32(exactly: min(buffer.count, 1 << 30)), wanted > 0 else { return 0 }
    errno = 0
    let got = unsafe gzread(file, base, UInt32(wanted))
    guard got == wanted else {
      var code: Int32 = 0
      let text = unsafe gzerror(file, &code).map { unsafe String(cString: $0) } ?? ""
      // A gzip file that ends too early answers what it has, and this code.
      guard got >= 0, code == Z_OK || code == Z_STREAM_END else {
        let reason =
          switch code {
          case Z_ERRNO: InputFile.text(errno)
          case Z_BUF_ERROR: "the gzip data end too early"
          default: "damaged gzip data (\(words(text)))"
          }
        throw SourceProblem(reason)
      }
      return Int(got)
    }
    return Int(got)
  }

  /// zlib puts the file's name before its words.
  private func words(_ text: String) -> String { text.hasPrefix(path + ": ") ? String(text.dropFirst(path.count + 2)) : text }
}

/// Bytes that are in memory already.
final class MemorySource: ByteSource {
  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var fraction: Double { bytes.isEmpty ? 1 : Double(position) / Double(bytes.count) }
  var isPlain: Bool { true }

  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(SourceProblem) -> Int {
    let count = min(buffer.count, bytes.count - position)
    guard count > 0, let target = buffer.baseAddress else { return 0 }
    unsafe bytes.withUnsafeBufferPointer { from in
      if let base = from.baseAddress { unsafe memcpy(target, base + position, count) }
    }
    position += count
    return count
  }

  func close() { position = bytes.count }
}

/// Bytes that were looked at already, and then the rest of where they came from.
final class PeekedSource: ByteSource {
  private let inner: any ByteSource
  private(set) var head: [UInt8] = []
  private var position = 0

  /// Reads the first bytes, `count` at most.
  init(_ inner: any ByteSource, count: Int) throws(SourceProblem) {
    self.inner = inner
    head = try Self.bytes(of: inner, upTo: count)
  }

  var fraction: Double { inner.fraction }
  var isPlain: Bool { inner.isPlain }

  func read(into buffer: UnsafeMutableBufferPointer<UInt8>) throws(SourceProblem) -> Int {
    guard position < head.count else { return try unsafe inner.read(into: buffer) }
    let count = min(buffer.count, head.count - position)
    for index in 0..<count { unsafe buffer[index] = head[position + index] }
    position += count
    return count
  }

  func close() {
    position = head.count
    inner.close()
  }

  /// Everything that is left, `count` bytes at most.
  static func bytes(of source: any ByteSource, upTo count: Int) throws(SourceProblem) -> [UInt8] {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(count, 1 << 16))
    while all.count < count {
      let wanted = min(chunk.count, count - all.count)
      let got = try unsafe chunk.withUnsafeMutableBufferPointer { buffer throws(SourceProblem) in
        try unsafe source.read(into: UnsafeMutableBufferPointer(rebasing: buffer[..<wanted]))
      }
      guard got > 0 else { break }
      all += chunk[..<got]
    }
    return all
  }
}
