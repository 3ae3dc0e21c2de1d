/// How names of the schema are spelled in Swift and in protobuf-c's C.
enum Names {
  private static let acronyms = ["id": "ID", "ids": "IDs", "pnl": "PnL", "rpc": "RPC", "url": "URL"]
  private static let keywords: Set<String> = [
    "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do", "else", "enum", "extension",
    "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let", "nil",
    "operator", "private", "protocol", "public", "repeat", "rethrows", "return", "self", "static", "struct", "subscript", "super", "switch",
    "throw", "throws", "true", "try", "typealias", "var", "where", "while",
  ]

  /// `client_order_id` becomes `clientOrderID`; Swift's keywords get backticks.
  static func property(_ snake: String) -> String {
    var result = ""
    for word in snake.lowercased().split(separator: "_").map(String.init) {
      if result.isEmpty { result = word } else { result += acronyms[word] ?? capitalized(word) }
    }
    return keywords.contains(result) ? "`\(result)`" : result
  }

  /// `payload` becomes `Payload`.
  static func type(_ snake: String) -> String {
    snake.split(separator: "_").map { capitalized(String($0)) }.joined()
  }

  /// `ORDER_STATUS_PENDING_CANCEL` of `OrderStatus` becomes `PENDING_CANCEL`.
  static func enumValue(_ value: String, of enumeration: String) -> String {
    let prefix = snake(enumeration).uppercased() + "_"
    return value.hasPrefix(prefix) ? String(value.dropFirst(prefix.count)) : value
  }

  /// `CreateBot` becomes `createBot`.
  static func function(_ camel: String) -> String {
    camel.prefix(1).lowercased() + camel.dropFirst()
  }

  /// `CreateBotRequest` becomes `create_bot_request`.
  static func snake(_ camel: String) -> String {
    var result = ""
    var wasUpper = true
    for character in camel {
      if character.isUppercase, !wasUpper { result += "_" }
      wasUpper = character.isUppercase
      result += character.lowercased()
    }
    return result
  }

  static func capitalized(_ word: String) -> String { word.prefix(1).uppercased() + word.dropFirst() }

  /// protobuf-c's member of a field: names that are words of C or C++ get a `_`.
  static func cField(_ name: String) -> String { cWords.contains(name) ? name + "_" : name.lowercased() }

  private static let cWords: Set<String> = [
    "and", "and_eq", "asm", "auto", "bitand", "bitor", "bool", "break", "case", "catch", "char", "class", "compl", "const", "const_cast",
    "continue", "default", "delete", "do", "double", "dynamic_cast", "else", "enum", "explicit", "extern", "false", "float", "for",
    "friend",
    "goto", "if", "inline", "int", "long", "mutable", "namespace", "new", "not", "not_eq", "operator", "or", "or_eq", "private",
    "protected",
    "public", "register", "reinterpret_cast", "return", "short", "signed", "sizeof", "static", "static_cast", "struct", "switch",
    "template",
    "this", "throw", "true", "try", "typedef", "typeid", "typename", "union", "unsigned", "using", "virtual", "void", "volatile", "wchar_t",
    "while", "xor", "xor_eq",
  ]

  /// protobuf-c's type of a message or enum of `package`: `Botd__V1__Bot`.
  static func cType(_ name: String, package: String) -> String {
    (package.split(separator: ".").map { capitalized(String($0)) } + [name]).joined(separator: "__")
  }

  /// protobuf-c's prefix of functions and objects of a message: `botd__v1__create_bot_request`.
  static func cPrefix(_ name: String, package: String) -> String {
    (package.split(separator: ".").map(String.init) + [snake(name)]).joined(separator: "__")
  }
}
