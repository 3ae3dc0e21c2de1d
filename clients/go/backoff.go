package botd

import (
	"context"
	"math/rand"
	"time"
)

const (
	backoffFirst = 100 * time.Millisecond
	backoffMost  = 5 * time.Second
)

// backoff spaces attempts: 0.1 s, doubling to 5 s, each shortened at random by up to half so that clients do not come back in step.
type backoff struct {
	last time.Duration
}

// next returns the pause before the next attempt.
func (b *backoff) next() time.Duration {
	b.last = min(max(2*b.last, backoffFirst), backoffMost)
	return b.last - time.Duration(rand.Int63n(int64(b.last/2)+1))
}

// reset starts over after a success.
func (b *backoff) reset() { b.last = 0 }

// pause waits for d. It returns false when ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
