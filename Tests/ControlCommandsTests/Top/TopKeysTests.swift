import BotAPI
import CommandTestSupport
import TTRPC
import Testing
import Time

@testable import ControlCommands

/// What keys do to the screen's state, and what the state asks for.
@Suite struct TopKeysTests {
  private func type(_ text: String, _ state: inout TopState) -> [TopAction] { text.flatMap { state.press(.character($0)) } }

  private func shown(_ state: TopState) -> [String] { state.rows(state.view).map(\.id) }

  @Test func theCursorMovesAndStaysOnItsRow() {
    var state = TopFixture.state()
    _ = type("j", &state)
    #expect(state.bot?.id == "macd-eth")
    _ = state.press(.end)
    #expect(state.bot?.id == "halted")
    _ = type("jjj", &state)
    #expect(state.bot?.id == "halted" && state.place.index == 3)
    _ = type("k", &state)
    // Another order: the cursor is on the same bot.
    _ = type("s", &state)
    #expect(shown(state).first == "a-name-of-thirty-two-characters-" && state.bot?.id == "a-name-of-thirty-two-characters-")
    // The bot is gone: the cursor stays on its line.
    var data = TopFixture.data
    data.lists[.bots] = TopList(columns: TopColumns(V1.Bot.self), rows: data.lists[.bots]?.rows.filter { !$0.id.hasPrefix("a-") } ?? [])
    _ = state.handle(.refreshed(data), now: TopFixture.now)
    #expect(state.bot?.id == shown(state)[0])
  }

  @Test func aLongListScrolls() {
    var state = TopFixture.state(80, 10)
    var data = TopFixture.data
    var cache = TopRowCache<V1.Bot>()
    data.bots = (0..<500).map { V1.Bot(id: "bot-\($0 + 1_000)", state: .running, netPnL: "\($0)") }
    data.lists[.bots] = cache.list(data.bots) { ($0.id, $0.id) }
    _ = state.handle(.refreshed(data), now: TopFixture.now)
    _ = state.press(.end)
    #expect(state.bot?.id == "bot-1499" && state.screen.contains { $0.hasPrefix(">bot-1499") })
    _ = state.press(.pageUp)
    #expect(state.screen.contains { $0.hasPrefix(">\(state.bot?.id ?? "")") })
    _ = state.press(.home)
    #expect(state.bot?.id == "bot-1000" && state.place.offset == 0)
    _ = state.handle(.resized(ScreenSize(columns: 80, rows: 40)), now: TopFixture.now)
    _ = state.press(.end)
    _ = state.handle(.resized(ScreenSize(columns: 80, rows: 8)), now: TopFixture.now)
    #expect(state.screen.contains { $0.hasPrefix(">bot-1499") })
  }

  @Test func listsAreSortedByWhatTheyShow() {
    var state = TopFixture.state()
    let titles = state.data.lists[.bots]?.columns.titles ?? []
    while state.place.sort.map({ titles[$0] }) != "NET PNL" { _ = type("s", &state) }
    // Numbers: the largest first.
    #expect(shown(state) == ["rsi-btc", "halted", "macd-eth", "a-name-of-thirty-two-characters-"])
    #expect(state.screen[4].contains("NET PNL↓"))
    _ = type("I", &state)
    #expect(shown(state).first == "a-name-of-thirty-two-characters-" && state.screen[4].contains("NET PNL↑"))
    // What is empty is last either way.
    while state.place.sort.map({ titles[$0] }) != "POSITION" { _ = type("<", &state) }
    #expect(shown(state).first == "rsi-btc")
    _ = type("I", &state)
    #expect(shown(state).first == "rsi-btc")
    // Once round: the daemon's order.
    while state.place.sort != nil { _ = type("s", &state) }
    #expect(shown(state) == TopFixture.bots.map(\.id))
  }

  @Test func aFilterIsTypedKeptAndTakenAway() {
    var state = TopFixture.state()
    _ = type("/ETH", &state)
    #expect(shown(state) == ["macd-eth"] && state.screen.contains("/ETH_"))
    // Keys that act are letters here.
    _ = type("S", &state)
    #expect(shown(state) == [] && state.screen.contains { $0.contains("nothing contains \"ETHS\"") })
    _ = state.press(.backspace)
    _ = state.press(.enter)
    #expect(state.mode == .browse && state.bot?.id == "macd-eth" && state.screen.contains { $0.hasPrefix("filter \"ETH\": 1 of 4") })
    _ = type("/x", &state)
    _ = state.press(.escape)
    #expect(shown(state) == ["macd-eth"])
    _ = state.press(.escape)
    #expect(shown(state).count == 4)
    _ = type("/usdt rsi", &state)
    #expect(shown(state) == ["rsi-btc", "a-name-of-thirty-two-characters-", "halted"])
    _ = state.press(.pasted(String(repeating: "x\n", count: 500)))
    #expect(state.place.filter.count <= 60 && !state.place.filter.contains("\n"))
    _ = state.press(.control("u"))
    #expect(state.place.filter.isEmpty)
  }

  @Test func aBotIsOpenedAndLeft() {
    var state = TopFixture.state()
    #expect(state.press(.enter) == [.watch("rsi-btc")])
    #expect(state.screen.contains { $0.contains("[rsi-btc]") } && state.screen.contains { $0.contains("strategy") })
    state = TopFixture.opened()
    let first = state.screen
    _ = type("jj", &state)
    #expect(state.screen != first && state.scroll == 2)
    _ = state.press(.end)
    #expect(state.screen.contains { $0.contains("67001") })
    _ = type("jjjj", &state)
    let last = state.scroll
    _ = state.press(.pageDown)
    #expect(state.scroll == last)
    #expect(state.press(.escape) == [.watch(nil)] && state.opened == nil)
    // From a fill too.
    _ = type("4", &state)
    #expect(state.press(.enter) == [.watch("rsi-btc")])
    _ = state.press(.escape)
    _ = type("5", &state)
    #expect(state.press(.enter) == [] && state.screen.contains { $0.contains("not about a bot") })
  }

  @Test func deedsAreAskedForAndDoneOnce() {
    var state = TopFixture.state()
    #expect(type("S", &state) == [])
    #expect(state.screen[22] == "Stop rsi-btc? Its 0.0015 BTC stay, with their stop and target. (y/n)")
    #expect(state.screen[23].hasPrefix("y stop it"))
    #expect(type("n", &state) == [] && state.screen[22] == "nothing was done")
    // Enter is no yes, and neither is what was pasted.
    for key in [Key.enter, .escape, .character("S"), .pasted("y"), .down] {
      _ = type("S", &state)
      #expect(state.press(key) == [] && state.mode == .browse)
    }
    _ = type("S", &state)
    #expect(type("y", &state) == [.perform(TopDeed(verb: .stop, botID: "rsi-btc", createdSequence: 3))])
    #expect(type("y", &state) == [])
    _ = state.handle(.done(text: "rsi-btc is stopped", failed: false), now: TopFixture.now)
    #expect(state.screen[22] == "rsi-btc is stopped")
    _ = state.handle(.tick, now: TopFixture.now.advanced(byMilliseconds: 9_000))
    #expect(!state.screen[22].contains("stopped"))
  }

  @Test func onlyWhatMakesSenseIsAsked() {
    func said(_ keys: String) -> String {
      var state = TopFixture.state()
      #expect(type(keys, &state) == [])
      return state.screen[22]
    }
    #expect(said("p").hasPrefix("Pause rsi-btc?"))
    #expect(said("r") == "rsi-btc is running already")
    #expect(said("jS") == "macd-eth is stopped already")
    #expect(said("jp") == "macd-eth is stopped: only a bot that runs can be paused")
    #expect(said("jr") == "Start macd-eth? (y/n)")
    #expect(said("jjr").hasPrefix("Resume a-name-of-thirty-two-characters-?"))
    #expect(said("jjjr").hasPrefix("Start halted? It was halted: 取引所 refused"))
    #expect(said("5S") == "choose a bot first")
    // In an opened bot and on a position too.
    #expect(said("2S").hasPrefix("Stop rsi-btc?"))
    var state = TopFixture.opened()
    _ = type("p", &state)
    #expect(type("y", &state) == [.perform(TopDeed(verb: .pause, botID: "rsi-btc", createdSequence: 3))])
  }

  @Test func aDeedThatIsNotMeantAnyMoreIsNotDone() {
    // Another bot has the name now.
    var state = TopFixture.state()
    _ = type("S", &state)
    var data = TopFixture.data
    data.bots[0].createdSequence = 99
    _ = state.handle(.refreshed(data), now: TopFixture.now)
    #expect(type("y", &state) == [] && state.screen[22].contains("not the bot any more that was meant"))
    // The list moves under the question: the question's bot counts.
    state = TopFixture.state()
    _ = type("S", &state)
    data = TopFixture.data
    data.lists[.bots] = TopList(columns: TopColumns(V1.Bot.self), rows: data.lists[.bots]?.rows.reversed() ?? [])
    _ = state.handle(.refreshed(data), now: TopFixture.now)
    #expect(type("y", &state) == [.perform(TopDeed(verb: .stop, botID: "rsi-btc", createdSequence: 3))])
    // The connection is lost.
    state = TopFixture.state()
    _ = type("S", &state)
    _ = state.handle(.lost(reason: "gone", retryIn: 1), now: TopFixture.now)
    #expect(type("y", &state) == [])
    #expect(type("S", &state) == [] && state.mode == .browse)
    _ = state.handle(.connected, now: TopFixture.now)
    #expect(state.screen[22] == "connected again")
  }

  @Test func keysOfTheTerminalWorkEverywhere() {
    for keys in ["", "?", "/", "S"] {
      var state = TopFixture.state()
      _ = type(keys, &state)
      #expect(state.press(.control("c")) == [.quit])
      #expect(state.press(.control("z")) == [.suspend])
      #expect(state.press(.control("l")) == [.repaint])
    }
    var state = TopFixture.state()
    #expect(type("q", &state) == [.quit])
    _ = type("?", &state)
    #expect(state.screen.contains { $0.contains("page keys") })
    _ = type("x", &state)
    #expect(state.mode == .browse)
    for view in [TopView.positions, .orders, .fills, .health, .bots] {
      _ = state.press(.tab)
      #expect(state.view == view)
    }
    _ = type("h", &state)
    #expect(state.view == .health)
  }

  // MARK: Equity

  @Test func equityIsAnHourAndBounded() {
    var trace = EquityTrace()
    let start = TopFixture.now.nanoseconds
    for second in 0..<20_000 { trace.append(time: start + Int64(second) * 1_000_000_000, equity: "\(1_000 + second % 7)") }
    #expect(trace.samples.count <= 722)
    let count = trace.samples.count
    for text in ["", "x", "170141183460469231731687303715884105727", "1e9"] { trace.append(time: .max, equity: text) }
    trace.append(time: 5, equity: "1")
    #expect(trace.samples.count == count)
    #expect(trace.bars(60).count == 60 && trace.bars(0) == "")
    var flat = EquityTrace()
    flat.append(time: start, equity: "5")
    #expect(flat.bars(10) == "         ▁")
    flat.append(time: start + EquityTrace.span / 2, equity: "9")
    #expect(flat.bars(4) == " ▁▁█")
    flat.append(time: .max, equity: "-9.5")
    #expect(flat.bars(3).count == 3)
  }

  // MARK: The command

  private static func run(_ words: String..., variables: [String: String] = [:], at daemon: ScriptedDaemon? = nil) async -> CommandResult {
    var command = CommandLineUnderTest()
    command.variables.merge(variables) { $1 }
    return await command.run(words + (daemon.map { ["--address", $0.address] } ?? []))
  }

  @Test func withoutATerminalItSaysWhatToDo() async {
    let piped = await Self.run("top")
    #expect(piped.status == .usage && piped.out.isEmpty)
    #expect(piped.err.contains("standard output is not a terminal") && piped.err.contains("botctl top --once"))
    #expect(TerminalScreen.refusal(isTerminal: true, variables: ["TERM": "dumb"])?.contains("TERM=dumb") == true)
    #expect(TerminalScreen.refusal(isTerminal: true, variables: [:])?.contains("TERM=") == true)
    for interval in ["50ms", "2h"] {
      #expect(await Self.run("top", "--interval", interval).err.contains("--interval: must be from 100ms to 1m"))
    }
    let nobody = await Self.run("top", "--once", "--address", "unix:/nonexistent/s")
    #expect(nobody.status == .noDaemon)
  }
}
