import BinanceJSON
import Testing
import TradingModel

@Suite struct SymbolTableTests {
  @Test func findsEverySymbolAndNothingElse() {
    var random = SeededRandom(seed: 1)
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
    var symbols: Set<Symbol> = []
    while symbols.count < 3_000 {
      let script = symbols.count % 3 == 0 ? Array("币安人生龙虾ÇЖ１ABC") : letters
      let text = String((0..<Int.random(in: 1...32, using: &random)).map { _ in script.randomElement(using: &random) ?? "A" })
      if let symbol = Symbol(text) { symbols.insert(symbol) }
    }
    let listed = symbols.sorted()
    let table = SymbolTable(listed + listed.prefix(10))
    #expect(table.symbols == listed)
    for symbol in listed {
      var text = symbol.text
      #expect(text.withUTF8 { table.symbol(spelled: $0) } == symbol)
      #expect(SampleFrames.withExactBytes(Array(text.utf8)) { table.symbol(spelled: $0) } == symbol)
      var longer = text + "X"
      let found = longer.withUTF8 { unsafe table.symbol(spelled: $0) }
      #expect(found == nil || found.map { symbols.contains($0) && $0.text == longer } == true)
      var lower = symbol.streamText
      if lower != text { #expect(lower.withUTF8 { table.symbol(spelled: $0) } == nil) }
    }
  }

  @Test func emptyTableFindsNothing() {
    let table = SymbolTable()
    var text = "BTCUSDT"
    #expect(text.withUTF8 { table.symbol(spelled: $0) } == nil)
  }
}
