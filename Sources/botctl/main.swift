import ControlCommands
import Foundation

exit(
  await BotControl.main(
    RootCommand.self, arguments: Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment))
