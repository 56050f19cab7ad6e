package control

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// socketName is the socket's file in the database's folder.
const socketName = "control.sock"

// maxSocketPath is below the shortest limit of the systems that we run on, 104 bytes with the final zero.
const maxSocketPath = 100

// socketPath gives where the socket of a folder is: in it, or, when that path is too long for a socket, in a folder of
// this user's own under the temporary one, by a name made from the path.
func socketPath(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real // the same folder has the same socket, by whatever path it was named
	}
	path := filepath.Join(abs, socketName)
	if len(path) <= maxSocketPath {
		return path, nil
	}
	sum := sha256.Sum256([]byte(path))
	return filepath.Join(os.TempDir(), "parvis-"+strconv.Itoa(os.Geteuid()), hex.EncodeToString(sum[:8])+".sock"), nil
}

// ownFolder makes the folder of a short path, or checks that it is this user's alone: anybody may write under the
// temporary folder.
func ownFolder(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || info.Mode().Perm() != 0o700 || int(owner.Uid) != os.Geteuid() {
		return fmt.Errorf("%s is not a folder of this user alone: remove it, or choose a shorter --data", dir)
	}
	return nil
}

// Listen opens the socket of a folder whose lock this process holds, so a socket that is already there is a dead process's.
// Only this user may connect.
func Listen(dir string) (net.Listener, error) {
	path, err := socketPath(dir)
	if err != nil {
		return nil, err
	}
	if filepath.Base(path) != socketName {
		if err := ownFolder(filepath.Dir(path)); err != nil {
			return nil, err
		}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	// The folder is this user's alone, so nobody came in before.
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}
