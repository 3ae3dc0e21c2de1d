package botd

import (
	"fmt"
	"strconv"
	"strings"
)

// Bookmark says how far a reader of the journal has come. Store it after an item was dealt with and pass it to After to go on with
// the next one. Sequences of different journals do not compare, so it names the journal too. The zero value is no bookmark.
type Bookmark struct {
	// JournalID is the journal's identity, as the daemon names it.
	JournalID string
	// Sequence is that of the last recorded item that was dealt with; 0: none yet.
	Sequence int64
}

// IsZero reports whether b is no bookmark at all.
func (b Bookmark) IsZero() bool { return b == Bookmark{} }

// String returns the text form, JOURNAL:SEQUENCE; ParseBookmark reads it.
func (b Bookmark) String() string { return b.JournalID + ":" + strconv.FormatInt(b.Sequence, 10) }

// ParseBookmark reads the text form, JOURNAL:SEQUENCE. The sequence is 0 or more, in digits alone.
func ParseBookmark(text string) (Bookmark, error) {
	colon := strings.LastIndexByte(text, ':')
	if colon < 0 {
		return Bookmark{}, fmt.Errorf("botd: %q is no bookmark (JOURNAL:SEQUENCE)", text)
	}
	sequence, err := strconv.ParseUint(text[colon+1:], 10, 63)
	if err != nil {
		return Bookmark{}, fmt.Errorf("botd: the sequence of bookmark %q is no whole number of 63 bits", text)
	}
	if text[:colon] == "" && sequence != 0 {
		return Bookmark{}, fmt.Errorf("botd: bookmark %q names no journal", text)
	}
	return Bookmark{JournalID: text[:colon], Sequence: int64(sequence)}, nil
}

// MarshalText makes bookmarks usable in JSON and the like, as their text form.
func (b Bookmark) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText is the reverse of MarshalText.
func (b *Bookmark) UnmarshalText(text []byte) (err error) {
	*b, err = ParseBookmark(string(text))
	return err
}
