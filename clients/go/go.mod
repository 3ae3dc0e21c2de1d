module github.com/botd-trading/botd/clients/go

go 1.22

require (
	github.com/containerd/ttrpc v1.2.4
	google.golang.org/genproto/googleapis/rpc v0.0.0-20240318140521-94a12d6c2237
	google.golang.org/grpc v1.64.0
	google.golang.org/protobuf v1.36.5
)

require (
	github.com/sirupsen/logrus v1.8.1 // indirect
	golang.org/x/sys v0.18.0 // indirect
)
