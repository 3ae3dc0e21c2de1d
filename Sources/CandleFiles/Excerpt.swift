/// A piece of a file as an error shows it.
enum Excerpt {
  static let bytesMaximum = 48

  /// The bytes in backquotes: the first ones only, and nothing a terminal would act on.
  static func text(_ bytes: some Sequence<UInt8>) -> String {
    var shown: [UInt8] = []
    var isCut = false
    for byte in bytes {
      guard shown.count < bytesMaximum else {
        isCut = true
        break
      }
      shown.append(byte < 32 || byte == 127 ? UInt8(ascii: "?") : byte)
    }
    // There are control characters of several bytes, too.
    var safe = String.UnicodeScalarView()
    for scalar in String(decoding: shown, as: UTF8.self).unicodeScalars {
      let category = scalar.properties.generalCategory
      safe.append(category == .control || category == .format ? "?" : scalar)
    }
    return "`\(String(safe))\(isCut ? "…" : "")`"
  }
}
