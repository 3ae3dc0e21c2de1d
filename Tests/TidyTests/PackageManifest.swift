/// What `Package.swift` declares, read as text: asking SwiftPM would need its lock, which a test run holds.
///
/// It knows the forms that this package uses and throws at any other, so that a change of form cannot pass for a package without targets.
struct PackageManifest {
  enum Kind: Hashable { case library, program, tests, systemLibrary }

  struct Target {
    var name: String
    var kind: Kind
    /// From the package root, e.g. `Sources/Venue`.
    var folder: String
    /// The targets and the other packages' products that it may import, in the order declared; a product's name is its module's.
    var dependencies: [String]
    /// The name of the list that declares it, e.g. `pureModules`.
    var list: String

    /// The name in an `import`.
    var module: String { name.replacing("-", with: "_") }
  }

  struct Unreadable: Error, CustomStringConvertible {
    var description: String
  }

  let targets: [Target]
  let products: Set<String>

  /// - Throws: ``Unreadable`` when a declaration is not understood, names something unknown, or fewer than `targetsAtLeast` are found.
  init(text: String, targetsAtLeast: Int) throws {
    var parser = ManifestParser(tokens: try ManifestToken.all(in: text))
    try parser.parse()
    targets = parser.targets
    products = Set(parser.products.values)
    guard targets.count >= targetsAtLeast else {
      throw Unreadable(description: "Package.swift: found \(targets.count) targets, expected at least \(targetsAtLeast)")
    }
    let names = targets.map(\.name)
    guard Set(names).count == names.count else { throw Unreadable(description: "Package.swift: a target is declared twice") }
    let known = Set(names).union(products)
    for target in targets {
      for name in target.dependencies where !known.contains(name) {
        throw Unreadable(description: "Package.swift: \(target.name) depends on \(name), which is no target and no product")
      }
    }
  }

  func target(_ name: String) -> Target? { targets.first { $0.name == name } }

  /// The targets that a target depends on, directly or through others; itself only where arrows go round.
  func reach(of name: String) -> Set<String> {
    var reached: Set<String> = []
    var waiting = target(name)?.dependencies ?? []
    while let next = waiting.popLast() {
      guard reached.insert(next).inserted else { continue }
      waiting += target(next)?.dependencies ?? []
    }
    return reached
  }
}

enum ManifestToken: Hashable {
  case word(String)
  case string(String)
  case sign(Character)

  /// The tokens of a manifest, without comments.
  static func all(in text: String) throws -> [ManifestToken] {
    let characters = Array(text)
    var tokens: [ManifestToken] = []
    var at = 0
    func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber || character == "_" || character == "$" }
    while at < characters.count {
      let character = characters[at]
      let next = at + 1 < characters.count ? characters[at + 1] : " "
      if character == "/", next == "/" {
        while at < characters.count, !characters[at].isNewline { at += 1 }
      } else if character == "/", next == "*" {
        throw PackageManifest.Unreadable(description: "Package.swift: block comments are not understood")
      } else if character == "\"" {
        var string = ""
        at += 1
        while at < characters.count, characters[at] != "\"" {
          guard characters[at] != "\\", !characters[at].isNewline else {
            throw PackageManifest.Unreadable(description: "Package.swift: the string \"\(string)… is not understood")
          }
          string.append(characters[at])
          at += 1
        }
        at += 1
        tokens.append(.string(string))
      } else if isWord(character) {
        let start = at
        while at < characters.count, isWord(characters[at]) { at += 1 }
        tokens.append(.word(String(characters[start..<at])))
      } else {
        if !character.isWhitespace { tokens.append(.sign(character)) }
        at += 1
      }
    }
    return tokens
  }
}

private struct ManifestParser {
  let tokens: [ManifestToken]
  var targets: [PackageManifest.Target] = []
  /// Constants that stand for products, e.g. `nioCore` for `NIOCore`.
  var products: [String: String] = [:]
  private var at = 0
  private var list = ""

  /// `module`, `program` and `tests` are the manifest's own functions; the others are SwiftPM's, behind a dot.
  private static let functions: [String: PackageManifest.Kind] = ["module": .library, "program": .program, "tests": .tests]
  private static let members: [String: PackageManifest.Kind] = [
    "target": .library, "executableTarget": .program, "testTarget": .tests, "systemLibrary": .systemLibrary,
  ]
  private static let notUnderstood: Set<String> = ["plugin", "macro", "binaryTarget"]

  private struct Argument {
    var label: String?
    var value: ArraySlice<ManifestToken>
  }

  init(tokens: [ManifestToken]) { self.tokens = tokens }

  mutating func parse() throws {
    while at < tokens.count {
      guard case .word(let word) = tokens[at] else {
        at += 1
        continue
      }
      let isMember = at > 0 && tokens[at - 1] == .sign(".")
      let isCall = at + 1 < tokens.count && tokens[at + 1] == .sign("(")
      if word == "func" {
        try skipFunction()
      } else if word == "let" || word == "var" {
        try constant()
      } else if case .sign("+")? = token(at + 1), case .sign("=")? = token(at + 2) {
        list = word
        at += 3
      } else if isCall, isMember, Self.notUnderstood.contains(word) {
        throw unreadable("a .\(word) is not understood")
      } else if isCall, let kind = isMember ? Self.members[word] : Self.functions[word] {
        at += 1
        try target(kind)
      } else {
        at += 1
      }
    }
  }

  private func token(_ index: Int) -> ManifestToken? { index < tokens.count ? tokens[index] : nil }

  private func unreadable(_ what: String) -> PackageManifest.Unreadable {
    PackageManifest.Unreadable(description: "Package.swift: \(what)")
  }

  /// Passes over a function of the manifest: its parameters and its body.
  private mutating func skipFunction() throws {
    while let next = token(at), next != .sign("{") { at += 1 }
    var depth = 0
    while let next = token(at) {
      if next == .sign("{") { depth += 1 }
      if next == .sign("}") { depth -= 1 }
      at += 1
      if depth == 0 { return }
    }
    throw unreadable("a function does not end")
  }

  /// `let name`: the name of a list of targets, or of a product.
  private mutating func constant() throws {
    guard case .word(let name)? = token(at + 1) else { throw unreadable("a constant without a name") }
    list = name
    at += 2
    var ahead = at
    while let next = token(ahead), next != .sign("=") {
      guard [.sign(":"), .sign("."), .sign("["), .sign("]"), .word("Target"), .word("Dependency")].contains(next) else { return }
      ahead += 1
    }
    ahead += 1
    if token(ahead) == .word("Target"), token(ahead + 1) == .sign("."), token(ahead + 2) == .word("Dependency") { ahead += 3 }
    guard token(ahead) == .sign("."), token(ahead + 1) == .word("product"), token(ahead + 2) == .sign("(") else { return }
    at = ahead + 2
    let arguments = try self.arguments()
    products[name] = try product(arguments)
  }

  private func product(_ arguments: [Argument]) throws -> String {
    guard let value = arguments.first(where: { $0.label == "name" })?.value, let name = string(value) else {
      throw unreadable("a product without a name")
    }
    return name
  }

  private func string(_ value: ArraySlice<ManifestToken>) -> String? {
    guard value.count == 1, case .string(let text)? = value.first else { return nil }
    return text
  }

  /// From the opening bracket at `at` to its end: the values between the commas.
  private mutating func values(in open: Character, _ close: Character) throws -> [ArraySlice<ManifestToken>] {
    let start = at
    let (list, end) = try Self.split(tokens[start...], open, close)
    at = end
    return list
  }

  private static func split(
    _ tokens: ArraySlice<ManifestToken>, _ open: Character, _ close: Character
  ) throws -> (list: [ArraySlice<ManifestToken>], end: Int) {
    guard tokens.first == .sign(open) else { throw PackageManifest.Unreadable(description: "Package.swift: expected \(open)") }
    var list: [ArraySlice<ManifestToken>] = []
    var depth = 0
    var from = tokens.startIndex + 1
    for index in tokens.indices {
      guard case .sign(let sign) = tokens[index] else { continue }
      if "([{".contains(sign) { depth += 1 }
      if ")]}".contains(sign) { depth -= 1 }
      if depth == 0 || (depth == 1 && sign == ",") {
        if from < index { list.append(tokens[from..<index]) }
        from = index + 1
      }
      if depth == 0 { return (list, index + 1) }
    }
    throw PackageManifest.Unreadable(description: "Package.swift: a list does not end with \(close)")
  }

  /// The arguments of the call whose opening bracket is at `at`.
  private mutating func arguments() throws -> [Argument] {
    try values(in: "(", ")").map { value in
      guard case .word(let label)? = value.first, value.dropFirst().first == .sign(":") else { return Argument(label: nil, value: value) }
      return Argument(label: label, value: value.dropFirst(2))
    }
  }

  private mutating func target(_ kind: PackageManifest.Kind) throws {
    let arguments = try self.arguments()
    guard let first = arguments.first, first.label == nil || first.label == "name", let name = string(first.value) else {
      throw unreadable("a target of \(list) whose name is no plain string")
    }
    var dependencies: [String] = []
    var folder = (kind == .tests ? "Tests/" : "Sources/") + name
    for argument in arguments.dropFirst() {
      if argument.label == "dependencies" || argument.label == nil {
        let values = try Self.split(argument.value, "[", "]")
        guard values.end == argument.value.endIndex else { throw unreadable("the dependencies of \(name) are no plain list") }
        dependencies += try values.list.map { try dependency($0, of: name) }
      } else if argument.label == "path" {
        guard let path = string(argument.value) else { throw unreadable("the path of \(name) is no plain string") }
        folder = path
      }
    }
    targets.append(PackageManifest.Target(name: name, kind: kind, folder: folder, dependencies: dependencies, list: list))
  }

  private func dependency(_ value: ArraySlice<ManifestToken>, of target: String) throws -> String {
    if let name = string(value) { return name }
    if value.count == 1, case .word(let constant)? = value.first, let product = products[constant] { return product }
    throw unreadable("\(target) depends on something that is neither a string nor the constant of a product")
  }
}
