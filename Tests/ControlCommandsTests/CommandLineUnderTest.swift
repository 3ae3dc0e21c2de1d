import CommandTestSupport

@testable import botctl

/// Command lines of the whole of botctl.
typealias CommandLineUnderTest = CommandRun<RootCommand>
