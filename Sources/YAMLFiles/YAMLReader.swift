import CYAML

/// Reads one document. JSON is read as the YAML that it is.
public enum YAMLReader {
  /// Most bytes of a text.
  public static let bytesMaximum = 4 << 20
  /// Deepest nesting.
  public static let depthMaximum = 16
  /// Most values, those that aliases repeat included: a few lines of aliases of aliases are not a billion values.
  public static let valuesMaximum = 200_000

  /// The document of a text; `nil` where the text has none.
  ///
  /// - Throws: what is wrong and at which line: no YAML, more than one document, tags, or a bound is exceeded.
  public static func document(_ bytes: [UInt8]) throws(YAMLError) -> YAMLNode? {
    guard bytes.count <= bytesMaximum else {
      throw YAMLError(line: 1, message: "the file has more than \(bytesMaximum >> 20) MiB")
    }
    let result: Result<YAMLNode?, YAMLError> = unsafe bytes.withUnsafeBufferPointer { buffer in
      do throws(YAMLError) {
        guard let parser = unsafe OwnedParser(buffer) else { throw YAMLError(line: 1, message: "out of memory") }
        var builder = TreeBuilder(parser: parser)
        return .success(try builder.document())
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }
}

/// An event of a parser, in Swift's values.
private enum ParserEvent {
  case scalar(String, isPlain: Bool, anchor: String?)
  case alias(String)
  case sequence(anchor: String?)
  case mapping(anchor: String?)
  /// Of a sequence or mapping.
  case end
  case document, documentEnd, streamStart, streamEnd
}

/// libyaml's parser over bytes that outlive it.
@safe private struct OwnedParser: ~Copyable {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let text: UnsafeBufferPointer<UInt8>

  init?(_ text: UnsafeBufferPointer<UInt8>) {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    unsafe parser.initialize(to: yaml_parser_t())
    guard unsafe yaml_parser_initialize(parser) == 1 else {
      unsafe parser.deallocate()
      return nil
    }
    unsafe yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    unsafe self.parser = unsafe parser
    unsafe self.text = unsafe text
  }

  deinit {
    unsafe yaml_parser_delete(parser)
    unsafe parser.deallocate()
  }

  /// The next event and its line.
  func next() throws(YAMLError) -> (event: ParserEvent, line: Int) {
    var event = unsafe yaml_event_t()
    guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw problem() }
    defer { unsafe yaml_event_delete(&event) }
    let line = unsafe Int(event.start_mark.line) + 1
    return unsafe (try Self.value(event, line), line)
  }

  private static func value(_ event: yaml_event_t, _ line: Int) throws(YAMLError) -> ParserEvent {
    switch unsafe event.type {
    case YAML_SCALAR_EVENT:
      let scalar = unsafe event.data.scalar
      try unsafe refuseTag(scalar.tag, line)
      let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return unsafe .scalar(
        String(decoding: bytes, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE, anchor: name(scalar.anchor))
    case YAML_ALIAS_EVENT: return unsafe .alias(name(event.data.alias.anchor) ?? "")
    case YAML_SEQUENCE_START_EVENT:
      try unsafe refuseTag(event.data.sequence_start.tag, line)
      return unsafe .sequence(anchor: name(event.data.sequence_start.anchor))
    case YAML_MAPPING_START_EVENT:
      try unsafe refuseTag(event.data.mapping_start.tag, line)
      return unsafe .mapping(anchor: name(event.data.mapping_start.anchor))
    case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return .end
    case YAML_DOCUMENT_START_EVENT: return .document
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_STREAM_START_EVENT: return .streamStart
    default: return .streamEnd
    }
  }

  private static func name(_ text: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    unsafe text.map { unsafe String(cString: $0) }
  }

  private static func refuseTag(_ tag: UnsafeMutablePointer<yaml_char_t>?, _ line: Int) throws(YAMLError) {
    guard let tag = unsafe name(tag) else { return }
    throw YAMLError(line: line, message: "the tag \(tag.prefix(40)) means nothing here: leave it out")
  }

  /// libyaml's words, and those of its mistakes that people make most in ours.
  private func problem() -> YAMLError {
    let parser = unsafe parser.pointee
    let words = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "it cannot be read"
    if unsafe parser.error == YAML_READER_ERROR {
      let before = unsafe text.prefix(Int(clamping: parser.problem_offset))
      let line = unsafe before.count { $0 == UInt8(ascii: "\n") } + 1
      return YAMLError(line: line, message: "the text is no UTF-8 (\(words))")
    }
    let line = unsafe Int(parser.problem_mark.line) + 1
    if unsafe isTab(at: Int(clamping: parser.problem_mark.index), line: line) {
      return YAMLError(line: line, message: "begins with a tab: YAML is indented with spaces")
    }
    let context = unsafe parser.context.map { unsafe String(cString: $0) } ?? ""
    let since = unsafe parser.context == nil ? "" : " (\(context) that began at line \(parser.context_mark.line + 1))"
    return YAMLError(line: line, message: "this is no YAML: \(words)\(since)")
  }

  /// Whether a line's indentation has a tab.
  private func isTab(at index: Int, line: Int) -> Bool {
    let lines = unsafe text.split(separator: UInt8(ascii: "\n"), maxSplits: line, omittingEmptySubsequences: false)
    guard unsafe line <= lines.count else { return false }
    return unsafe lines[line - 1].prefix { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }.contains(UInt8(ascii: "\t"))
  }
}

/// Makes values of events.
private struct TreeBuilder: ~Copyable {
  private let parser: OwnedParser
  private var anchors: [String: YAMLNode] = [:]
  private var values = 0

  init(parser: consuming OwnedParser) { self.parser = parser }

  mutating func document() throws(YAMLError) -> YAMLNode? {
    _ = try parser.next()
    guard case .document = try parser.next().event else { return nil }
    let (event, line) = try parser.next()
    let node = try self.node(event, line, depth: 0)
    _ = try parser.next()
    let (next, nextLine) = try parser.next()
    guard case .streamEnd = next else {
      throw YAMLError(line: nextLine, message: "a second document begins: write all bots into one")
    }
    return node
  }

  private mutating func node(_ event: ParserEvent, _ line: Int, depth: Int) throws(YAMLError) -> YAMLNode {
    guard depth < YAMLReader.depthMaximum else { throw Self.tooDeep(line) }
    switch event {
    case .scalar(let text, let isPlain, let anchor):
      try count(1, line)
      return remember(YAMLNode(content: .scalar(text, isPlain: isPlain), line: line, count: 1, height: 1), anchor)
    case .sequence(let anchor):
      let before = values
      try count(1, line)
      var elements: [YAMLNode] = []
      while let (event, line) = try element() { elements.append(try node(event, line, depth: depth + 1)) }
      let height = 1 + (elements.map(\.height).max() ?? 0)
      return remember(YAMLNode(content: .sequence(elements), line: line, count: values - before, height: height), anchor)
    case .mapping(let anchor):
      let before = values
      try count(1, line)
      var pairs: [YAMLNode.Pair] = []
      while let (event, line) = try element() {
        let key = try node(event, line, depth: depth + 1)
        let (event, line) = try parser.next()
        pairs.append(YAMLNode.Pair(key: key, value: try node(event, line, depth: depth + 1)))
      }
      let height = 1 + (pairs.map { max($0.key.height, $0.value.height) }.max() ?? 0)
      return remember(YAMLNode(content: .mapping(pairs), line: line, count: values - before, height: height), anchor)
    case .alias(let name):
      guard var node = anchors[name] else {
        throw YAMLError(line: line, message: "*\(name.prefix(40)) names nothing: its &\(name.prefix(40)) must be complete above it")
      }
      guard depth + node.height <= YAMLReader.depthMaximum else { throw Self.tooDeep(line) }
      try count(node.count, line)
      node.line = line
      return node
    case .end, .document, .documentEnd, .streamStart, .streamEnd:
      throw YAMLError(line: line, message: "ends too early")
    }
  }

  /// The next value's event; `nil` at the end of what it is in.
  private func element() throws(YAMLError) -> (event: ParserEvent, line: Int)? {
    let next = try parser.next()
    if case .end = next.event { return nil }
    return next
  }

  private static func tooDeep(_ line: Int) -> YAMLError {
    YAMLError(line: line, message: "is nested deeper than \(YAMLReader.depthMaximum)")
  }

  private mutating func remember(_ node: YAMLNode, _ anchor: String?) -> YAMLNode {
    if let anchor { anchors[anchor] = node }
    return node
  }

  private mutating func count(_ more: Int, _ line: Int) throws(YAMLError) {
    values += more
    guard values <= YAMLReader.valuesMaximum else {
      throw YAMLError(line: line, message: "more than \(YAMLReader.valuesMaximum) values, those that aliases repeat included")
    }
  }
}
