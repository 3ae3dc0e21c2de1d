package botd

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
)

func TestDefaultAddress(t *testing.T) {
	t.Setenv("HOME", "/home/me")
	t.Setenv("XDG_RUNTIME_DIR", "/run/user/7")
	t.Setenv("BOTD_ADDRESS", "tcp://other:1")
	expectAddress(t, "tcp://other:1")
	t.Setenv("BOTD_ADDRESS", "")
	expectAddress(t, "unix:/run/user/7/botd/botd.sock")
	t.Setenv("XDG_RUNTIME_DIR", "")
	expectAddress(t, "unix:/home/me/.botd/botd.sock")
	t.Setenv("HOME", "")
	expectAddress(t, "unix:/run/botd/botd.sock")
}

func expectAddress(t *testing.T, want string) {
	t.Helper()
	if have := DefaultAddress(); have != want {
		t.Errorf("the default address is %s, want %s", have, want)
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]endpoint{
		"unix:/a b": {"unix", "/a b"}, "unix:s": {"unix", "s"}, "tcp://h:1": {"tcp", "h:1"}, "tcp://[::1]:9": {"tcp", "[::1]:9"},
	} {
		if have, err := parseAddress(text); err != nil || have != want {
			t.Errorf("%s is %v (%v)", text, have, err)
		}
	}
	for _, text := range []string{"", "unix:", "tcp://", "tcp://h", "tcp://:1", "tcp://h:", "tcp://::1:9", "/a", "http://h:1"} {
		_, err := parseAddress(text)
		expect(t, err, codes.InvalidArgument, ReasonAddressMalformed)
	}
}

func TestBookmarkText(t *testing.T) {
	for _, bookmark := range []Bookmark{{}, {"j", 0}, {"j", 1<<63 - 1}, {"a:b", 7}} {
		if back, err := ParseBookmark(bookmark.String()); err != nil || back != bookmark {
			t.Errorf("%v became %v (%v)", bookmark, back, err)
		}
	}
	for _, text := range []string{"", "j", "j:", "j:-1", "j:+1", "j: 1", "j:1 ", "j:1\n", "j:9223372036854775808", ":1", "j:1x"} {
		if bookmark, err := ParseBookmark(text); err == nil {
			t.Errorf("%q was taken for %v", text, bookmark)
		}
	}
	text, err := json.Marshal(map[string]Bookmark{"b": {"j", 3}})
	if err != nil || string(text) != `{"b":"j:3"}` {
		t.Errorf("as JSON: %s (%v)", text, err)
	}
	var back map[string]Bookmark
	if err := json.Unmarshal(text, &back); err != nil || back["b"] != (Bookmark{"j", 3}) {
		t.Errorf("from JSON: %v (%v)", back, err)
	}
}

func TestBackoffBounds(t *testing.T) {
	var wait backoff
	limit := backoffFirst
	for range 20 {
		if d := wait.next(); d < limit/2 || d > limit {
			t.Errorf("a pause of %v, want %v to %v", d, limit/2, limit)
		}
		limit = min(2*limit, backoffMost)
	}
	wait.reset()
	if d := wait.next(); d > backoffFirst {
		t.Errorf("after a reset a pause of %v", d)
	}
}

func TestVersions(t *testing.T) {
	for version, want := range map[string]bool{
		"0.2.0": true, "0.2.1": true, "0.10.0": true, "1.0": true, "1.0.0-rc1": true, "0.1.9": false, "0.1.10": false, "": false, "x": false,
	} {
		if isAtLeast(version, "0.2.0") != want {
			t.Errorf("%q is judged wrongly", version)
		}
	}
}

func TestRequestIDs(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := NewRequestID()
		if len(id) != 36 || id[14] != '4' || !strings.Contains("89ab", id[19:20]) || seen[id] {
			t.Fatalf("%q is no new UUID", id)
		}
		seen[id] = true
	}
}

func TestErrorText(t *testing.T) {
	err := error(&Error{
		Code: codes.InvalidArgument, Reason: "INVALID", Message: "two things are wrong",
		Violations: []Violation{{Field: "bot_id", Message: "is malformed"}, {Field: "spec.capital", Message: "must be positive"}},
	})
	want := "botd: two things are wrong; bot_id: is malformed; spec.capital: must be positive (InvalidArgument, INVALID)"
	if err.Error() != want {
		t.Errorf("the text is %q", err)
	}
	trimmed := error(&HistoryTrimmed{First: 5, Last: 9, err: &Error{Code: codes.OutOfRange, Reason: "HISTORY_TRIMMED", Message: "gone"}})
	var own *Error
	if !errors.As(trimmed, &own) || own.Reason != "HISTORY_TRIMMED" || !strings.Contains(trimmed.Error(), "5 to 9") {
		t.Errorf("%v", trimmed)
	}
}

func TestTimeoutDefaults(t *testing.T) {
	t.Setenv("BOTD_TOKEN", "secret")
	options := Options{}.withDefaults()
	if options.Timeout != 10*time.Second || options.Token != "secret" || options.Name == "" || options.Address == "" {
		t.Errorf("the defaults are %+v", options)
	}
	if options := (Options{Token: "own", Timeout: time.Second, Name: "n"}).withDefaults(); options.Token != "own" ||
		options.Timeout != time.Second || options.Name != "n" {
		t.Errorf("given values became %+v", options)
	}
}
