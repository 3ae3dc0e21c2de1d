import Foundation

/// The source tree as text.
struct SourceTree {
  struct File {
    /// From the package root, e.g. `Sources/Venue/MarketEvent.swift`.
    var path: String
    var target: String
    /// Lines with comments and the contents of string literals taken out, so that words are code.
    var code: [String]
    var text: String
    /// The modules that it imports.
    var imports: Set<String>

    init(path: String, target: String, text: String) {
      self.path = path
      self.target = target
      self.text = text
      code = CodeText.strip(text)
      imports = SourceTree.imports(in: code)
    }
  }

  let files: [File]

  /// Every Swift file below `Sources`; a target is the first folder.
  static let sources = SourceTree(below: "Sources")
  /// Every Swift file below `Tests`.
  static let tests = SourceTree(below: "Tests")

  private init(below folder: String) {
    let base = Self.packageRoot.appendingPathComponent(folder)
    var files: [File] = []
    let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
    for path in paths.sorted() where path.hasSuffix(".swift") {
      guard let text = try? String(contentsOf: base.appendingPathComponent(path), encoding: .utf8) else { continue }
      let target = String(path.prefix { $0 != "/" })
      files.append(File(path: "\(folder)/\(path)", target: target, text: text))
    }
    self.files = files
  }

  static var packageRoot: URL {
    var url = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    while url.path != "/", !FileManager.default.fileExists(atPath: url.appendingPathComponent("Package.swift").path) {
      url.deleteLastPathComponent()
    }
    return url
  }

  var targets: [String] { Array(Set(files.map(\.target))).sorted() }

  func files(of target: String) -> [File] { files.filter { $0.target == target } }

  /// Places where a pattern matches code, as `path:line: text`.
  func places(_ pattern: some RegexComponent, in files: [File]) -> [String] {
    files.flatMap { file in
      file.code.enumerated().compactMap { index, line in
        line.firstMatch(of: pattern) == nil ? nil : "\(file.path):\(index + 1): \(line.trimmingCharacters(in: .whitespaces))"
      }
    }
  }

  private static func imports(in code: [String]) -> Set<String> {
    var names: Set<String> = []
    for line in code {
      let words = line.split(separator: " ").map(String.init)
      guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
        words[..<at].allSatisfy({ $0.hasPrefix("@") || ["public", "internal", "package", "private", "fileprivate"].contains($0) })
      else { continue }
      var name = words[at + 1]
      if ["struct", "class", "enum", "protocol", "func", "typealias", "var", "let"].contains(name), at + 2 < words.count {
        name = words[at + 2]
      }
      names.insert(String(name.prefix { $0 != "." }))
    }
    return names
  }
}

/// Takes comments and string contents out of Swift text. What is interpolated into a string is kept as code.
enum CodeText {
  private enum Mode { case code, line, block(Int), string(hashes: Int, isMultiline: Bool, depth: Int) }

  static func strip(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    var out: [UInt8] = []
    var stack: [Mode] = [.code]
    var parentheses: [Int] = [0]
    var at = 0
    func has(_ word: String, _ offset: Int = 0) -> Bool {
      let other = Array(word.utf8)
      return at + offset + other.count <= bytes.count && Array(bytes[at + offset..<at + offset + other.count]) == other
    }
    while at < bytes.count {
      let byte = bytes[at]
      switch stack[stack.count - 1] {
      case .line:
        if byte == 10 {
          stack.removeLast()
          out.append(byte)
        }
        at += 1
      case .block(let depth):
        if has("*/") {
          if depth == 1 { stack.removeLast() } else { stack[stack.count - 1] = .block(depth - 1) }
          at += 2
        } else if has("/*") {
          stack[stack.count - 1] = .block(depth + 1)
          at += 2
        } else {
          if byte == 10 { out.append(byte) }
          at += 1
        }
      case .string(let hashes, let isMultiline, _):
        let mark = String(repeating: "#", count: hashes)
        if has("\\" + mark + "(") {
          stack.append(.code)
          parentheses.append(1)
          out.append(UInt8(ascii: " "))
          at += 2 + hashes
        } else if byte == UInt8(ascii: "\\"), hashes == 0 {
          at += 2
        } else if has((isMultiline ? "\"\"\"" : "\"") + mark) {
          stack.removeLast()
          out.append(UInt8(ascii: "\""))
          at += (isMultiline ? 3 : 1) + hashes
        } else {
          if byte == 10 {
            out.append(byte)
            if !isMultiline { stack.removeLast() }
          }
          at += 1
        }
      case .code:
        if has("//") {
          stack.append(.line)
          at += 2
        } else if has("/*") {
          stack.append(.block(1))
          at += 2
        } else if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "#") {
          var hashes = 0
          while at + hashes < bytes.count, bytes[at + hashes] == UInt8(ascii: "#") { hashes += 1 }
          if has("\"\"\"", hashes) {
            stack.append(.string(hashes: hashes, isMultiline: true, depth: 0))
            out.append(UInt8(ascii: "\""))
            at += hashes + 3
          } else if has("\"", hashes) {
            stack.append(.string(hashes: hashes, isMultiline: false, depth: 0))
            out.append(UInt8(ascii: "\""))
            at += hashes + 1
          } else {
            out.append(byte)
            at += 1
          }
        } else {
          if stack.count > 1 {
            if byte == UInt8(ascii: "(") { parentheses[parentheses.count - 1] += 1 }
            if byte == UInt8(ascii: ")") {
              parentheses[parentheses.count - 1] -= 1
              if parentheses[parentheses.count - 1] == 0 {
                parentheses.removeLast()
                stack.removeLast()
                out.append(UInt8(ascii: " "))
                at += 1
                continue
              }
            }
          }
          out.append(byte)
          at += 1
        }
      }
    }
    return String(decoding: out, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
