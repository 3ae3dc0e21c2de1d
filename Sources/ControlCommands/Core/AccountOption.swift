import BotAPI

/// `botctl --account NAME COMMAND`: the account of an installed daemon, in front of the command, where it means every command alike.
///
/// It is no option of the parser's: that would take it from behind the command too, where `botctl panic --account` is another one.
enum AccountOption {
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
