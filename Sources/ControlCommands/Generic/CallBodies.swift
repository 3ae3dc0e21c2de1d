import DynamicMessages
import Presentation

/// The bodies of a call as they are on the command line.
struct CallBodies {
  /// Most bytes of a body, and of a line of standard input.
  static let bytesMaximum = 16 << 20

  private let texts: [String]
  private let method: MethodType

  init(texts: [String], method: MethodType) {
    self.texts = texts
    self.method = method
  }

  /// Standard input has messages, one a line.
  var continuesOnInput: Bool { method.clientStreams && texts.contains("-") }

  /// The bodies that are there at once, each with where it is from. `{}` when nothing was given.
  ///
  /// - Throws: `CommandFailure`: more than one body where one is sent, a file that cannot be read, something that is not JSON.
  func given() async throws(CommandFailure) -> [(json: JSONTree, source: String)] {
    if method.clientStreams {
      guard !texts.dropLast().contains("-") else { throw CommandFailure(.usage, "- must be the last BODY") }
    } else if texts.count > 1 {
      throw CommandFailure(.usage, "\(method.fullName) takes one message, not \(texts.count)")
    }
    guard !texts.isEmpty else { return [(.object([]), "")] }
    var bodies: [(json: JSONTree, source: String)] = []
    for text in texts where !(method.clientStreams && text == "-") {
      let (bytes, source) = try await Self.bytes(text)
      bodies.append((try Self.json(bytes, source), source))
    }
    return bodies
  }

  private static func bytes(_ text: String) async throws(CommandFailure) -> (bytes: [UInt8], source: String) {
    if text == "-" { return (try await FileBytes.read("-", maximum: bytesMaximum), "standard input") }
    guard text.hasPrefix("@") else { return (Array(text.utf8), "") }
    let path = String(text.dropFirst())
    // A file of that name is meant, never standard input.
    return (try await FileBytes.read(path == "-" ? "./-" : path, maximum: bytesMaximum), path)
  }

  /// Reads a body.
  ///
  /// - Throws: exit code 6, with the place where the text stops being JSON.
  static func json(_ bytes: [UInt8], _ source: String) throws(CommandFailure) -> JSONTree {
    if let json = JSONTree(bytes) { return json }
    let head = source.isEmpty ? "" : "\(source): "
    let end = JSONTree.fault(in: bytes) ?? bytes.count
    let before = bytes.prefix(end)
    let line = before.count { $0 == UInt8(ascii: "\n") } + 1
    let column = String(decoding: before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).last ?? [], as: UTF8.self)
      .count
    let what = end >= bytes.count ? "ends too early" : "is no JSON, or nested deeper than \(Schema.depthMaximum),"
    throw CommandFailure(.invalidArgument, "\(head)the body \(what) at line \(line), column \(column + 1)")
  }
}
