import BotAPI
import ControlCommands
import ParameterSearch
import Presentation

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Reads what a result file has of a search.
struct ResultReader {
  private let path: String
  private let search: Search
  /// Each trial once; lines that cannot be read are passed over: their trials run again.
  private(set) var trials: [SearchTrial] = []
  /// Bytes up to the end of the last whole line.
  private(set) var wholeBytes = 0
  private var seen: Set<SearchJob> = []
  private var isHeaderRead = false

  init(_ path: String, _ search: Search) {
    self.path = path
    self.search = search
  }

  /// The first line: what the results depend on, by name.
  static func header(_ search: Search) -> String {
    var json = JSONText()
    json.beginObject()
    for (name, value) in fields(search) { json.field(name, value) }
    json.endObject()
    return json.text
  }

  private static func fields(_ search: Search) -> [(String, String)] {
    [("file", "botctl optimize, 1"), ("version", Version.text)] + SearchFingerprint.entries(search).map { ($0.name, $0.value) }
  }

  mutating func read(_ descriptor: Int32) throws(CommandFailure) {
    var chunk = [UInt8](repeating: 0, count: 1 << 18)
    var rest: [UInt8] = []
    let wanted = Set(search.indices)
    while true {
      let count = unsafe chunk.withUnsafeMutableBytes { unsafe Self.systemRead(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw ResultFile.failure(path, "read") }
      guard count > 0 else { break }
      rest += chunk[..<count]
      var start = 0
      while let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        try take(Array(rest[start..<end]), wanted)
        wholeBytes += end + 1 - start
        start = end + 1
      }
      rest.removeFirst(start)
      // Not ours, and perhaps without end.
      if !isHeaderRead, rest.count > 1 << 24 { throw noResultFile }
    }
    // A search that was killed before it had written its first line.
    let header = Array(Self.header(search).utf8)
    if !isHeaderRead, !header.starts(with: rest) { throw noResultFile }
  }

  private mutating func take(_ line: [UInt8], _ wanted: Set<Int>) throws(CommandFailure) {
    guard isHeaderRead else {
      isHeaderRead = true
      return try check(line)
    }
    guard let trial = ResultLine.trial(line, of: search), wanted.contains(trial.index),
      seen.insert(trial.job).inserted
    else { return }
    trials.append(trial)
  }

  private func check(_ line: [UInt8]) throws(CommandFailure) {
    let fields = Self.fields(search)
    guard let found = JSONTree(line), found["file"]?.text?.hasPrefix("botctl optimize") ?? false else { throw noResultFile }
    let other = fields.filter { found[$0.0]?.text != $0.1 }.map(\.0)
    guard other.isEmpty else {
      throw CommandFailure(
        .refused,
        "\(path) holds the results of another search (other \(other.joined(separator: ", "))); name another file with --results, or remove this one"
      )
    }
  }

  private var noResultFile: CommandFailure {
    CommandFailure(.refused, "\(path) is no result file of botctl optimize; name another one with --results")
  }

  private static func systemRead(_ descriptor: Int32, _ base: UnsafeMutableRawPointer?, _ count: Int) -> Int {
    #if canImport(Glibc)
      unsafe Glibc.read(descriptor, base, count)
    #elseif canImport(Musl)
      Musl.read(descriptor, base, count)
    #endif
  }
}
