package main

import (
	"errors"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"github.com/parvis-civic/parvis/internal/db"
)

// serveCmd serves the platforms.
type serveCmd struct {
	database
	listening
	mailing
}

// listening are the flags of what answers browsers. Each is also an environment variable.
type listening struct {
	Addr         string   `env:"PARVIS_ADDR" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen (${default})."`
	PublicURL    string   `name:"public-url" env:"PARVIS_PUBLIC_URL" placeholder:"URL" help:"Scheme and host of the links of platforms that have no address of their own (http://localhost:PORT)."`
	TrustedProxy []string `env:"PARVIS_TRUSTED_PROXY" placeholder:"NET" help:"Address or network of a proxy whose X-Forwarded-Host and X-Forwarded-For count: 10.0.0.1, 10.0.0.0/8. Nobody else's do."`
	Pprof        string   `env:"PARVIS_PPROF" placeholder:"HOST:PORT" help:"Where to show profiles of the process; nowhere unless it is given. Never a public address."`
	LogFormat    string   `env:"PARVIS_LOG_FORMAT" enum:"text,json" default:"text" help:"Form of the log on the standard error: text or json."`
}

// Help is shown by --help.
func (serveCmd) Help() string {
	return `The first platform answers every host that no other claims; others answer at their own hosts and at SLUG.localhost. Besides the pages there are /graphql, /healthz (the process), /readyz (the database) and /metrics (Prometheus).

On SIGTERM or an interrupt it lets requests finish, then the writes, then closes the database; a second signal ends it at once. While it runs, import, backup and platform hand it their work through control.sock in the folder.

Exit codes: 0 stopped by a signal; 1 failed; 2 the command is wrong.

Examples:

  parvis serve
  parvis serve --addr :8080 --data /var/lib/parvis --trusted-proxy 127.0.0.1
  PARVIS_SMTP_PASSWORD=… parvis serve --smtp mail.ville.fr:587 --smtp-from participer@ville.fr --smtp-user participer
  PARVIS_DATABASE=postgres://parvis@localhost/parvis parvis serve`
}

// Run does it.
func (c *serveCmd) Run(a *app) error {
	cfg, err := c.config(a)
	if err != nil {
		return err
	}
	s, err := c.settings(a, cfg)
	if err != nil {
		return err
	}
	h := newHouse(a, s)
	if h.transport, err = c.transport(a); err != nil {
		return err
	}
	return h.run()
}

// settings are what a serve is told, checked.
type settings struct {
	db     db.Config
	addr   string
	public string // "" for that of the listener
	pprof  string
	trust  []netip.Prefix
	log    *slog.Logger
}

func (c *listening) settings(a *app, cfg db.Config) (settings, error) {
	s := settings{db: cfg, addr: c.Addr, public: strings.TrimRight(c.PublicURL, "/"), pprof: c.Pprof}
	for flag, addr := range map[string]string{"--addr": c.Addr, "--pprof": c.Pprof} {
		if !listens(addr) && addr != "" {
			return s, usage(a.l.T("cli.serve.addr", "Flag", flag, "Value", addr))
		}
	}
	if u, err := url.Parse(s.public); s.public != "" && (err != nil || u.Host == "" || u.Path != "" || u.Scheme != "http" && u.Scheme != "https") {
		return s, usage(a.l.T("cli.serve.public_url", "Value", c.PublicURL))
	}
	for _, text := range c.TrustedProxy {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, alone := netip.ParseAddr(text)
			if alone != nil {
				return s, usage(a.l.T("cli.serve.trusted_proxy", "Value", text))
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		s.trust = append(s.trust, prefix.Masked())
	}
	if c.LogFormat == "json" {
		s.log = slog.New(slog.NewJSONHandler(a.errs, nil))
	} else {
		s.log = slog.New(slog.NewTextHandler(a.errs, nil))
	}
	return s, nil
}

// listens says whether a text is an address and a port.
func listens(addr string) bool {
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return err == nil
}

// listen opens a listener, and says in words what most often prevents it.
func (a *app) listen(addr, flag string) (net.Listener, error) {
	l, err := net.Listen("tcp", addr)
	_, unknown := errors.AsType[*net.DNSError](err)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, said(a.l.T("cli.serve.in_use", "Addr", addr, "Flag", flag))
	case unknown || errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, wrongInput{said(a.l.T("cli.serve.elsewhere", "Addr", addr, "Flag", flag))}
	case errors.Is(err, fs.ErrPermission):
		return nil, wrongInput{said(a.l.T("cli.serve.reserved", "Addr", addr, "Flag", flag))}
	}
	return l, err
}

// said is an error that is already in words for the person who called.
type said string

func (s said) Error() string { return string(s) }

// localURL is where this machine's browsers reach a listener.
func localURL(l net.Listener) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return "http://" + l.Addr().String()
	}
	if ip, err := netip.ParseAddr(host); err == nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "localhost" // SLUG.localhost is on this machine too
	}
	return "http://" + net.JoinHostPort(host, port)
}
