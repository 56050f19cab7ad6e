// Command pgtest starts and stops the PostgreSQL of the tests:
//
//	go run ./internal/db/dbtest/pgtest start   # prints its address; tests start it themselves otherwise
//	go run ./internal/db/dbtest/pgtest stop    # ends it and removes its data
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/parvis-civic/parvis/internal/db/dbtest/server"
)

func main() {
	if len(os.Args) != 2 || os.Args[1] != "start" && os.Args[1] != "stop" {
		fmt.Fprintln(os.Stderr, "usage: pgtest start|stop")
		os.Exit(2)
	}
	var said string
	var err error
	if os.Args[1] == "start" {
		said, err = server.Start(context.Background())
	} else {
		err = server.Stop(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if said != "" {
		fmt.Println(said)
	}
}
