//go:build go1.23

// Command bench measures calls and streamed items against a daemon, or another server of the same methods, and prints one JSON line:
//
//	{"client":"go","calls_per_second":9000,"p50_us":100,"p99_us":250,"items_per_second":400000}
//
// Calls are Ping with 100 bytes, one after the other on one connection. Items are the events of the journal from its start, again and again.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"time"

	botd "github.com/botd-trading/botd/clients/go"
)

// payload is what a Ping carries.
var payload = bytes.Repeat([]byte("x"), 100)

// result is the line.
type result struct {
	Client         string  `json:"client"`
	CallsPerSecond float64 `json:"calls_per_second"`
	P50Micros      float64 `json:"p50_us"`
	P99Micros      float64 `json:"p99_us"`
	ItemsPerSecond float64 `json:"items_per_second"`
}

func main() {
	address := flag.String("address", "", "the server's address, unix:PATH or tcp://HOST:PORT (default: that of BOTD_ADDRESS)")
	seconds := flag.Float64("seconds", 2, "how long to measure calls, and then items")
	isStock := flag.Bool("stock", false, "measure the stock transport and stubs alone, without package botd")
	flag.Parse()
	line, err := run(context.Background(), *address, time.Duration(*seconds*float64(time.Second)), *isStock)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(line)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, address string, span time.Duration, isStock bool) (line result, err error) {
	options := botd.Options{Address: address, Name: "bench"}
	line.Client = "go"
	open := newOwn
	if isStock {
		line.Client, open = "go-stock", newStock
	}
	side, err := open(ctx, options)
	if err != nil {
		return line, err
	}
	defer side.close()
	if err := line.measureCalls(ctx, side, span); err != nil {
		return line, err
	}
	return line, line.measureItems(ctx, side, span)
}

// side is a client under measurement.
type side interface {
	// ping makes a call.
	ping(ctx context.Context) error
	// events takes the events of the journal, from its start to its present end, and returns how many.
	events(ctx context.Context) (int, error)
	close()
}

// measureCalls makes calls for a span, after some that do not count.
func (r *result) measureCalls(ctx context.Context, side side, span time.Duration) error {
	for range 200 {
		if err := side.ping(ctx); err != nil {
			return err
		}
	}
	var took []time.Duration
	started := time.Now()
	for last := started; last.Sub(started) < span; {
		if err := side.ping(ctx); err != nil {
			return err
		}
		now := time.Now()
		took = append(took, now.Sub(last))
		last = now
	}
	r.CallsPerSecond = math.Round(float64(len(took)) / time.Since(started).Seconds())
	slices.Sort(took)
	r.P50Micros = micros(took[len(took)/2])
	r.P99Micros = micros(took[len(took)*99/100])
	return nil
}

func micros(d time.Duration) float64 { return math.Round(float64(d.Nanoseconds())/100) / 10 }

// measureItems takes the journal for a span, whole times.
func (r *result) measureItems(ctx context.Context, side side, span time.Duration) error {
	items := 0
	started := time.Now()
	for time.Since(started) < span {
		count, err := side.events(ctx)
		if err != nil {
			return err
		}
		if count == 0 {
			return errors.New("the journal is empty: there is nothing to stream")
		}
		items += count
	}
	r.ItemsPerSecond = math.Round(float64(items) / time.Since(started).Seconds())
	return nil
}
