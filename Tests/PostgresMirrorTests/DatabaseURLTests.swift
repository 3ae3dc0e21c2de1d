import Testing
@testable import PostgresMirror
