import Testing
import YAMLFiles

@Suite struct YAMLReaderTests {
  private func read(_ text: String) throws(YAMLError) -> YAMLNode? { try YAMLReader.document(Array(text.utf8)) }

  private func refusal(_ text: String) -> YAMLError? {
    do throws(YAMLError) {
      _ = try read(text)
      return nil
    } catch {
      return error
    }
  }

  /// A path of names to the text at its end.
  private func text(_ node: YAMLNode?, _ path: String...) -> String? {
    path.reduce(node) { node, name in node?.pairs?.last { $0.key.text == name }?.value }?.text
  }

  /// Scalars are what a person wrote: nothing is resolved.
  @Test(arguments: ["no", "on", "1e-5", "010", "1_000", "12:30", "0x1F", ".5", "+5", "-0", "NaN", "1.10", "2026-01-01", "true", "a b"])
  func scalarsStay(_ value: String) throws {
    #expect(text(try read("a: \(value)"), "a") == value)
    #expect(text(try read("a: \"\(value)\""), "a") == value)
    #expect(text(try read("{\"a\": \"\(value)\"}"), "a") == value)
    #expect(text(try read("a: \(YAMLText.scalar(value))"), "a") == value)
  }

  @Test func whatIsWrittenReadsBack() throws {
    for value in [
      "", "~", "null", "no", "a: b", "#x", "\"q\"", "\\", "a\tb\nc", "\u{1}", "币安人生USDT", "-", "? x", "*a", "&a", "1m", "5e3", "{}",
    ] {
      let node = try #require(try read("a: \(YAMLText.scalar(value))"))
      #expect(text(node, "a") == value && node.pairs?.first?.value.isNull == false, "\(value)")
    }
    #expect(YAMLText.scalar("1m") == "1m" && YAMLText.scalar("0.02") == "0.02" && YAMLText.scalar("no") == "\"no\"")
  }

  @Test func nothingIsNothing() throws {
    for text in ["", "\n# only a comment\n", "---\n"] { #expect(try read(text)?.isNull ?? true) }
    for text in ["a:", "a: ~", "a: null"] { #expect(try read(text)?.pairs?.first?.value.isNull == true) }
    for text in ["a: ''", "a: \"null\""] { #expect(try read(text)?.pairs?.first?.value.isNull == false) }
  }

  @Test func linesAreKnown() throws {
    let node = try #require(try read("# head\na:\n  b: 1\n\n  c: [1,\n    2]\n"))
    let a = try #require(node.pairs?.first?.value)
    #expect(node.line == 2 && a.pairs?.map(\.key.line) == [3, 5] && a.pairs?.last?.value.elements?.map(\.line) == [5, 6])
  }

  @Test(arguments: [
    ("a: 1\n\tb: 2\n", 2, "tab"), ("a: 1\nb: [1, 2\n", 3, "this is no YAML"), ("a: 1\n b: 2\n", 2, "this is no YAML"), ("a: *x\n", 1, "*x"),
    ("a: !!int 5\n", 1, "tag"), ("a: !!python/object:os.system x\n", 1, "tag"), ("a: 1\n---\nb: 1\n", 2, "second document"),
    ("a: &a [*a]\n", 1, "*a names nothing"), ("%YAML 9.0\n---\na: 1", 1, "this is no YAML"), ("a: 'x", 1, "this is no YAML"),
  ])
  func mistakesHaveALine(_ text: String, _ line: Int, _ part: String) throws {
    let problem = try #require(refusal(text))
    #expect(problem.message.contains(part) && problem.line == line, "\(problem)")
  }

  @Test func bytesThatAreNoTextAreRefused() throws {
    #expect(throws: YAMLError.self) { try YAMLReader.document([0x61, 0x3A, 0x20, 0xFF, 0xFE, 0x0A]) }
    #expect(throws: YAMLError.self) { try YAMLReader.document([0x61, 0x3A, 0x20, 0x00]) }
    #expect(throws: YAMLError.self) { try YAMLReader.document([UInt8](repeating: 0x20, count: YAMLReader.bytesMaximum + 1)) }
  }

  @Test func aliasesAreValuesWithBounds() throws {
    #expect(text(try read("a: &x {b: 1}\nc: *x\n"), "c", "b") == "1")
    var laughs = "a0: &a0 [x]\n"
    for level in 1..<40 { laughs += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ","))]\n" }
    #expect(refusal(laughs)?.message.contains("200000 values") == true || refusal(laughs)?.message.contains("nested deeper") == true)
    let nested = "a0: &a0 [x]\n" + (1..<600).map { "a\($0): &a\($0) [*a\($0 - 1)]\n" }.joined()
    #expect(refusal(nested)?.message.contains("nested deeper") == true)
  }

  @Test func depthAndSizeHaveBounds() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", "")] {
      let text = String(repeating: open, count: 100_000) + "x" + String(repeating: close, count: 100_000)
      #expect(refusal(text) != nil, "\(open)")
    }
    let many = "a: [" + String(repeating: "1,", count: YAMLReader.valuesMaximum) + "1]"
    #expect(refusal(many)?.message.contains("values") == true)
  }

  /// No text traps, whatever it is.
  @Test func anyBytesAreReadOrRefused() {
    var seed: UInt64 = 7
    func next() -> Int {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(seed >> 33)
    }
    let alphabet = Array("ab:-?[]{}&*!|>'\"%@`,# \n\t<~\\0.é".utf8)
    for _ in 0..<20_000 {
      let bytes = (0..<(next() % 40)).map { _ in alphabet[next() % alphabet.count] }
      _ = try? YAMLReader.document(bytes)
    }
  }
}
