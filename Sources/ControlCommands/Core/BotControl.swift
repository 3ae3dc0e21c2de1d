import ArgumentParser

/// `botctl` as a library: the executable calls ``main()``, tests call `run`.
public enum BotControl {
  /// Runs the process's command line and exits with its code.
  public static func main(arguments: [String], environment: [String: String]) async -> Int32 {
    await run(arguments, in: .process(variables: environment)).rawValue
  }

  /// Runs one command line.
  static func run(_ arguments: [String], in environment: ControlEnvironment) async -> ExitStatus {
    await ControlEnvironment.$current.withValue(environment) {
      do {
        var command = try RootCommand.parseAsRoot(arguments)
        if var asynchronous = command as? any AsyncParsableCommand {
          try await asynchronous.run()
        } else {
          try command.run()
        }
        return .ok
      } catch let failure as CommandFailure {
        if !failure.message.isEmpty { environment.err("botctl: \(failure.message)\n") }
        return failure.status
      } catch let status as ExitRequest {
        return status.status
      } catch {
        let text = RootCommand.fullMessage(for: error)
        guard RootCommand.exitCode(for: error) != .success else {
          environment.out(text + "\n")
          return .ok
        }
        environment.err(text + "\n")
        return .usage
      }
    }
  }
}

/// Ends a command with a code and without a message.
struct ExitRequest: Error {
  let status: ExitStatus
}
