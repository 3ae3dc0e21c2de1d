import Foundation

/// The package's targets, the files of each, and the rules about who may use whom. A rule returns a sentence for each place that breaks it.
struct House {
  let manifest: PackageManifest
  private let filesByTarget: [String: [SourceTree.File]]
  /// Swift files that belong to no target.
  let strayFiles: [String]

  /// Modules that come with the compiler or the system; any other must be declared.
  static let toolchain: Set<String> = [
    "Swift", "Synchronization", "Foundation", "FoundationEssentials", "FoundationNetworking", "Dispatch", "Glibc", "Musl", "Darwin",
    "Testing",
  ]

  init(manifest: PackageManifest, files: [SourceTree.File]) {
    self.manifest = manifest
    var filesByTarget: [String: [SourceTree.File]] = [:]
    var strayFiles: [String] = []
    for file in files {
      let owner = manifest.targets.filter { file.path.hasPrefix($0.folder + "/") }.max { $0.folder.count < $1.folder.count }
      if let owner { filesByTarget[owner.name, default: []].append(file) } else { strayFiles.append(file.path) }
    }
    self.filesByTarget = filesByTarget
    self.strayFiles = strayFiles
  }

  /// This package.
  static func ours() throws -> House {
    let url = SourceTree.packageRoot.appendingPathComponent("Package.swift")
    let manifest = try PackageManifest(text: String(contentsOf: url, encoding: .utf8), targetsAtLeast: 60)
    return House(manifest: manifest, files: SourceTree.sources.files + SourceTree.tests.files)
  }

  func files(of target: String) -> [SourceTree.File] { filesByTarget[target] ?? [] }

  private func imports(of target: String) -> Set<String> {
    files(of: target).reduce(into: []) { $0.formUnion($1.imports) }
  }

  /// Libraries below `Sources` with Swift files: those that have a documentation page.
  var libraries: [PackageManifest.Target] {
    manifest.targets.filter { $0.kind == .library && $0.folder.hasPrefix("Sources/") && !files(of: $0.name).isEmpty }
  }

  /// The module that a dependency is imported as.
  private func module(_ dependency: String) -> String { manifest.target(dependency)?.module ?? dependency }

  // MARK: Dependencies

  func undeclaredImports() -> [String] {
    manifest.targets.flatMap { target in
      let allowed = Self.toolchain.union(target.dependencies.map(module)).union([target.module])
      return files(of: target.name).flatMap { file in
        file.imports.subtracting(allowed).sorted().map { "\(file.path) imports \($0); \(target.name) does not declare it" }
      }
    }
  }

  /// Dependencies that no file imports. Tests may depend on a program to have it built.
  func unusedDependencies() -> [String] {
    manifest.targets.filter { !files(of: $0.name).isEmpty }.flatMap { target in
      let used = imports(of: target.name)
      return target.dependencies.filter { name in
        !used.contains(module(name)) && !(target.kind == .tests && manifest.target(name)?.kind == .program)
      }.map { "\(target.name) declares \($0); no file imports it" }
    }
  }

  // MARK: Arrows

  /// An arrow that must not be, directly or through others.
  struct Never {
    var from: [String]
    var to: [String]
    var why: String
  }

  func forbiddenArrows(_ rules: [Never], maybeMissing: Set<String>) -> [String] {
    rules.flatMap { rule in
      let named = rule.from + rule.to
      let missing = named.filter { manifest.target($0) == nil && !maybeMissing.contains($0) }
        .map { "there is no \($0), which a rule names" }
      return missing
        + rule.from.flatMap { from in
          let reached = manifest.reach(of: from)
          return rule.to.filter(reached.contains).map { "\(from) depends on \($0): \(rule.why)" }
        }
    }
  }

  /// Targets that depend on themselves through others.
  func circles() -> [String] {
    manifest.targets.filter { manifest.reach(of: $0.name).contains($0.name) }.map { "\($0.name) depends on itself" }
  }

  /// Nothing but a test, which runs it or tests its code, depends on a program.
  func usersOfPrograms() -> [String] {
    let programs = Dictionary(uniqueKeysWithValues: manifest.targets.filter { $0.kind == .program }.map { ($0.module, $0.name) })
    return manifest.targets.filter { $0.kind != .tests }.flatMap { target in
      let used = imports(of: target.name).union(target.dependencies.map(module))
      return used.intersection(programs.keys).subtracting([target.module]).sorted().map { "\(target.name) uses the program \($0)" }
    }
  }

  /// - Parameter mathematics: files that may import the C library, for its mathematics.
  func impureUses(of pure: Set<String>, mathematics: Set<String>) -> [String] {
    manifest.targets.filter { pure.contains($0.name) }.flatMap { target in
      target.dependencies.filter { !pure.contains($0) }.map { "\(target.name) is pure and depends on \($0)" }
        + files(of: target.name).flatMap { file in
          let allowed = mathematics.contains(file.path) ? pure.union(["Glibc", "Musl"]) : pure
          return file.imports.subtracting(allowed).sorted().map { "\(file.path) is pure and imports \($0)" }
        }
    }
  }

  func reexports() -> [String] {
    let files = filesByTarget.values.flatMap(\.self).sorted { $0.path < $1.path }
    return files.filter { file in file.code.contains { $0.contains("@_exported") } }.map { "\($0.path) exports another module" }
  }
}
