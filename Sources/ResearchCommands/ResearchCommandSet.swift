package import ArgumentParser

/// The commands of this library, for the root command that makes a tree of them: what trades the past, and looks at it.
package enum ResearchCommandSet {
  /// In the order of the help text.
  package static var all: [any ParsableCommand.Type] {
    [
      DownloadRun.self, DataGroup.self, BacktestRun.self, OptimizeRun.self, IndicatorRun.self, ReplayRun.self, CompareRun.self,
      ReportRun.self,
    ]
  }

  /// Commands that keep the journal safe.
  package static var journal: [any ParsableCommand.Type] { [BackupRun.self, VerifyRun.self] }
}
