public import ArgumentParser
import ServiceRuntime

/// `botctl` as a library: the executable hands in its command tree and calls ``main(_:arguments:environment:)``, tests call `run`.
public enum BotControl {
  /// Runs the process's command line in the command tree below `root`; returns the exit code.
  public static func main<Root: AsyncParsableCommand>(
    _ root: Root.Type, arguments: [String], environment: [String: String]
  ) async -> Int32 {
    // A closed pipe is a failed write, not the end of the process.
    ProcessSignals.ignoreWriteSignals()
    return await run(root, arguments, in: .process(variables: environment)).rawValue
  }

  /// Runs one command line in the command tree below `root`; returns its exit code. What fails is printed, not thrown. Results that could not
  /// be written are a failure too: said on standard error, unless it is a pipe whose reader has gone.
  package static func run<Root: AsyncParsableCommand>(
    _ root: Root.Type, _ arguments: [String], in environment: ControlEnvironment
  ) async -> ExitStatus {
    var (arguments, environment) = (arguments, environment)
    do throws(CommandFailure) {
      try AccountOption.take(&arguments, &environment.variables)
    } catch {
      environment.err("botctl: \(error.message)\n")
      return error.status
    }
    let status = await ControlEnvironment.$current.withValue(environment) { [arguments, environment] in
      await perform(root, arguments, in: environment)
    }
    guard let failure = environment.outputFailure() else { return status }
    if !failure.isClosedPipe { environment.err("botctl: standard output cannot be written: \(failure.message)\n") }
    return status == .ok ? .failure : status
  }

  private static func perform<Root: AsyncParsableCommand>(
    _ root: Root.Type, _ arguments: [String], in environment: ControlEnvironment
  ) async -> ExitStatus {
    do {
      var command = try await Root.asyncParseAsRoot(arguments)
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
      environment.err(ParserMessage.text(text) + "\n")
      return .usage
    }
  }
}

/// Ends a command with a code and without a message.
struct ExitRequest: Error {
  let status: ExitStatus
}
