/// Which lines of the screen are for what. Small screens lose the heading first, then the panes' and the table's titles.
struct TopLayout: Hashable, Sendable {
  /// A short list below the bots.
  struct Pane: Hashable, Sendable {
    var view: TopView
    /// Lines, the one with its title included.
    var rows: Int
    /// The next pane stands beside it.
    var sharesLine = false
  }

  /// Lines above the list: status, figures, equity, tabs.
  var headingRows: Int
  /// The titles of the columns, 0 or 1.
  var titleRows: Int
  /// Lines of the list itself.
  var listRows: Int
  var panes: [Pane]
  /// The message, 0 or 1.
  var messageRows: Int
  /// The keys, 0 or 1.
  var footerRows: Int

  /// From this width on two things stand side by side.
  static let wideColumns = 160
  private static let narrowColumns = 120

  /// Two cards have room beside each other.
  static func holdsTwoCards(columns: Int) -> Bool { columns >= narrowColumns }

  /// - Parameter isDetail: one bot is looked at.
  init(size: ScreenSize, view: TopView, isDetail: Bool) {
    let rows = max(0, size.rows)
    footerRows = rows >= 3 ? 1 : 0
    messageRows = rows >= 5 ? 1 : 0
    headingRows = rows >= 16 ? 4 : rows >= 11 ? 3 : rows >= 8 ? 2 : rows >= 4 ? 1 : 0
    titleRows = rows >= 4 && !isDetail ? 1 : 0
    panes = []
    if view == .bots, !isDetail {
      if rows >= 40, size.columns >= Self.wideColumns {
        panes = [Pane(view: .positions, rows: 9, sharesLine: true), Pane(view: .orders, rows: 9), Pane(view: .fills, rows: 9)]
      } else if rows >= 40 {
        panes = [Pane(view: .positions, rows: 6), Pane(view: .orders, rows: 6), Pane(view: .fills, rows: 7)]
      } else if rows >= 20 {
        panes = [Pane(view: .fills, rows: 5)]
      }
    }
    let paneRows = panes.filter { !$0.sharesLine }.reduce(0) { $0 + $1.rows }
    listRows = max(0, rows - footerRows - messageRows - headingRows - titleRows - paneRows)
  }
}
