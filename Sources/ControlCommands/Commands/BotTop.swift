import ArgumentParser
import BotAPI
import ServiceRuntime
import TTRPC

struct BotTop: AsyncParsableCommand, DaemonCommandOptions {
  static let configuration = CommandConfiguration(
    commandName: "top", abstract: "Shows bots, positions, orders, fills and health on a full screen, as they change.",
    discussion: """
      Keys: j k or arrows move, enter opens a bot, esc goes back, / filters, s sorts, p pauses, r resumes, S stops (each after a \
      question), 1 to 5 change the list, ? shows all keys, q quits. Quitting changes nothing: the bots go on.

      When botd is gone, what it said last stays, marked as old, and the screen goes on when it is back. Without a terminal, or on one whose \
      cursor cannot be placed (TERM=dumb), --once prints the screen as text; botctl list -o json is for programs.
      """)

  @Option(help: ArgumentHelp("Time between two questions to botd, 100ms to 1m.", valueName: "time"))
  var interval: CommandDuration = CommandDuration(.seconds(1))

  @Flag(help: "Prints the screen once, as text, and ends.")
  var once = false

  @OptionGroup var daemon: DaemonOptions

  mutating func run() async throws {
    let environment = ControlEnvironment.current
    guard interval.duration >= .milliseconds(100), interval.duration <= .seconds(60) else {
      throw CommandFailure(.usage, "--interval: must be from 100ms to 1m")
    }
    let pen = ScreenPen(variables: environment.variables, noColor: daemon.noColor)
    if !once, let refusal = TerminalScreen.refusal(isTerminal: environment.isTerminal, variables: environment.variables) {
      throw CommandFailure(
        .usage, "\(refusal); print the screen as text with: botctl top --once, or follow what happens with: botctl events --follow")
    }
    let session = try await Session.open(daemon)
    if once {
      try await print(session, environment)
      return
    }
    let loop = TopLoop(options: daemon, interval: interval.duration, pen: pen, environment: environment, address: "\(session.address)")
    try await loop.run(session)
  }

  /// One frame without anything that moves a cursor: as wide as the terminal, else 80 columns, and 24 lines.
  private func print(_ session: Session, _ environment: ControlEnvironment) async throws {
    var state = TopState()
    do throws(RPCError) {
      var questions = try await TopQuestions(session)
      let now = WallClock.now()
      _ = state.handle(.resized(ScreenSize(columns: environment.width ?? 80, rows: 24)), now: now)
      _ = state.handle(.refreshed(try await questions.ask(detail: nil)), now: WallClock.now())
    } catch {
      await session.client.close()
      throw CommandFailure(error, address: session.address)
    }
    await session.client.close()
    let output = Output(format: .table, environment: environment, noColor: daemon.noColor)
    let pen = ScreenPen(isStyled: output.styled, isUnicode: true)
    // The keys are of no use on paper.
    for line in TopRender.render(state).dropLast() { output.line(pen.text(line.pieces, isMarked: false)) }
  }
}
