package botd

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"testing"
	"time"

	"github.com/botd-trading/botd/clients/go/botdv1"
	"google.golang.org/grpc/codes"
)

// authority issues certificates of a test.
type authority struct {
	t           *testing.T
	folder      string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	serial      int64
}

func newAuthority(t *testing.T, folder string) *authority {
	a := &authority{t: t, folder: folder}
	a.certificate, a.key = a.issue("ca", &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return a
}

// issue writes NAME.pem and NAME.key.
func (a *authority) issue(name string, template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	a.serial++
	template.SerialNumber, template.Subject = big.NewInt(a.serial), pkix.Name{CommonName: name}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := template, key
	if a.certificate != nil {
		parent, signer = a.certificate, a.key
	}
	data, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(data)
	if err != nil {
		a.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	a.write(name+".pem", "CERTIFICATE", data)
	a.write(name+".key", "PRIVATE KEY", private)
	return certificate, key
}

func (a *authority) write(name, kind string, data []byte) {
	a.t.Helper()
	if err := os.WriteFile(a.path(name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: data}), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func (a *authority) path(name string) string { return a.folder + "/" + name }

// config is that of a client: with a certificate of its own unless name is empty.
func (a *authority) config(name string) *tls.Config {
	a.t.Helper()
	certificate, key := "", ""
	if name != "" {
		certificate, key = a.path(name+".pem"), a.path(name+".key")
	}
	config, err := TLSFromFiles(a.path("ca.pem"), certificate, key)
	if err != nil {
		a.t.Fatal(err)
	}
	return config
}

// freePort is a port that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

// startSecureDaemon starts a daemon that serves TLS as well. It knows two tokens, or takes only clients with a certificate, of which it
// knows that of "viewer".
func startSecureDaemon(t *testing.T, wantsCertificate bool) (d *daemon, address string, a *authority) {
	t.Helper()
	folder := shortFolder(t)
	a = newAuthority(t, folder)
	a.issue("server", &x509.Certificate{
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	a.issue("viewer", &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	for name, text := range map[string]string{
		"tokens": "bob observe " + observeToken + "\nann operate " + operateToken + "\n", "roles": "viewer observe\n",
	} {
		if err := os.WriteFile(a.path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	port := freePort(t)
	d = newDaemon(t)
	d.environment = []string{
		"BOTD_TOKENS_FILE=" + a.path("tokens"), "BOTD_TLS_CERT=" + a.path("server.pem"), "BOTD_TLS_KEY=" + a.path("server.key"),
	}
	if wantsCertificate {
		d.environment = append(d.environment, "BOTD_TLS_CLIENT_CA="+a.path("ca.pem"), "BOTD_CERTIFICATE_ROLES="+a.path("roles"))
	}
	d.arguments = append(d.arguments, "--listen", "tcp://"+port)
	d.start()
	waitForPort(t, port)
	return d, "tcp://" + port, a
}

// waitForPort waits until somebody listens: the daemon may answer on its socket file a moment earlier.
func waitForPort(t *testing.T, port string) {
	t.Helper()
	ctx := testContext(t)
	for {
		raw, err := new(net.Dialer).DialContext(ctx, "tcp", port)
		if err == nil {
			raw.Close()
			return
		}
		if !pause(ctx, 20*time.Millisecond) {
			t.Fatalf("nobody listens at %s: %v", port, err)
		}
	}
}

const (
	observeToken = "observe-0123456789abcdef0123456789"
	operateToken = "operate-0123456789abcdef0123456789"
)

// operate lists bots, then does what takes the role operate.
func operate(t *testing.T, options Options) error {
	t.Helper()
	client, err := New(options)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if _, err := client.BotService().ListBots(testContext(t), &botdv1.ListBotsRequest{}); err != nil {
		return err
	}
	_, err = client.BotService().StopAllBots(testContext(t), &botdv1.StopAllBotsRequest{})
	return err
}

func TestTokens(t *testing.T) {
	_, address, a := startSecureDaemon(t, false)
	options := Options{Address: address, TLS: a.config("")}
	expect(t, operate(t, options), codes.Unauthenticated, "NOT_LOGGED_IN")
	options.Token = operateToken
	if err := operate(t, options); err != nil {
		t.Errorf("operate by token: %v", err)
	}
	options.Token = observeToken
	expect(t, operate(t, options), codes.PermissionDenied, "ROLE_TOO_LOW")
	options.Token = "wrong-0123456789abcdef0123456789"
	expect(t, operate(t, options), codes.Unauthenticated, "WRONG_TOKEN")
	t.Setenv("BOTD_TOKEN", operateToken)
	options.Token = ""
	if err := operate(t, options); err != nil {
		t.Errorf("operate by BOTD_TOKEN: %v", err)
	}
}

func TestClientCertificates(t *testing.T) {
	_, address, a := startSecureDaemon(t, true)
	expect(t, operate(t, Options{Address: address, TLS: a.config("viewer")}), codes.PermissionDenied, "ROLE_TOO_LOW")
	expect(t, operate(t, Options{Address: address, TLS: a.config("")}), codes.Internal, ReasonTLSFailed)
}

// A subscription logs in on each connection it makes.
func TestSubscriptionOverTLS(t *testing.T) {
	d, address, a := startSecureDaemon(t, false)
	busyBot(t, d.connect(Options{}), "busy")
	client, err := New(Options{Address: address, TLS: a.config(""), Token: observeToken})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	results := client.TradesChannel(testContext(t), FromStart(), &botdv1.SubscribeTradesRequest{BotIds: []string{"busy"}})
	last := int64(0)
	for index := range 8 {
		if index == 4 {
			d.restart()
		}
		result := <-results
		if result.Err != nil {
			t.Fatal(result.Err)
		}
		if result.Value.GetPreviousSequence() != last {
			t.Fatalf("%v after sequence %d", result.Value, last)
		}
		last = result.Value.GetSequence()
	}
}

func TestBrokenTLS(t *testing.T) {
	d, address, a := startSecureDaemon(t, false)
	stranger := newAuthority(t, shortFolder(t))
	expect(t, pingAt(t, Options{Address: address, TLS: stranger.config("")}), codes.Internal, ReasonTLSFailed)
	// Plain text to the port of TLS is answered by an alert or hung up on.
	plain := FromError(pingAt(t, Options{Address: address, Timeout: time.Second}))
	if plain == nil || plain.Reason != ReasonNotTTRPC && plain.Reason != ReasonDeadlineExceeded {
		t.Errorf("plain text on the port of TLS: %v", plain)
	}
	d.kill()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for conn, err := listener.Accept(); err == nil; conn, err = listener.Accept() {
			conn.Write([]byte("220 mail.example ESMTP\r\n"))
		}
	}()
	expect(t, pingAt(t, Options{Address: "tcp://" + listener.Addr().String(), TLS: a.config("")}), codes.Internal, ReasonTLSFailed)
	for _, files := range [][3]string{{"/nowhere", "", ""}, {a.path("ca.key"), "", ""}, {"", a.path("ca.pem"), ""}} {
		if _, err := TLSFromFiles(files[0], files[1], files[2]); err == nil {
			t.Errorf("%q were taken", files)
		}
	}
}
