package botd

import (
	"net"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/grpc/codes"
)

// endpoint is an address that was taken apart: the arguments of net.Dial.
type endpoint struct {
	network, address string
}

// DefaultAddress is the address of a daemon on this machine that nobody told another one: the environment variable BOTD_ADDRESS, else
// $XDG_RUNTIME_DIR/botd/botd.sock, else $HOME/.botd/botd.sock, else /run/botd/botd.sock.
func DefaultAddress() string {
	if address := os.Getenv("BOTD_ADDRESS"); address != "" {
		return address
	}
	if folder := os.Getenv("XDG_RUNTIME_DIR"); folder != "" {
		return "unix:" + filepath.Join(folder, "botd", "botd.sock")
	}
	if home := os.Getenv("HOME"); home != "" {
		return "unix:" + filepath.Join(home, ".botd", "botd.sock")
	}
	return "unix:/run/botd/botd.sock"
}

// parseAddress reads "unix:PATH" or "tcp://HOST:PORT". It returns an *Error with ReasonAddressMalformed for anything else.
func parseAddress(text string) (endpoint, error) {
	if path, ok := strings.CutPrefix(text, "unix:"); ok && path != "" {
		return endpoint{"unix", path}, nil
	}
	if rest, ok := strings.CutPrefix(text, "tcp://"); ok {
		if host, port, err := net.SplitHostPort(rest); err == nil && host != "" && port != "" {
			return endpoint{"tcp", rest}, nil
		}
	}
	return endpoint{}, &Error{
		Code: codes.InvalidArgument, Reason: ReasonAddressMalformed, Field: "address",
		Message: "the address \"" + text + "\" is neither unix:PATH nor tcp://HOST:PORT",
	}
}
