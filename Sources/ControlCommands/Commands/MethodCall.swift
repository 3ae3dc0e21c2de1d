import ArgumentParser
import DynamicMessages
import TTRPC

struct MethodCall: AsyncParsableCommand, DaemonCommandOptions {
  static let configuration = CommandConfiguration(
    commandName: "call", abstract: "Calls any method of the daemon with JSON and prints its answer as JSON.",
    discussion: """
      The rules are those of proto3 JSON, by the schema that the daemon itself gives: names in lowerCamelCase or as in the schema, null is \
      not set, integers of 64 bits as strings or numbers, bytes in base64, enums by name or number. Answers have the names of the schema, \
      and all fields. A request_id that is missing or empty is made (--verbose prints it).

      An answer that is a stream is printed as JSON lines, until the daemon ends it, or Ctrl-C, --count or --for half-closes it; what is \
      still on its way is read. Where the client sends a stream, every BODY is a message, and - stands for messages on standard input, one \
      a line; its end is the half-close.

      Examples:
        botctl call BotService/ListBots
        botctl call BotService/StopBot '{"bot_id": "btc-rsi", "closePosition": true}' --verbose
        botctl call TradeService/SubscribeTrades '{"after_sequence": "0"}' --count 10
        botctl call SystemService/Ping @request.json
      `botctl api` lists the methods; `botctl api StopBot` shows one with its messages and a body to fill in.
      """)

  @Argument(
    help: ArgumentHelp("A method: botd.v1.BotService/ListBots, BotService/ListBots or ListBots.", valueName: "METHOD"), completion: .methods
  )
  var method: String

  @Argument(help: ArgumentHelp("JSON; @FILE reads it from a file, - from standard input. (default: {})", valueName: "BODY"))
  var bodies: [String] = []

  @Option(parsing: .unconditional, help: ArgumentHelp("End a stream after this many messages.", valueName: "N"))
  var count: WholeNumber?

  @Option(name: .customLong("for"), help: ArgumentHelp("End a stream after this time, for example 30, 500ms, 2m.", valueName: "time"))
  var length: CommandDuration?

  @Flag(
    name: [.long, .customShort("v")], help: "Print the request_id that was made, and the details of an error as JSON, on standard error.")
  var verbose = false

  @OptionGroup var daemon: DaemonOptions

  mutating func run() async throws {
    let command = self
    let countMaximum = try count.map { given throws(CommandFailure) in try given.value(of: "--count", in: 1...1_000_000_000) }
    let output = Output(format: .json, environment: .current, noColor: daemon.noColor)
    let session = try await Session.open(daemon)
    do {
      let schema = try await session.schema()
      let method = try MethodName.find(command.method, in: schema)
      let call = GenericCall(schema: schema, method: method, session: session, output: output, isVerbose: command.verbose)
      let bodies = CallBodies(texts: command.bodies, method: method)
      if method.clientStreams || method.serverStreams {
        try await StreamCall(call: call, bodies: bodies, countMaximum: countMaximum, length: command.length?.duration).run()
      } else {
        guard countMaximum == nil, command.length == nil else {
          throw CommandFailure(.usage, "--count and --for are for streams; \(method.fullName) answers once")
        }
        try await call.unary(bodies)
      }
    } catch {
      await session.client.close()
      throw error
    }
    await session.client.close()
  }
}

/// Finds the method that a person names.
enum MethodName {
  /// - Throws: exit code 10 where the daemon has no such method, 2 where more than one has that name.
  static func find(_ name: String, in schema: Schema) throws(CommandFailure) -> MethodType {
    let found = schema.methods(named: name)
    if let only = found.first, found.count == 1 { return only }
    guard found.isEmpty else {
      throw CommandFailure(.usage, "\(name) is more than one method: \(found.map(\.fullName).joined(separator: ", "))")
    }
    let near = Schema.names(near: name, of: schema.methods.map { .method($0) })
    let hint = near.isEmpty ? "`botctl api` lists them" : "do you mean \(near.joined(separator: " or "))?"
    throw CommandFailure(.unsupported, "this botd has no method \(name.prefix(100)); \(hint)")
  }
}
