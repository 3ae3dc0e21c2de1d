import BotAPI
import CommandTestSupport
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
        "rsi-btc  BTCUSDT  rsi       1m        running    0.0015  67012.5       -0.51   +12.35      7  buy · RSI 27.41 below 30",
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

  @Test(
    arguments: [
      ("1.00500000", 2, "1.01"), ("-1.005", 2, "-1.01"), ("-0.001", 2, "0.00"), ("0.004", 2, "0.00"), ("12", 2, "12.00"), ("0.5", 0, "1"),
      ("99999999999999999999", 2, "99999999999999999999.00"), ("x", 2, "x"), ("1e5", 2, "1e5"), ("1.", 2, "1."), ("", 2, ""),
      ("0.123456789", 2, "0.123456789"),
    ] as [(String, Int, String)])
  func decimalsAreRoundedExactlyAndForeignTextIsLeftAlone(text: String, places: Int, expected: String) {
    #expect(DecimalText.fixed(text, places: places) == expected)
  }

  @Test func roundingAgreesWithANaiveTwin() {
    for value in stride(from: -250, through: 250, by: 1) {
      let text = (value < 0 ? "-" : "") + "\(abs(value) / 100).\(abs(value) % 100 < 10 ? "0" : "")\(abs(value) % 100)"
      let cents = (abs(value) + 5) / 10
      let naive = (value < 0 && cents > 0 ? "-" : "") + "\(cents / 10).\(cents % 10)"
      #expect(DecimalText.fixed(text, places: 1) == naive)
    }
  }

  @Test func percentSignsAndZeros() {
    #expect(DecimalText.percent("0.0213") == "2.13%")
    #expect(DecimalText.signed("3.5") == Cell("+3.50", .good))
    #expect(DecimalText.signed("-3.5") == Cell("-3.50", .bad))
    #expect(DecimalText.signed("0.00000000") == Cell("0.00"))
    #expect(DecimalText.trimmed("0.00100000") == "0.001")
    #expect(DecimalText.trimmed("100") == "100")
    #expect(DecimalText.trimmed("-0.0") == "0")
  }

  @Test(
    arguments: [
      (Int64(1_700_000_000_123_456_789), "2023-11-14 22:13:20"), (951_782_400_000_000_000, "2000-02-29 00:00:00"),
      (-1, "1969-12-31 23:59:59"), (0, ""), (Int64.max, "2262-04-11 23:47:16"), (Int64.min, "1677-09-21 00:12:43"),
    ] as [(Int64, String)])
  func timesAreUTC(nanoseconds: Int64, text: String) {
    #expect(TimeText.dateTime(nanoseconds) == text)
  }

  @Test(
    arguments: [
      (Int64(0), ""), (999, "999ns"), (12_345, "12µs"), (850_000_000, "850ms"), (61_000_000_000, "1m 1s"), (3_600_000_000_000, "1h"),
      (90_061_000_000_000, "1d 1h"), (86_400_000_000_000 + 5_000_000_000, "1d"), (-1_000_000, "-1ms"), (Int64.min, "-106751d 23h"),
    ] as [(Int64, String)])
  func lengthsHaveTwoUnitsAtMost(nanoseconds: Int64, text: String) {
    #expect(TimeText.length(nanoseconds) == text)
  }
}
