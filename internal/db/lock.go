package db

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/parvis-civic/parvis/internal/fault"
)

// lockDir takes DIR/lock for this process, until the file is closed or the process ends, and writes its number there.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
		b, _ := io.ReadAll(io.LimitReader(f, 20)) // for the message only
		pid, _ := strconv.Atoi(strings.TrimSpace(string(b)))
		return nil, fault.New(fault.Conflict, "fault.database_in_use", "Dir", dir, "PID", strconv.Itoa(pid)).
			Because(fmt.Errorf("process %d has %s open: stop it, or choose another folder with --data", pid, dir))
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
