public import ArgumentParser

/// `botctl` as a library: the executable hands in its command tree and calls ``main(_:arguments:environment:)``, tests call `run`.
public enum BotControl {
  /// Runs the process's command line in the command tree below `root`; returns the exit code.
  public static func main<Root: ParsableCommand>(_ root: Root.Type, arguments: [String], environment: [String: String]) async -> Int32 {
    await run(root, arguments, in: .process(variables: environment)).rawValue
  }

  /// Runs one command line in the command tree below `root`; returns its exit code. What fails is printed, not thrown.
  package static func run<Root: ParsableCommand>(
    _ root: Root.Type, _ arguments: [String], in environment: ControlEnvironment
  ) async -> ExitStatus {
    await ControlEnvironment.$current.withValue(environment) {
      do {
        var command = try Root.parseAsRoot(arguments)
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
        let text = Root.fullMessage(for: error)
        guard Root.exitCode(for: error) != .success else {
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
