package server

import (
	"context"
	"os"
	"path/filepath"
)

// Own is a PostgreSQL of one test alone, which waits for the disk as in production, and which the test may stop and start.
type Own struct{ s *server }

// NewOwn lays and starts one. Remove ends it.
func NewOwn(ctx context.Context) (*Own, error) {
	s, err := find()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(Root(), 0o755); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(Root(), "own")
	if err != nil {
		return nil, err
	}
	s.dir, s.settings = dir, []string{"max_connections=200", "shared_buffers=128MB"}
	o := &Own{s}
	if err = s.make(ctx); err == nil {
		err = s.start(ctx)
	}
	if err != nil {
		_ = os.RemoveAll(dir) // the first error says more
		return nil, err
	}
	return o, nil
}

// URL is the address of its database.
func (o *Own) URL() string { return o.s.url() }

// Socket is the folder of its socket, as its own programs take it.
func (o *Own) Socket() string { return o.s.dir }

// Program gives the path of one of its programs ("pgbench").
func (o *Own) Program(name string) string { return filepath.Join(o.s.bin, name) }

// Crash stops it at once, as when the power goes.
func (o *Own) Crash(ctx context.Context) error {
	return o.s.run(ctx, "pg_ctl", "stop", "-D", o.s.data(), "-m", "immediate", "-w")
}

// Start starts it again.
func (o *Own) Start(ctx context.Context) error { return o.s.start(ctx) }

// Remove ends it and removes its data.
func (o *Own) Remove(ctx context.Context) error {
	_ = o.Crash(ctx) // it may be stopped already
	return os.RemoveAll(o.s.dir)
}
