package botd

// Position is where a subscription begins: FromNow, FromStart or After.
type Position struct {
	bookmark  Bookmark
	isHistory bool
}

// FromNow begins with the next item.
func FromNow() Position { return Position{} }

// FromStart begins with the oldest item that is retained.
func FromStart() Position { return Position{isHistory: true} }

// After begins with the item after a bookmark. The zero bookmark is none: then it begins with the next item, as FromNow.
func After(bookmark Bookmark) Position {
	return Position{bookmark: bookmark, isHistory: !bookmark.IsZero()}
}

// Item is what a subscription gives.
type Item[T any] struct {
	// Value is the fill or event.
	Value T
	// Bookmark is where to go on after this item. It stays as it was with items that have no place in the journal: those not
	// recorded, and events about health.
	Bookmark Bookmark
	// NotRecorded marks an item that is not in the journal, because the daemon's disk failed: show it, never store its sequence.
	NotRecorded bool
}
