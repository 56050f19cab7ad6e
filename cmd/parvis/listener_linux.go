package main

import (
	"net"

	"golang.org/x/sys/unix"
)

// turnAway makes the system drop what arrives for a listener, by a filter that lets nothing through: clients that knock
// try again and find the door closed. Connections that are established do not pass through it.
func turnAway(l net.Listener) {
	tcp, ok := l.(*net.TCPListener)
	if !ok {
		return
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return
	}
	nothing := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K}}
	_ = raw.Control(func(fd uintptr) {
		// Where the kernel does not take it, the wait for a quiet moment must do.
		_ = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: 1, Filter: &nothing[0]})
	})
}
