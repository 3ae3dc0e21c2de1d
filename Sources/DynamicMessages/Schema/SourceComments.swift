/// The comments of a file by the path of what they stand above (google.protobuf.SourceCodeInfo).
struct SourceComments {
  private var byPath: [[Int32]: String] = [:]

  init(file: ArraySlice<UInt8>) throws(DynamicMessageError) {
    guard let info = try WireReader.fields(file).last(9) else { return }
    var locations = WireReader(try info.bytes())
    while let (number, location) = try locations.next() {
      if number == 1 { try add(try location.bytes()) }
    }
  }

  private mutating func add(_ location: ArraySlice<UInt8>) throws(DynamicMessageError) {
    var path: [Int32] = []
    var leading = ""
    var trailing = ""
    var reader = WireReader(location)
    while let (number, content) = try reader.next() {
      switch number {
      case 1: path += try content.packedNumbers().map { Int32(truncatingIfNeeded: $0) }
      case 3: leading = try content.text()
      case 4: trailing = try content.text()
      default: break
      }
    }
    let text = Self.trimmed(leading.isEmpty ? trailing : leading)
    if !text.isEmpty { byPath[path] = text }
  }

  /// The comment, one line of the file each, without the spaces around them; empty when there is none.
  subscript(path: [Int32]) -> String { byPath[path] ?? "" }

  private static func trimmed(_ text: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      var line = line.drop { $0 == " " || $0 == "\t" }
      while line.last == " " || line.last == "\r" { line = line.dropLast() }
      return line
    }
    let end = lines.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
    return lines[..<end].drop { $0.isEmpty }.joined(separator: "\n")
  }
}
