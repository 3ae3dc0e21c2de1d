import ArgumentParser
import Notify
import Presentation
import ServiceRuntime

struct NotifyGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "notify",
    abstract: "Tells people what happens: by Telegram, e-mail, webhook, ntfy or a program of yours.",
    discussion: """
      Runs until it is stopped. Nothing is lost: it remembers on disk what each channel was told, and after any outage (of itself, of botd, of \
      the network, of a channel) tells in one message what was missed. A message may come twice, never not at all; each has an id.

      The rules stand in one file, ~/.botd/notify.conf; begin with:
        botctl notify --example > ~/.botd/notify.conf
        botctl notify check
        botctl notify test
        botctl notify
      """,
    subcommands: [NotifyRun.self, NotifyTest.self, NotifyCheck.self], defaultSubcommand: NotifyRun.self)
}

/// Where the rules stand.
struct NotifyFileOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The file of rules. (default: ~/.botd/notify.conf)", valueName: "file"), completion: .anyFile)
  var rules: String?

  var path: String {
    HomeDirectory.expanded(rules ?? "~/.botd/notify.conf", environment: ControlEnvironment.current.variables)
  }

  /// - Throws: everything that is wrong with the file, a line for each place.
  func settings() throws(CommandFailure) -> NotifySettings {
    do throws(NotifySettingsError) {
      return try NotifySettings.read(path: path, environment: ControlEnvironment.current.variables)
    } catch {
      throw CommandFailure(.invalidArgument, error.message)
    }
  }
}

struct NotifyRun: AsyncParsableCommand, DaemonCommandOptions {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Follows what happens and tells it (what botctl notify does by itself).")

  @Flag(help: "Only prints an example of a file of rules.")
  var example = false

  @Option(help: ArgumentHelp("Remembers what was told. (default: the rules' file with .memory behind it)", valueName: "file"))
  var memory: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Where nothing is remembered: begin after this sequence, not with what happens from now on.", valueName: "N"))
  var from: WholeNumber?

  @OptionGroup var file: NotifyFileOptions
  @OptionGroup var daemon: DaemonOptions

  mutating func run() async throws {
    let output = Output(format: .table, environment: .current, noColor: daemon.noColor)
    if example { return output.raw(NotifyExample.text) }
    let settings = try file.settings()
    let first = try Pages.start(from)
    let command = self
    let path = HomeDirectory.expanded(memory ?? file.path + ".memory", environment: ControlEnvironment.current.variables)
    try await UntilInterrupted.run { try await command.tell(settings, path, first, output) }
  }

  private func tell(_ settings: NotifySettings, _ path: String, _ first: Int64?, _ output: Output) async throws {
    for problem in ProcessPrivacy.enter() { output.remark(problem) }
    let environment: SenderEnvironment
    let courier: Courier
    do throws(NotifySettingsError) {
      environment = try SenderEnvironment(authorityFile: settings.authorityFile)
      courier = try Courier(settings, memory: path, environment: environment, remark: { output.remark($0) })
    } catch {
      throw CommandFailure(.invalidArgument, error.message)
    }
    let watch = NotifyWatch(daemon: daemon, settings: settings, courier: courier, output: output)
    let channels = settings.channels.map { "\($0.name) (\($0.transport.word))" }.joined(separator: ", ")
    output.remark("\(CountText.of(settings.rules.count, "rule")), channels \(channels); remembered in \(path)")
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await courier.run() }
      group.addTask { await watch.watchLife() }
      group.addTask { await watch.watchThresholds() }
      if let deadMan = settings.deadMan {
        group.addTask { await DeadMan(deadMan, environment).run(isWell: { watch.isWell() }, remark: { output.remark($0) }) }
      }
      if let desk = Desk(settings, environment, courier: courier) {
        let answers = NotifyAnswers(daemon: daemon, tokenFile: settings.desk?.tokenFile)
        group.addTask { await desk.run(answer: { await answers.answer($0) }, remark: { output.remark($0) }) }
      }
      // Last, so that its failure ends the others.
      group.addTask { try await watch.follow(first: first) }
      do {
        while try await group.next() != nil {}
      } catch {
        group.cancelAll()
        throw error
      }
    }
  }
}

struct NotifyTest: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test", abstract: "Sends one message by each channel, or by those named, and says what became of it.",
    discussion: "Exit code 1 when one did not arrive. Needs no botd; the dead-man's URL is asked too when no channel is named.")

  @Argument(help: ArgumentHelp("Channels. (default: all)", valueName: "channel"))
  var channels: [String] = []

  @OptionGroup var file: NotifyFileOptions

  mutating func run() async throws {
    let output = Output(format: .table, environment: .current, noColor: false)
    let settings = try file.settings()
    for name in channels where !settings.channels.contains(where: { $0.name == name }) {
      let known = settings.channels.map(\.name).joined(separator: ", ")
      throw CommandFailure(.usage, "\"\(name.prefix(40))\" is no channel of \(file.path); there are \(known)")
    }
    let environment: SenderEnvironment
    do throws(NotifySettingsError) {
      environment = try SenderEnvironment(authorityFile: settings.authorityFile)
    } catch {
      throw CommandFailure(.failure, error.message)
    }
    var failures = 0
    for channel in settings.channels where channels.isEmpty || channels.contains(channel.name) {
      var random = SystemRandomNumberGenerator()
      let message = Message(
        id: "test-\(UInt32.random(in: 0 ... .max, using: &random))", level: .info, title: "botd: a test of channel \(channel.name)",
        lines: ["This is a test: botctl notify reaches you here. Nothing happened to any bot. <&_*[`"], count: 0)
      do throws(DeliveryFailure) {
        try await Trial.send(message, by: channel, environment)
        output.line("\(channel.name) (\(channel.transport.word)): delivered, id \(message.id)")
      } catch {
        failures += 1
        output.complain("\(channel.name) (\(channel.transport.word)): not delivered: \(error.message)")
      }
    }
    if channels.isEmpty, let deadMan = settings.deadMan {
      if let problem = await DeadMan(deadMan, environment).ask(true) {
        failures += 1
        output.complain("dead-man: \(problem)")
      } else {
        output.line("dead-man: asked")
      }
    }
    if failures > 0 { throw ExitRequest(status: .failure) }
  }
}
