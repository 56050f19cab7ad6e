// Package server starts the PostgreSQL of the tests from Debian's binaries: one for all packages and processes of a
// user, in memory where there is room, without fsync, left running until Stop.
package server

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Root is the folder of this user's tests on disk: locks, what must be durable, and all else where there is no Memory.
func Root() string {
	return filepath.Join(os.TempDir(), "parvis-test-"+strconv.Itoa(os.Getuid()))
}

// shared is a file system in memory that Linux has; room is how much of it must be free, in bytes.
const (
	shared = "/dev/shm"
	room   = 2 << 30
)

// Memory is the folder for databases that need not outlive the machine: in memory where there is room, else Root. A test's
// database is some three hundred files on PostgreSQL, which take twenty times longer to copy on a disk that others use.
func Memory() string {
	dir := filepath.Join(shared, strings.Trim(strings.ReplaceAll(Root(), "/", "-"), "-"))
	if _, err := os.Stat(dir); err == nil {
		return dir // whoever was first has chosen for all
	}
	var fs syscall.Statfs_t
	if err := syscall.Statfs(shared, &fs); err != nil || fs.Bavail*uint64(fs.Bsize) < room || os.MkdirAll(dir, 0o755) != nil {
		dir = Root()
		_ = os.MkdirAll(dir, 0o755) // who uses it says what is wrong with it
	}
	return dir
}

// Locked runs fn while no other process is in Locked with the same name.
func Locked(name string, fn func() error) error {
	if err := os.MkdirAll(Root(), 0o755); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(Root(), name+".lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close() // gives the lock up
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		return err
	}
	return fn()
}

// Start gives the address of the running server's database postgres, starting it first when needed.
func Start(ctx context.Context) (string, error) {
	s, err := find()
	if err != nil {
		return "", err
	}
	err = Locked("server", func() error {
		if s.running(ctx) {
			return nil
		}
		if s.start(ctx) == nil {
			return nil
		}
		// What a crash without fsync, or an older PostgreSQL, left behind is of no worth.
		if err := s.make(ctx); err != nil {
			return err
		}
		return s.start(ctx)
	})
	if err != nil {
		return "", fmt.Errorf("start PostgreSQL for the tests: %w", err)
	}
	return s.url(), nil
}

// Stop ends the server and removes its data.
func Stop(ctx context.Context) error {
	s, err := find()
	if err != nil {
		return err
	}
	return Locked("server", func() error {
		if s.running(ctx) {
			if err := s.run(ctx, "pg_ctl", "stop", "-D", s.data(), "-m", "immediate", "-w"); err != nil {
				return err
			}
		}
		return os.RemoveAll(s.dir)
	})
}

// server is the binaries' folder, the data's, and the account to run as when the tests run as root.
type server struct {
	bin, dir string
	account  *syscall.Credential
	settings []string // of the server, as name=value
}

// careless lets the tests' own server be quick: what it holds is of no worth after a crash.
var careless = []string{"max_connections=400", "shared_buffers=64MB", "max_wal_size=256MB", "min_wal_size=80MB", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off"}

func find() (*server, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return nil, errors.New("PostgreSQL is not installed here and PARVIS_TEST_POSTGRES is not set: apt-get install postgresql")
	}
	version := func(p string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(p))))
		return n
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	s := &server{bin: filepath.Dir(newest), dir: filepath.Join(Memory(), "pg"), settings: careless}
	if len(s.dir) > 80 {
		return nil, fmt.Errorf("%s is too long a path for a socket: set TMPDIR to a shorter one", s.dir)
	}
	if os.Getuid() != 0 {
		return s, nil
	}
	// PostgreSQL refuses to run as root; Debian's package makes this account.
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	s.account = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return s, errors.Join(err1, err2)
}

func (s *server) data() string { return filepath.Join(s.dir, "data") }

func (s *server) url() string {
	return "postgres://postgres@/postgres?" + url.Values{"host": {s.dir}}.Encode()
}

func (s *server) running(ctx context.Context) bool {
	return s.run(ctx, "pg_ctl", "status", "-D", s.data()) == nil
}

// make lays an empty cluster.
func (s *server) make(ctx context.Context) error {
	if err := os.RemoveAll(s.dir); err != nil {
		return err
	}
	if err := os.Mkdir(s.dir, 0o700); err != nil {
		return err
	}
	if s.account != nil {
		if err := os.Chown(s.dir, int(s.account.Uid), int(s.account.Gid)); err != nil {
			return err
		}
	}
	return s.run(ctx, "initdb", "-D", s.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
}

func (s *server) start(ctx context.Context) error {
	options := []string{"-k", s.dir, "-c", "listen_addresses="}
	for _, setting := range s.settings {
		options = append(options, "-c", setting)
	}
	for i, o := range options {
		options[i] = "'" + o + "'"
	}
	return s.run(ctx, "pg_ctl", "start", "-w", "-t", "30", "-D", s.data(), "-l", filepath.Join(s.dir, "log"), "-o", strings.Join(options, " "))
}

// run runs a binary of PostgreSQL. Its output goes through a file, since a server that lives on would hold a pipe open.
func (s *server) run(ctx context.Context, name string, args ...string) error {
	out, err := os.CreateTemp("", "parvis-test-pg")
	if err != nil {
		return err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, name), args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = "/", out, out
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: s.account} // an interrupt of the tests is not its own
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w: %s", name, err, said)
	}
	return nil
}
