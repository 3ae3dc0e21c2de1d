/// How many of something, in words that fit the number.
public enum CountText {
  /// "1 rule", "2 rules", "0 rules"; with `many` for words that an s does not make: `("is", "are")`-like pairs go into both, as in
  /// `CountText.of(1, "bot is", "bots are")`.
  public static func of(_ count: Int, _ one: String, _ many: String? = nil) -> String {
    "\(count) \(count == 1 ? one : many ?? one + "s")"
  }

  /// The same for a number of the wire.
  public static func of(_ count: Int64, _ one: String, _ many: String? = nil) -> String { of(Int(clamping: count), one, many) }
}
