package main

import (
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// shutDoor takes every connection that the system has accepted for a listener out of its queue, and ends the listening
// in the same breath: closing would reset them. The listener is still to be closed.
func shutDoor(l net.Listener) (queued []net.Conn) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		_ = l.Close() // closed again by its owner, who sees the error
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil // it is closed
	}
	var fds []int
	_ = raw.Control(func(listening uintptr) { // fails when it is closed
		for {
			fd, _, err := unix.Accept4(int(listening), unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
			if err == unix.EINTR || err == unix.ECONNABORTED {
				continue
			}
			if err != nil { // EAGAIN: the queue is empty
				_ = unix.Shutdown(int(listening), unix.SHUT_RD)
				return
			}
			fds = append(fds, fd)
		}
	})
	for _, fd := range fds {
		f := os.NewFile(uintptr(fd), "")
		if c, err := net.FileConn(f); err == nil { // of a copy
			queued = append(queued, c)
		}
		f.Close()
	}
	return queued
}
