package botd

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// vector is a file of proto/vectors, as its README describes them.
type vector struct {
	Name string
	Call *struct {
		Service, Method, Kind string
		TimeoutNano           int64 `json:"timeout_nano,string"`
		Metadata              []struct{ Key, Value string }
		Requests              []typed
	}
	Exchange []frame
	Outcome  struct {
		Messages []typed
		Error    *refusal
		Failure  string
	}
}

// refusal is an error of the server.
type refusal struct {
	Code                   uint32
	Message, Reason, Field string
	Violations             []Violation
	LastSequence           int64 `json:"last_sequence,string"`
}

type typed struct {
	Type string
	JSON json.RawMessage
}

type frame struct {
	From, Hex, Meaning string
	Repeat             *struct {
		Byte  string
		Times int
	}
	Closes bool
}

// readVectors reads all files; BOTD_VECTORS names another folder than proto/vectors.
func readVectors(t *testing.T) (list []vector) {
	t.Helper()
	folder := os.Getenv("BOTD_VECTORS")
	if folder == "" {
		folder = filepath.Join("..", "..", "proto", "vectors")
	}
	paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors in %s (%v)", folder, err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		list = append(list, v)
	}
	return list
}

// bytes are those of one entry.
func (f frame) bytes(t *testing.T) []byte {
	t.Helper()
	data, err := hex.DecodeString(f.Hex)
	if err != nil {
		t.Fatal(err)
	}
	if f.Repeat != nil {
		repeated, err := hex.DecodeString(strings.Repeat(f.Repeat.Byte, f.Repeat.Times))
		if err != nil {
			t.Fatal(err)
		}
		data = append(data, repeated...)
	}
	return data
}

// message makes the message that JSON describes.
func (m typed) message(t *testing.T) proto.Message {
	t.Helper()
	kind, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(m.Type))
	if err != nil {
		t.Fatal(err)
	}
	result := kind.New().Interface()
	if err := protojson.Unmarshal(m.JSON, result); err != nil {
		t.Fatal(err)
	}
	return result
}
