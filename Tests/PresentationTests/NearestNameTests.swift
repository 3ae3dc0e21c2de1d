import Presentation
import Testing

@Suite struct NearestNameTests {
  private static let names = ["stop_loss", "symbol", "capital", "state"]

  @Test(arguments: [
    ("stoploss", "stop_loss"), ("symbl", "symbol"), ("Symbol", "symbol"), ("captial", "capital"), ("stat", "state"),
  ])
  func aTypoIsFound(_ written: String, _ meant: String) { #expect(NearestName.of(written, among: Self.names) == meant) }

  @Test(arguments: ["", "x", "tp", "pair_whitelist", "leverage", String(repeating: "s", count: 100_000)])
  func anythingElseIsNot(_ written: String) { #expect(NearestName.of(written, among: Self.names) == nil) }
}
