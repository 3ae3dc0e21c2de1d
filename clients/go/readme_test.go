package botd

import (
	"os"
	"strings"
	"testing"

	"github.com/botd-trading/botd/clients/go/botdv1"
)

// The README's first program builds, creates its bot and prints fills through a crash of the daemon.
func TestReadmeProgram(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "```go\npackage main\n")
	code, _, isWhole := strings.Cut(rest, "\n```\n")
	if !isWhole {
		t.Fatal("there is no program in the README")
	}
	path := shortFolder(t) + "/main.go"
	if err := os.WriteFile(path, []byte("package main\n"+code), 0o600); err != nil {
		t.Fatal(err)
	}
	d := startDaemon(t)
	program := start(t, []string{"BOTD_ADDRESS=" + d.address}, buildFrom(t, path))
	printed := []string{program.line(), program.line()}
	d.restart()
	printed = append(printed, program.line(), program.line())
	for index, trade := range allTrades(t, d.connect(Options{}), "first")[:len(printed)] {
		if want := trade.GetQuantity() + " at " + trade.GetPrice() + " bookmark "; !strings.Contains(printed[index], want) {
			t.Errorf("line %d is %q, want %s", index, printed[index], want)
		}
	}
	if state := stateOf(t, d, "first"); state != botdv1.BotState_BOT_STATE_RUNNING {
		t.Errorf("the bot is %v", state)
	}
}
