package testenv

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// SecureBroker is a broker with a listener for each way to be let in, all for
// the same user.
type SecureBroker struct {
	*Broker
	TLSAddr       string // encrypted
	MutualTLSAddr string // encrypted, and wants the client's certificate
	SASLAddr      string // PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512
	SASLTLSAddr   string // the same, encrypted

	CAFile, CertFile, KeyFile string // PEM
	Username, Password        string
}

// SecureKafka gives a broker of the test's own that asks who is there.
func SecureKafka(tb testing.TB) *SecureBroker {
	tb.Helper()
	dir := openDir(tb)
	ca := newAuthority(tb)
	s := &SecureBroker{
		CAFile: filepath.Join(dir, "ca.pem"), CertFile: filepath.Join(dir, "client.pem"), KeyFile: filepath.Join(dir, "client.key"),
		Username: "eventfeed", Password: "correct-horse",
	}
	client, clientKey := ca.issue(tb, "client")
	server, serverKey := ca.issue(tb, "server")
	c := BrokerConfig{
		Scram: map[string]string{s.Username: s.Password},
		Files: map[string][]byte{
			"ca.pem": ca.certificate, "client.pem": client, "client.key": clientKey, "server.pem": append(serverKey, server...),
		},
		Listeners: map[string]Listener{
			"TLS": {FreePort(tb), "SSL"}, "MUTUAL": {FreePort(tb), "SSL"},
			"SASL": {FreePort(tb), "SASL_PLAINTEXT"}, "SASLTLS": {FreePort(tb), "SASL_SSL"},
		},
		Settings: map[string]string{
			"sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
			"ssl.keystore.type":       "PEM", "ssl.keystore.location": filepath.Join(dir, "server.pem"),
			"ssl.truststore.type": "PEM", "ssl.truststore.location": s.CAFile,
			"listener.name.mutual.ssl.client.auth": "required",
		},
	}
	for _, listener := range []string{"sasl", "sasltls"} {
		prefix := "listener.name." + listener
		c.Settings[prefix+".plain.sasl.jaas.config"] = fmt.Sprintf(
			"org.apache.kafka.common.security.plain.PlainLoginModule required user_%s=%q;", s.Username, s.Password)
		for _, scram := range []string{"256", "512"} {
			c.Settings[prefix+".scram-sha-"+scram+".sasl.jaas.config"] = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
		}
	}
	addr := func(name string) string { return fmt.Sprintf("127.0.0.1:%d", c.Listeners[name].Port) }
	s.TLSAddr, s.MutualTLSAddr, s.SASLAddr, s.SASLTLSAddr = addr("TLS"), addr("MUTUAL"), addr("SASL"), addr("SASLTLS")
	s.Broker = startBroker(tb, dir, c)
	return s
}

// authority signs certificates for 127.0.0.1.
type authority struct {
	template    *x509.Certificate
	key         *ecdsa.PrivateKey
	certificate []byte // PEM
}

func newAuthority(tb testing.TB) authority {
	tb.Helper()
	a := authority{template: certificate("ca"), key: newKey(tb)}
	a.template.IsCA, a.template.BasicConstraintsValid, a.template.KeyUsage = true, true, x509.KeyUsageCertSign
	a.certificate = a.sign(tb, a.template, a.key)
	return a
}

// issue gives a certificate and its key as PEM.
func (a authority) issue(tb testing.TB, name string) (cert, key []byte) {
	tb.Helper()
	private := newKey(tb)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		tb.Fatal(err)
	}
	return a.sign(tb, certificate(name), private), encode(tb, "PRIVATE KEY", der)
}

func (a authority) sign(tb testing.TB, c *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	tb.Helper()
	der, err := x509.CreateCertificate(rand.Reader, c, a.template, &key.PublicKey, a.key)
	if err != nil {
		tb.Fatal(err)
	}
	return encode(tb, "CERTIFICATE", der)
}

func certificate(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
}

func newKey(tb testing.TB) *ecdsa.PrivateKey {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return key
}

func encode(tb testing.TB, kind string, der []byte) []byte {
	tb.Helper()
	var b bytes.Buffer
	if err := pem.Encode(&b, &pem.Block{Type: kind, Bytes: der}); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}
