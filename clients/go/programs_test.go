package botd

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
)

// build builds a command of this module.
func build(t *testing.T, name string) (path string) {
	t.Helper()
	return buildFrom(t, "github.com/botd-trading/botd/clients/go/"+name)
}

// buildFrom builds a command from its import path, or from its only file.
func buildFrom(t *testing.T, source string) (path string) {
	t.Helper()
	path = filepath.Join(shortFolder(t), "program")
	output, err := exec.Command("go", "build", "-o", path, source).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return path
}

// running is a program whose lines a test reads.
type running struct {
	t       *testing.T
	command *exec.Cmd
	lines   chan string
	stderr  bytes.Buffer
}

// start starts a program; it ends with the test at the latest.
func start(t *testing.T, environment []string, path string, arguments ...string) *running {
	t.Helper()
	r := &running{t: t, command: exec.Command(path, arguments...), lines: make(chan string, 10_000)}
	r.command.Env = append(os.Environ(), environment...)
	r.command.Stderr = &r.stderr
	r.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	output, err := r.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.command.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(r.lines)
		for scanner := bufio.NewScanner(output); scanner.Scan(); {
			r.lines <- scanner.Text()
		}
	}()
	t.Cleanup(func() { r.command.Process.Kill() })
	return r
}

// line waits for the next line.
func (r *running) line() string {
	r.t.Helper()
	select {
	case line, ok := <-r.lines:
		if !ok {
			r.command.Wait()
			r.t.Fatalf("%s ended: %s", r.command.Path, r.stderr.String())
		}
		return line
	case <-time.After(testTimeout):
		r.t.Fatalf("%s prints nothing", r.command.Path)
	}
	return ""
}

// waitForHandler waits until the program catches SIGINT itself.
func (r *running) waitForHandler() {
	r.t.Helper()
	ctx := testContext(r.t)
	for {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.command.Process.Pid))
		if err != nil {
			r.t.Fatal(err)
		}
		_, caught, _ := strings.Cut(string(status), "SigCgt:\t")
		if mask, err := strconv.ParseUint(strings.Fields(caught)[0], 16, 64); err != nil || mask>>(syscall.SIGINT-1)&1 == 1 {
			return
		}
		if !pause(ctx, 5*time.Millisecond) {
			r.t.Fatalf("%s does not catch SIGINT", r.command.Path)
		}
	}
}

// interrupt ends the program as Ctrl-C does and returns the lines it still printed.
func (r *running) interrupt() (rest []string) {
	r.t.Helper()
	r.waitForHandler()
	r.command.Process.Signal(os.Interrupt)
	for line := range r.lines {
		rest = append(rest, line)
	}
	if err := r.command.Wait(); err != nil {
		r.t.Fatalf("%s: %v: %s", r.command.Path, err, r.stderr.String())
	}
	return rest
}

// The Swift client, botctl, works with a server of stock ttrpc and stock stubs.
func TestSwiftClientCallsStockServer(t *testing.T) {
	address := "unix:" + shortFolder(t) + "/s"
	server := start(t, nil, build(t, "cmd/stock-server"), "-listen", address)
	server.line()
	for _, test := range []struct {
		words string
		code  int
		text  string
	}{
		{"health", 0, "served by stock ttrpc"},
		{"list", 0, "+12.50"},
		{"show canned", 0, "BTCUSDT"},
		{"trades", 0, "67012.5"},
		{"version", 0, "anyone (admin)"},
		{"show other", 4, "there is no bot other (BOT_NOT_FOUND)"},
		{"strategies", 10, "StrategyService"},
		{"balances", 10, "PortfolioService"},
	} {
		command := exec.Command(program(t, "botctl"), append(strings.Fields(test.words), "--address", address)...)
		output, _ := command.CombinedOutput()
		if code := command.ProcessState.ExitCode(); code != test.code || !strings.Contains(string(output), test.text) {
			t.Errorf("botctl %s: exit code %d: %s", test.words, code, output)
		}
	}
	for _, kind := range []string{"trades", "events"} {
		follow := start(t, nil, program(t, "botctl"), kind, "--follow", "--from", "1", "--output", "json", "--address", address)
		for _, want := range []string{`{"sequence":"2","previous_sequence":"1"`, `{"sequence":"3","previous_sequence":"2"`} {
			if line := follow.line(); !strings.HasPrefix(line, want) {
				t.Errorf("botctl %s --follow printed %s", kind, line)
			}
		}
		if rest := follow.interrupt(); len(rest) > 0 {
			t.Errorf("botctl %s --follow also printed %q", kind, rest)
		}
	}
}

// The sample creates and starts a bot, follows its fills through a crash of the daemon, stops the bot on Ctrl-C, and goes on after its
// bookmark when it is run again.
func TestSample(t *testing.T) {
	d := startDaemon(t)
	sample, bookmark := build(t, "examples/follow-fills"), d.folder+"/bookmark"
	environment := []string{"BOTD_ADDRESS=" + d.address}
	var printed []string
	for run := range 2 {
		follow := start(t, environment, sample, "-bot", "sample", "-bookmark-file", bookmark)
		for range 3 {
			printed = append(printed, follow.line())
		}
		if run == 0 {
			d.restart()
			printed = append(printed, follow.line())
		}
		printed = append(printed, follow.interrupt()...)
		if state := stateOf(t, d, "sample"); state != botdv1.BotState_BOT_STATE_STOPPED {
			t.Errorf("after Ctrl-C the bot is %v", state)
		}
	}
	listed := allTrades(t, d.connect(Options{}), "sample")
	if len(listed) < len(printed) {
		t.Fatalf("%d listed, %d printed", len(listed), len(printed))
	}
	for index, line := range printed {
		if want := fillText(listed[index]); line+"\n" != want {
			t.Fatalf("fill %d was printed as %q, listed is %q", index, line, want)
		}
	}
}

func stateOf(t *testing.T, d *daemon, bot string) botdv1.BotState {
	t.Helper()
	answer, err := d.connect(Options{}).BotService().GetBot(testContext(t), &botdv1.GetBotRequest{BotId: bot})
	if err != nil {
		t.Fatal(err)
	}
	return answer.GetBot().GetState()
}

// fillText is a fill as the sample prints it.
func fillText(trade *botdv1.Trade) string {
	return fmt.Sprintln(trade.GetSequence(), trade.GetSide(), trade.GetQuantity(), "at", trade.GetPrice())
}

// The measuring program prints one line with figures of both kinds, with this package and with the stock stubs alone.
func TestBench(t *testing.T) {
	d := startDaemon(t)
	bench := build(t, "cmd/bench")
	for _, test := range [][]string{{"go"}, {"go-stock", "-stock"}} {
		output, err := exec.Command(bench, append([]string{"-address", d.address, "-seconds", "0.1"}, test[1:]...)...).Output()
		var line map[string]any
		if err != nil || json.Unmarshal(output, &line) != nil || line["client"] != test[0] || len(line) != 5 {
			t.Fatalf("%v: %s", err, output)
		}
		for _, key := range []string{"calls_per_second", "p50_us", "p99_us", "items_per_second"} {
			if figure, ok := line[key].(float64); !ok || figure <= 0 {
				t.Errorf("%s is %v", key, line[key])
			}
		}
		if line["p50_us"].(float64) > line["p99_us"].(float64) {
			t.Errorf("the percentiles are out of order: %s", output)
		}
	}
}
