package botd

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"time"
)

// DefaultTimeout is how long a call may take whose context has no deadline and whose Options name none.
const DefaultTimeout = 10 * time.Second

// Options say how to reach a daemon. The zero value is the daemon of this user on this machine.
type Options struct {
	// Address is "unix:PATH" or "tcp://HOST:PORT"; empty: DefaultAddress.
	Address string
	// Token is sent by Login as the first call of each connection; empty: the environment variable BOTD_TOKEN, else no Login.
	Token string
	// TLS switches TLS on for tcp:// addresses (see TLSFromFiles); its ServerName may be empty. nil: plain.
	TLS *tls.Config
	// Timeout of calls whose context has no deadline, and of opening a connection; 0: DefaultTimeout.
	Timeout time.Duration
	// Name of the client for the daemon's log, for example "rebalancer 1.2"; empty: "botd-go".
	Name string
	// OnReconnect is called before a subscription waits to connect again, with why and for how long. May be nil.
	OnReconnect func(reason error, wait time.Duration)
	// OnCaughtUp is called when a subscription has given all history and goes on live; again after each reconnection. May be nil.
	OnCaughtUp func(Bookmark)
}

// withDefaults fills in what was left out.
func (o Options) withDefaults() Options {
	if o.Address == "" {
		o.Address = DefaultAddress()
	}
	if o.Token == "" {
		o.Token = os.Getenv("BOTD_TOKEN")
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Name == "" {
		o.Name = "botd-go"
	}
	return o
}

// TLSFromFiles makes a TLS configuration: authority is the PEM file of the authority that the daemon's certificate comes from (empty:
// those of the system), certificate and key are the client's own PEM files (both empty: none).
func TLSFromFiles(authority, certificate, key string) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if authority != "" {
		text, err := os.ReadFile(authority)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("botd: %s holds no PEM certificate", authority)
		}
	}
	if certificate != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(certificate, key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}
