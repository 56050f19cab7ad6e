package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/parvis-civic/parvis/internal/control"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/transfer"
)

// backupCmd copies everything.
type backupCmd struct {
	File string `arg:"" help:"File to write (.tar.zst); - writes to the standard output."`
	database
}

// Help is shown by --help.
func (backupCmd) Help() string {
	return `The copy is of one moment, and does not depend on the engine: what was saved from SQLite is restored into PostgreSQL, and the reverse. FILE appears, or is replaced, once the copy is complete and on the disk.

A backup holds personal data: keep it as you keep the database.

Exit codes: 0 saved; 1 failed, FILE is as before; 2 the command is wrong, or there is no database to copy.

Examples:

  parvis backup parvis.tar.zst
  parvis backup - | ssh elsewhere 'cat > parvis.tar.zst'`
}

// Run does it.
func (c *backupCmd) Run(a *app) error {
	if dir := filepath.Dir(c.File); !isFolder(dir) {
		return usage(a.l.T("cli.no_folder", "Dir", dir))
	}
	work, err := c.existing(a)
	if err != nil {
		return err
	}
	defer work.Close()
	show, clear := a.progress(-1, true, "backup")
	defer clear()
	if c.File == "-" {
		return work.Backup(a.ctx, &counting{w: a.out, show: show})
	}
	size, err := saveAs(c.File, func(w io.Writer) error { return work.Backup(a.ctx, &counting{w: w, show: show}) })
	if err != nil {
		return err
	}
	clear()
	a.say("cli.backup.done", "File", c.File, "Size", a.l.Int((size+999)/1000))
	return nil
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// saveAs writes a file beside its place and moves it there once it is whole and on the disk.
func saveAs(path string, write func(io.Writer) error) (size int64, err error) {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.tmp") // its own, whoever else saves to the same name
	if err != nil {
		return 0, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if info, statErr := f.Stat(); statErr == nil {
		size = info.Size()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return 0, err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return 0, err
	}
	// The name is on the disk once its folder is.
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return 0, nil // the file is in place; a folder that may not be read cannot be synced
	}
	defer dir.Close()
	_ = dir.Sync() // some file systems refuse
	return size, nil
}

type counting struct {
	w    io.Writer
	n    int64
	show func(done, total int64)
}

func (c *counting) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	c.show(c.n, -1)
	return n, err
}

// restoreCmd fills an empty database.
type restoreCmd struct {
	File string `arg:"" help:"A backup (.tar.zst)."`
	database
}

// Help is shown by --help.
func (restoreCmd) Help() string {
	return `The file is checked to its end first; then everything comes in, or nothing. The database must be empty, and no serve may have it open: to go back to a backup, restore it into another --data, then serve that.

Exit codes: 0 restored; 2 nothing changed: the file is cut, is no backup or of another version, or the database is not empty; 1 any other failure.

Examples:

  parvis restore parvis.tar.zst --data restored
  parvis restore parvis.tar.zst --database postgres://parvis@localhost/parvis`
}

// Run does it.
func (c *restoreCmd) Run(a *app) error {
	cfg, err := c.config(a)
	if err != nil {
		return err
	}
	f, err := openInput(c.File)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	undo := making(cfg.Dir)
	d, err := db.Open(a.ctx, cfg)
	if e, ok := errors.AsType[*fault.Error](err); ok && e.Key == "fault.database_in_use" {
		return fault.New(fault.Conflict, "fault.backup.in_use", "Dir", cfg.Dir, "PID", fmt.Sprint(e.Args["PID"])).Because(err)
	}
	if err != nil {
		return err
	}
	n, err := c.fill(a, d, info.Size())
	if err = errors.Join(err, d.Close()); err != nil {
		undo()
		return err
	}
	a.say("cli.restore.done", "File", c.File, "Count", n)
	return nil
}

// fill restores the file of that size, and says how many platforms it holds.
func (c *restoreCmd) fill(a *app, d *db.DB, size int64) (platforms int, err error) {
	show, clear := a.progress(2*size, true, "restore")
	defer clear()
	var read int64
	err = transfer.NewService(d).Restore(a.ctx, transfer.File{Name: c.File, Open: func() (io.ReadCloser, error) {
		f, err := openInput(c.File)
		return reading{f, func(n int) { read += int64(n); show(read, 2*size) }}, err
	}})
	if err != nil {
		return 0, err
	}
	all, err := control.Here(d).Platforms(a.ctx)
	return len(all), err
}

// making notes what opening a database in a folder is about to make; undo takes that away again, and nothing else.
func making(dir string) (undo func()) {
	if _, err := os.Lstat(filepath.Join(dir, db.FileName)); dir == "" || err == nil {
		return func() {}
	}
	var folders []string
	for d := filepath.Clean(dir); !isFolder(d) && d != filepath.Dir(d); d = filepath.Dir(d) {
		folders = append(folders, d)
	}
	return func() {
		for _, name := range []string{db.FileName, db.FileName + "-wal", db.FileName + "-shm", "lock"} {
			_ = os.Remove(filepath.Join(dir, name)) // most are gone already
		}
		for _, d := range folders {
			_ = os.Remove(d) // which refuses a folder that holds something
		}
	}
}

type reading struct {
	*os.File
	tell func(n int)
}

func (r reading) Read(b []byte) (int, error) {
	n, err := r.File.Read(b)
	r.tell(n)
	return n, err
}
