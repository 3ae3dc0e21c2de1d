import TestSupport
import Testing
import Time

@testable import ControlCommands

/// Keys as bytes, and frames as bytes.
@Suite struct ScreenTests {
  // MARK: Keys

  private func keys(_ text: String) -> [Key] {
    var decoder = KeyDecoder()
    return decoder.take(Array(text.utf8)) + decoder.flush()
  }

  @Test func keysAreRead() {
    #expect(keys("jS/?") == [.character("j"), .character("S"), .character("/"), .character("?")])
    #expect(keys("\u{1B}[A\u{1B}[B\u{1B}OC\u{1B}[D") == [.up, .down, .right, .left])
    #expect(keys("\u{1B}[1;5A\u{1B}[H\u{1B}[4~\u{1B}[5~\u{1B}[6~\u{1B}[Z") == [.up, .home, .end, .pageUp, .pageDown, .backTab])
    #expect(keys("\r\n\t\u{7F}\u{3}\u{1A}") == [.enter, .enter, .tab, .backspace, .control("c"), .control("z")])
    #expect(keys("é币🙂") == [.character("é"), .character("币"), .character("🙂")])
    #expect(keys("\u{1B}OP\u{1B}[11~\u{1B}[[A") == [.help, .help, .help])
    #expect(keys("\u{1B}") == [.escape])
    #expect(keys("\u{1B}\u{1B}") == [.escape, .escape])
    // Keys that mean nothing here: passed over whole, so that no letter of theirs acts.
    #expect(keys("\u{1B}[15~\u{1B}S\u{1B}OS\u{1B}[1;2Sx") == [.character("x")])
    #expect(keys("\u{0}\u{1C}x") == [.character("x")])
  }

  @Test func keysMayComeInPieces() {
    let bytes = Array("j\u{1B}[A币\u{1B}[200~Sy\u{1B}[201~\u{1B}[6~".utf8)
    for size in 1...bytes.count {
      var decoder = KeyDecoder()
      var keys: [Key] = []
      for start in stride(from: 0, to: bytes.count, by: size) { keys += decoder.take(Array(bytes[start..<min(start + size, bytes.count)])) }
      #expect(keys == [.character("j"), .up, .character("币"), .pasted("Sy"), .pageDown], "in pieces of \(size)")
      #expect(!decoder.isWaiting)
    }
  }

  @Test func anyBytesAreTakenAndNoneAreKept() {
    var random = SeededRandom(seed: 11)
    for _ in 0..<300 {
      var decoder = KeyDecoder()
      let signs: [UInt64] = [0x1B, 0x5B, 0x4F, 0x7E]
      let bytes = (0..<200).map { _ in
        UInt8(truncatingIfNeeded: random.next() % 5 == 0 ? signs[Int(random.next() % 4)] : random.next())
      }
      _ = decoder.take(bytes)
      _ = decoder.flush()
      #expect(!decoder.isWaiting)
    }
    // A flood is linear, and pasted text bounded.
    var decoder = KeyDecoder()
    #expect(decoder.take(Array(repeating: UInt8(ascii: "j"), count: 200_000)).count == 200_000)
    let pasted = decoder.take(Array("\u{1B}[200~\(String(repeating: "x", count: 200_000))\u{1B}[201~".utf8))
    #expect(pasted == [.pasted(String(repeating: "x", count: KeyDecoder.pasteMaximum))])
  }

  // MARK: Frames

  @Test func onlyWhatChangedIsWritten() {
    let size = ScreenSize(columns: 80, rows: 24)
    var state = TopFixture.state()
    var writer = FrameWriter(pen: ScreenPen(isStyled: true, isUnicode: true))
    var terminal = TerminalEmulator(columns: 80, rows: 24)
    let whole = writer.update(TopRender.render(state), size: size)
    terminal.take(whole.utf8)
    #expect(writer.update(TopRender.render(state), size: size) == "")
    // A second later only the clock is another one.
    terminal.forgetWrites()
    _ = state.handle(.tick, now: TopFixture.now.advanced(byMilliseconds: 1_000))
    let tick = writer.update(TopRender.render(state), size: size)
    terminal.take(tick.utf8)
    #expect(terminal.written == [0] && tick.utf8.count < 60, "\(tick)")
    // The cursor moves: two lines.
    terminal.forgetWrites()
    _ = state.press(.down)
    let moved = writer.update(TopRender.render(state), size: size)
    terminal.take(moved.utf8)
    #expect(terminal.written == [5, 6] && moved.utf8.count < whole.utf8.count / 3)
    #expect(terminal.lines == state.screen && terminal.unknown.isEmpty)
  }

  /// Whatever keys are pressed, and whatever size the terminal has: the differences lead to the frame.
  @Test func differencesLeadToTheFrame() {
    var random = SeededRandom(seed: 5)
    let keys: [Key] = [
      .up, .down, .enter, .escape, .tab, .backTab, .character("s"), .character("I"), .character("/"), .character("e"), .character("?"),
      .character("p"), .character("S"), .character("y"), .character("n"), .pageDown, .home, .end, .character("币"), .backspace,
    ]
    for pen in [ScreenPen(isStyled: true, isUnicode: true), ScreenPen(isStyled: false, isUnicode: true)] {
      var state = TopFixture.state()
      var writer = FrameWriter(pen: pen)
      var terminal = TerminalEmulator(columns: 80, rows: 24)
      terminal.take("\u{1B}[?7l".utf8)
      for step in 0..<600 {
        _ = state.press(keys[Int(random.next() % UInt64(keys.count))])
        if step % 97 == 0 {
          let size = ScreenSize(columns: Int(random.next() % 150) + 1, rows: Int(random.next() % 60) + 1)
          _ = state.handle(.resized(size), now: TopFixture.now)
          terminal.resize(columns: size.columns, rows: size.rows)
        }
        if step % 31 == 0 { _ = state.handle(.refreshed(TopFixture.data), now: TopFixture.now) }
        terminal.take(writer.update(TopRender.render(state), size: state.size).utf8)
        #expect(terminal.lines == state.screen, "step \(step), \(state.size)")
        if terminal.lines != state.screen { return }
      }
      #expect(terminal.hasStyles == pen.isStyled)
    }
  }

  @Test func coloursAndSignsAreOnlyWhereTheyAreTaken() {
    let colours = ScreenPen(variables: ["TERM": "xterm", "LANG": "de_DE.UTF-8"], noColor: false)
    #expect(colours.isStyled && colours.isUnicode)
    #expect(!ScreenPen(variables: ["LANG": "C.utf8", "NO_COLOR": "1"], noColor: false).isStyled)
    #expect(!ScreenPen(variables: [:], noColor: true).isStyled)
    #expect(!ScreenPen(variables: ["LC_ALL": "C", "LANG": "C.UTF-8"], noColor: false).isUnicode)
    #expect(!ScreenPen(variables: ["LANG": "C.UTF-8", "TERM": "linux"], noColor: false).isUnicode)
    var writer = FrameWriter(pen: ScreenPen(isStyled: false, isUnicode: false))
    let text = writer.update(TopRender.render(TopFixture.state(200, 50)), size: ScreenSize(columns: 200, rows: 50))
    var terminal = TerminalEmulator(columns: 200, rows: 50)
    terminal.take(text.utf8)
    #expect(text.utf8.allSatisfy { $0 < 0x80 } && !terminal.hasStyles)
    // Stand-ins are as wide as what they stand for.
    for sample in ["a…b", "币安人生", "▁▂▃▄▅▆▇█", "é─"] { #expect(ScreenPen.ascii(sample).utf8.count == DisplayWidth.of(sample)) }
  }
}
