package botd

import (
	"errors"
	"net"
	"sync/atomic"
	"time"
)

// stallTimeout bounds how long a peer that reads nothing can hold a writer.
const stallTimeout = 10 * time.Second

// answersTimeout bounds how long the end of a connection is held back.
const answersTimeout = 50 * time.Millisecond

var errNotTTRPC = errors.New("the first byte is none of a ttrpc frame")

// guard is a connection that notices a peer which speaks something else (a ttrpc frame of at most 4 MiB begins with a zero byte; the
// transport alone would take other text for a length and wait for it), and one that stopped reading.
type guard struct {
	net.Conn
	isStarted bool
	isForeign atomic.Bool
	// alert is the peer's refusal by TLS; with TLS 1.3 that of a client's certificate comes after the handshake.
	alert atomic.Pointer[net.OpError]
	// waiting is how many unary calls wait for their answers.
	waiting atomic.Int32
}

// Read passes on what comes; the transport calls it from one goroutine alone.
func (g *guard) Read(buffer []byte) (int, error) {
	count, err := g.Conn.Read(buffer)
	if count > 0 && !g.isStarted {
		g.isStarted = true
		if buffer[0] != 0 {
			g.isForeign.Store(true)
			return 0, errNotTTRPC
		}
	}
	var operation *net.OpError
	if errors.As(err, &operation) && operation.Op == "remote error" {
		g.alert.Store(operation)
	}
	if err != nil {
		g.letAnswersThrough()
	}
	return count, err
}

// letAnswersThrough holds the connection's end back for a moment while calls wait: the transport may drop an answer that it has already
// when the end comes right behind it, as that of Shutdown does.
func (g *guard) letAnswersThrough() {
	for until := time.Now().Add(answersTimeout); g.waiting.Load() > 0 && time.Now().Before(until); {
		time.Sleep(time.Millisecond)
	}
}

// Write sends all of buffer within stallTimeout.
func (g *guard) Write(buffer []byte) (int, error) {
	if err := g.Conn.SetWriteDeadline(time.Now().Add(stallTimeout)); err != nil {
		return 0, err
	}
	return g.Conn.Write(buffer)
}
