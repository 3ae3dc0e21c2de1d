package import ArgumentParser
import BotAPI

/// `botctl --account NAME COMMAND`: the account of an installed daemon, in front of the command, where it means every command alike.
package struct AccountOption: ParsableArguments {
  package init() {}

  @Option(
    help: ArgumentHelp(
      "Before the command: the account of an installed daemon, which listens on unix:/run/botd/NAME/botd.sock; else BOTD_ACCOUNT.",
      valueName: "name"))
  package var account: String?

  /// Takes it off the front of a command line and puts it into the environment, where it wins over what stands there.
  static func take(_ arguments: inout [String], _ variables: inout [String: String]) throws(CommandFailure) {
    let name = "--account"
    guard let first = arguments.first, first == name || first.hasPrefix(name + "=") else { return }
    arguments.removeFirst()
    var account = String(first.dropFirst(name.count + 1))
    if first == name, !arguments.isEmpty { account = arguments.removeFirst() }
    try check(account, name)
    variables[DefaultAddress.accountName] = account
    variables[DefaultAddress.environmentName] = nil
  }

  /// - Throws: `usage` for what is no name of an account.
  static func check(_ account: String, _ what: String) throws(CommandFailure) {
    guard DefaultAddress.text(account: account) != nil else {
      throw CommandFailure(.usage, "\(what): \"\(account.prefix(40))\" is no name of an account: letters, digits, _, - and .")
    }
  }
}
