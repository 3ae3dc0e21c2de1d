import ArgumentParser
import BotAPI
import Presentation
import TTRPC

struct VersionShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Shows the versions of botctl and of the daemon.",
    discussion: "Without a daemon it shows its own version and exits with 0.")

  @OptionGroup var outputOptions: OutputOptions
  @OptionGroup var daemon: DaemonOptions

  func run() async throws {
    try outputOptions.refuseCSV()
    let output = Output(outputOptions, environment: .current, noColor: daemon.noColor)
    var hello: V1.HelloResponse?
    if let session = try? await Session.open(daemon) {
      hello = try? await session.system.hello(
        V1.HelloRequest(client: Version.client), timeout: session.timeout)
      await session.client.close()
    }
    if outputOptions.format == .json {
      var json = JSONText(pretty: true)
      json.beginObject()
      json.field("botctl", Version.text)
      json.field("botd", hello)
      json.endObject()
      output.line(json.text)
      return
    }
    var card = [CardLine("botctl", Version.text)]
    if let hello {
      card += [
        CardLine("botd", hello.version), CardLine("api", hello.apiVersion),
        CardLine("mode", hello.mode.cell),
        CardLine("you are", hello.identity.isEmpty ? "" : "\(hello.identity) (\(hello.role))"),
        CardLine("up since", TimeText.dateTime(hello.startedTimeNs)),
      ]
    } else {
      card.append(CardLine("botd", "does not answer at \(try daemon.parsedAddress())", .warning))
    }
    output.card(card)
  }
}
