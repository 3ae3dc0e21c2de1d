import Testing
import ExchangeSimulation

@Suite struct SeededRandomTests {
  @Test func sameSeedSameNumbers() {
    var a = SeededRandom(seed: 7)
    var b = SeededRandom(seed: 7)
    var c = SeededRandom(seed: 8)
    let first = (0..<100).map { _ in a.next() }
    #expect(first == (0..<100).map { _ in b.next() })
    #expect(first != (0..<100).map { _ in c.next() })
  }

  @Test func normalHasMeanZeroAndVarianceOne() {
    var random = SeededRandom(seed: 42)
    var sum = 0.0
    var squares = 0.0
    for _ in 0..<100_000 {
      let x = random.normal()
      sum += x
      squares += x * x
    }
    #expect((sum / 100_000).magnitude < 0.02)
    #expect((squares / 100_000 - 1).magnitude < 0.03)
  }

  @Test func integersStayBelowTheirBoundAndReachAllOfIt() {
    var random = SeededRandom(seed: 1)
    var seen = Set<Int>()
    for _ in 0..<1_000 { seen.insert(random.integer(below: 7)) }
    #expect(seen == Set(0..<7))
    #expect(random.integer(below: 0) == 0)
  }
}
