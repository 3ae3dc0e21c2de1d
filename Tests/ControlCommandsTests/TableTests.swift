import BotAPI
import CommandTestSupport
import Presentation
import Testing

@testable import ControlCommands

@Suite struct TableTests {
  private let bots = [
    V1.Bot(
      id: "rsi-btc", spec: V1.BotSpec(symbol: "BTCUSDT", strategy: "rsi", interval: "1m"), state: .running,
      position: V1.Position(quantity: "0.00150000", averageEntryPrice: "67012.50000000", unrealizedPnL: "-0.50500000"),
      lastSignal: V1.Signal(side: .buy, reason: "RSI 27.41 below 30"), netPnL: "12.34567890", fills: 7),
    V1.Bot(id: "e", spec: V1.BotSpec(symbol: "ETHUSDT", strategy: "rsi", interval: "15m"), state: .stopped, netPnL: "0"),
  ]

  @Test func columnsAreAlignedAndEmptyCellsAreADash() {
    let lines = TableOutput(styled: false, width: nil).lines(bots)
    #expect(
      lines == [
        "BOT      SYMBOL   STRATEGY  INTERVAL  STATE    POSITION    ENTRY  UNREALIZED  NET PNL  FILLS  LAST SIGNAL",
        "rsi-btc  BTCUSDT  rsi       1m        running    0.0015  67012.5       -0.50   +12.35      7  buy · RSI 27.41 below 30",
        "e        ETHUSDT  rsi       15m       stopped         -        -           -     0.00      0  -",
      ])
  }

  @Test func aNarrowTerminalCutsOnlyFlexibleColumns() {
    let lines = TableOutput(styled: false, width: 108).lines(bots)
    #expect(lines[1].hasSuffix("buy · RSI 27.…"))
    #expect(lines.allSatisfy { DisplayWidth.of($0) <= 108 })
  }

  @Test func coloursAreOnlyOnATerminalThatWantsThem() async {
    var terminal = ControlEnvironment(
      variables: [:], isTerminal: true, width: 100, out: { _ in }, err: { _ in }, onInterrupt: { _ in })
    #expect(Output(format: .table, environment: terminal, noColor: false).styled)
    #expect(!Output(format: .table, environment: terminal, noColor: true).styled)
    terminal.variables["NO_COLOR"] = "1"
    #expect(!Output(format: .table, environment: terminal, noColor: false).styled)
    terminal.variables["NO_COLOR"] = nil
    terminal.isTerminal = false
    #expect(!Output(format: .table, environment: terminal, noColor: false).styled)
  }

  @Test func styledAndPlainTablesHoldTheSameText() {
    let styled = TableOutput(styled: true, width: nil).lines(bots)
    let plain = TableOutput(styled: false, width: nil).lines(bots)
    #expect(styled != plain)
    #expect(styled.map(Self.withoutStyle) == plain)
  }

  static func withoutStyle(_ text: String) -> String {
    var result = ""
    var inside = false
    for character in text {
      if character == "\u{1B}" { inside = true }
      if !inside { result.append(character) }
      if inside, character == "m" { inside = false }
    }
    return result
  }

  @Test func textFromTheDaemonCannotControlTheTerminal() {
    #expect(Cell("a\u{1B}[2Jb\nc\u{202E}d\u{9B}e").text == "a [2Jb c d e")
  }

  @Test func wideCharactersTakeTwoColumns() {
    #expect(DisplayWidth.of("語a") == 3)
    #expect(DisplayWidth.cut("語語語", to: 5) == "語語…")
    #expect(DisplayWidth.cut("abc", to: 3) == "abc")
  }

  @Test func percentSignsAndZeros() {
    #expect(DecimalText.percent("0.0213") == "2.13%")
    #expect(DecimalText.signed("3.5") == Cell("+3.50", .good))
    #expect(DecimalText.signed("-3.5") == Cell("-3.50", .bad))
    #expect(DecimalText.signed("0.00000000") == Cell("0.00"))
  }

  /// Ten thousand tables of random shape on terminals of random width: no line is wider, the first column stays, and what is named as left out
  /// is a beginning of the order.
  @Test func noTableIsWiderThanItsTerminal() {
    var state: UInt64 = 7
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    for _ in 0..<10_000 {
      let count = 1 + random(12)
      let widths = (0..<count).map { _ in 1 + random(30) }
      let flexible = Set((0..<count).filter { _ in random(3) == 0 })
      var order = Array(1..<max(1, count))
      for index in order.indices.reversed() { order.swapAt(index, random(index + 1)) }
      let width = 20 + random(140)
      let layout = TableLayout(widths: widths, flexible: flexible, order: order, into: width)
      let total = layout.shown.reduce(0) { $0 + layout.widths[$1] } + 2 * (layout.shown.count - 1)
      #expect(total <= width && layout.shown.first == 0 && layout.shown == layout.shown.sorted())
      let leftOut = Set(0..<count).subtracting(layout.shown)
      #expect(Set(order.prefix(leftOut.count)) == leftOut)
      // Nothing is left out or cut where there is room.
      if widths.reduce(0, +) + 2 * (count - 1) <= width { #expect(leftOut.isEmpty && layout.widths == widths) }
    }
  }

  @Test func everyNamedColumnExists() {
    func check<Row: TableRow>(_ type: Row.Type) {
      let titles = Set(Row.columns.map(\.title))
      #expect(Set(Row.leftOutFirst).isSubset(of: titles), "\(type)")
      #expect(Set(Row.leftOutFirst).count == Row.leftOutFirst.count && Row.leftOutFirst.count < Row.columns.count, "\(type)")
    }
    check(V1.Bot.self)
    check(V1.Trade.self)
    check(V1.Order.self)
    check(V1.Position.self)
    check(V1.Stats.self)
    check(V1.Event.self)
    check(V1.Balance.self)
  }

  @Test func aFollowedTableRepeatsItsHeaderWhenAColumnNoLongerFits() {
    let table = TableOutput(styled: false, width: 60)
    var layout = StreamLayout()
    var lines = table.stream(V1.Balance(asset: "BTC", free: "1", locked: "0", total: "1"), &layout).lines
    #expect(lines.count == 2 && lines[0].hasPrefix("ASSET"))
    lines = table.stream(V1.Balance(asset: "ETH", free: "2", locked: "0", total: "2"), &layout).lines
    #expect(lines.count == 1)
    let long = table.stream(
      V1.Balance(asset: "PEPE", free: "123456789012345.12345678", locked: "123456789012345.12345678", total: "5"), &layout)
    #expect(long.lines.count == 2 && long.leftOut == ["TOTAL"] && long.lines.allSatisfy { DisplayWidth.of($0) <= 60 })
    // A column that went stays away, and is not told of again.
    let next = table.stream(V1.Balance(asset: "BTC", free: "1", locked: "0", total: "1"), &layout)
    #expect(next.lines.count == 1 && next.leftOut == [])
  }

  @Test func longTextsOfACardGoOnBelow() {
    let card = CardOutput(styled: false, width: 30)
    let lines = card.lines([CardLine("why", "RSI 27.41 is below 30 and the price is above its average"), CardLine("state", "running")])
    #expect(lines == ["why    RSI 27.41 is below 30", "       and the price is above", "       its average", "state  running"])
    #expect(DisplayWidth.wrap("語語語語", to: 5) == ["語語", "語語"] && DisplayWidth.wrap("", to: 5) == [""])
  }
}
