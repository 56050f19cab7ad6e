package main

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"syscall"
	"testing"
)

// closing answers and closes the connection, as every answer does once the process is about to stop.
var closing = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Connection", "close")
	_, _ = io.WriteString(w, "served")
})

func TestWhoWaitsAtTheDoorIsServedAfterItIsShut(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	q := quiet(l)
	server := &http.Server{Handler: closing, ConnState: q.watch}
	var waiting []net.Conn
	for range 5 { // the system accepts them, nobody else does yet
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		waiting = append(waiting, c)
	}
	quietened := make(chan struct{})
	go func() {
		q.hush(t.Context())
		close(quietened)
	}()
	for shut := false; !shut; {
		c, err := net.Dial("tcp", l.Addr().String())
		if shut = errors.Is(err, syscall.ECONNREFUSED); err == nil {
			c.Close()
		}
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(q) }()
	for i, c := range waiting {
		res, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		if body, err := io.ReadAll(res.Body); err != nil || string(body) != "served" {
			t.Errorf("connection %d: %q, %v", i, body, err)
		}
	}
	<-quietened
	if err := server.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("serve ended with %v", err)
	}
}
