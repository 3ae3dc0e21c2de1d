package botd

import (
	"strconv"
	"strings"

	"google.golang.org/grpc/codes"
)

const (
	// APIVersion is the interface this client speaks.
	APIVersion = "botd.v1"
	// MinimumVersion is the oldest daemon it works with.
	MinimumVersion = "0.2.0"
)

// isAtLeast compares versions such as "0.2.0" or "1.0.0-rc1" by their numbers; what is no number counts as 0.
func isAtLeast(version, minimum string) bool {
	have, need := numbers(version), numbers(minimum)
	for index := range need {
		if have[index] != need[index] {
			return have[index] > need[index]
		}
	}
	return true
}

func numbers(version string) (result [3]int) {
	core, _, _ := strings.Cut(version, "-")
	for index, part := range strings.SplitN(core, ".", 3) {
		result[index], _ = strconv.Atoi(part)
	}
	return result
}

func tooOld(message string) *Error {
	return &Error{Code: codes.Unimplemented, Reason: ReasonDaemonTooOld, Message: message}
}
