package botd

import (
	"crypto/rand"
	"fmt"

	"github.com/containerd/ttrpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
)

// NewRequestID returns a new id for a change: a random UUID. Changes without an id are given one; make it yourself to repeat a
// change over a restart of your own program.
func NewRequestID() string {
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		panic(fmt.Sprintf("botd: the system gives no random numbers: %v", err))
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

// fillRequestID gives a request that changes something a request id, unless it has one. What changes something has the field.
func fillRequestID(request *ttrpc.Request) error {
	input, field := idField(request.Service, request.Method)
	if field == nil {
		return nil
	}
	message := input.New()
	if err := proto.Unmarshal(request.Payload, message.Interface()); err != nil {
		return malformed(err)
	}
	if message.Get(field).String() != "" {
		return nil
	}
	message.Set(field, protoreflect.ValueOfString(NewRequestID()))
	payload, err := proto.Marshal(message.Interface())
	if err != nil {
		return malformed(err)
	}
	request.Payload = payload
	return nil
}

// idField finds a method's request and its field request_id; nil when it has none.
func idField(service, method string) (protoreflect.MessageType, protoreflect.FieldDescriptor) {
	found, err := protoregistry.GlobalFiles.FindDescriptorByName(protoreflect.FullName(service + "." + method))
	if err != nil {
		return nil, nil
	}
	described, ok := found.(protoreflect.MethodDescriptor)
	if !ok {
		return nil, nil
	}
	field := described.Input().Fields().ByName("request_id")
	if field == nil || field.Kind() != protoreflect.StringKind {
		return nil, nil
	}
	input, err := protoregistry.GlobalTypes.FindMessageByName(described.Input().FullName())
	if err != nil {
		return nil, nil
	}
	return input, field
}

func malformed(err error) *Error {
	message := "the request cannot be encoded: " + err.Error()
	return &Error{Code: codes.InvalidArgument, Reason: "REQUEST_MALFORMED", Message: message, cause: err}
}
