import Presentation
import Testing

@Suite struct CountTextTests {
  @Test func wordsFitTheNumber() {
    #expect(CountText.of(1, "channel") == "1 channel" && CountText.of(2, "channel") == "2 channels" && CountText.of(0, "rule") == "0 rules")
    #expect(CountText.of(1, "bot is", "bots are") == "1 bot is" && CountText.of(3, "bot is", "bots are") == "3 bots are")
    #expect(CountText.of(Int64(1), "entry", "entries") == "1 entry")
  }
}
