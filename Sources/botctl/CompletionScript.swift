import ArgumentParser
import ControlCommands

/// Prints the completion script of the whole tree.
struct CompletionScript: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion", abstract: "Prints a completion script for a shell.",
    discussion: """
      bash:  botctl completion bash > ~/.local/share/bash-completion/completions/botctl
      zsh:   botctl completion zsh > ~/.zfunc/_botctl   (with ~/.zfunc in fpath)
      fish:  botctl completion fish > ~/.config/fish/completions/botctl.fish
      """)

  enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

  @Argument(help: "bash, zsh or fish.")
  var shell: Shell

  func run() throws {
    let kind: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    ControlEnvironment.current.out(RootCommand.completionScript(for: kind) + "\n")
  }
}
