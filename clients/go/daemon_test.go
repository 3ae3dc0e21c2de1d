package botd

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
)

// testTimeout bounds every wait of a test; what it waits for is an event, never the time itself.
const testTimeout = 60 * time.Second

// program is the path of botd, botctl or botsim in the folder that BOTD_BIN names.
func program(t testing.TB, name string) string {
	t.Helper()
	folder := os.Getenv("BOTD_BIN")
	if folder == "" {
		t.Fatal("BOTD_BIN must name the folder of botd, botctl and botsim")
	}
	return filepath.Join(folder, name)
}

// shortFolder is a temporary folder whose path leaves room for a socket's name.
func shortFolder(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "bgo")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

// daemon is a botd of the test's own.
type daemon struct {
	t         testing.TB
	folder    string
	arguments []string
	// environment is beside PATH and HOME.
	environment []string
	address     string
	command     *exec.Cmd
	ended       chan struct{}
	log         bytes.Buffer
}

// startDaemon starts botd in simulated mode with a market that is fast enough for a fill every few moments.
func startDaemon(t testing.TB) *daemon {
	t.Helper()
	d := newDaemon(t)
	d.start()
	return d
}

// newDaemon is a daemon that is not started yet.
func newDaemon(t testing.TB) *daemon {
	t.Helper()
	folder := shortFolder(t)
	d := &daemon{t: t, folder: folder, address: "unix:" + folder + "/s"}
	d.arguments = []string{
		"--mode", "simulated", "--speed", "1000", "--example-bots", "--state-dir", folder + "/state", "--listen", d.address,
		"--log-level", "warning",
	}
	t.Cleanup(d.kill)
	return d
}

// start starts the daemon and waits until it answers.
func (d *daemon) start() {
	d.t.Helper()
	d.command = exec.Command(program(d.t, "botd"), d.arguments...)
	d.command.Dir = d.folder
	d.command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + d.folder}, d.environment...)
	d.command.Stderr = &d.log
	d.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := d.command.Start(); err != nil {
		d.t.Fatal(err)
	}
	command, ended := d.command, make(chan struct{})
	go func() {
		command.Wait()
		close(ended)
	}()
	d.ended = ended
	d.waitUntilUp()
}

func (d *daemon) waitUntilUp() {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	ended := d.ended
	go func() {
		select {
		case <-ended:
			cancel()
		case <-ctx.Done():
		}
	}()
	for {
		connection, err := Dial(ctx, Options{Address: d.address})
		if err == nil {
			connection.Close()
			return
		}
		if !pause(ctx, 20*time.Millisecond) {
			d.t.Fatalf("botd does not answer: %v\n%s", err, d.log.String())
		}
	}
}

// kill ends the daemon as a crash would.
func (d *daemon) kill() {
	if d.command == nil {
		return
	}
	d.command.Process.Kill()
	<-d.ended
	d.command = nil
}

// restart kills the daemon and starts it again on the same state.
func (d *daemon) restart() {
	d.t.Helper()
	d.kill()
	d.start()
}

// connect returns a client of the daemon that lives as long as the test.
func (d *daemon) connect(options Options) *Client {
	d.t.Helper()
	options.Address = d.address
	client, err := New(options)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { client.Close() })
	return client
}

// testContext is a context that ends with the test's patience.
func testContext(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	t.Cleanup(cancel)
	return ctx
}

// busyBot creates and starts a bot that trades on nearly every candle.
func busyBot(t testing.TB, client *Client, id string) {
	t.Helper()
	_, err := client.BotService().CreateBot(testContext(t), &botdv1.CreateBotRequest{
		BotId: id, Start: true,
		Spec: &botdv1.BotSpec{
			Symbol: "BTCUSDT", Strategy: "ema_cross", Interval: "1m", Capital: "10000",
			Parameters: []*botdv1.KeyValue{{Key: "fast", Value: "2"}, {Key: "slow", Value: "3"}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// allTrades lists a bot's fills.
func allTrades(t testing.TB, client *Client, bot string) (list []*botdv1.Trade) {
	t.Helper()
	request := &botdv1.ListTradesRequest{BotIds: []string{bot}, PageSize: 50}
	for {
		page, err := client.TradeService().ListTrades(testContext(t), request)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, page.GetTrades()...)
		if request.PageToken = page.GetNextPageToken(); request.PageToken == "" {
			return list
		}
	}
}
