//go:build !linux

package main

import "net"

func turnAway(net.Listener) {}
