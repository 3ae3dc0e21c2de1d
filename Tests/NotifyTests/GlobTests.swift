import Testing

@testable import Notify

@Suite struct GlobTests {
  @Test(arguments: [
    ("*", "", true), ("*", "btc", true), ("btc-*", "btc-rsi", true), ("btc-*", "eth-rsi", false), ("*-rsi", "btc-rsi", true),
    ("b?c", "btc", true), ("b?c", "bc", false), ("a*b*c", "axxbyyc", true), ("a*b*c", "axxbyy", false), ("", "", true), ("", "a", false),
  ])
  func namesFitOrNot(_ pattern: String, _ name: String, _ fits: Bool) { #expect(Glob(pattern).matches(name) == fits) }
}
