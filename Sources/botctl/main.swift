import ControlCommands
import Foundation

exit(
  await BotControl.main(arguments: Array(CommandLine.arguments.dropFirst()), environment: ProcessInfo.processInfo.environment))
