package db

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/parvis-civic/parvis/internal/fault"
)

// holds says whether a folder has a database. A file that is empty is what an Open that died has left.
func holds(dir string) bool {
	info, err := os.Stat(filepath.Join(dir, FileName))
	return err == nil && info.Mode().IsRegular() && info.Size() > 0
}

// migrated says whether a PostgreSQL database is one of Parvis.
func migrated(ctx context.Context, pool *sql.DB) (yes bool, err error) {
	err = pool.QueryRowContext(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&yes)
	return yes, err
}

// refusedFolder says why a folder cannot hold the database, in words for the person who chose it.
func refusedFolder(dir string, err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fault.New(fault.Invalid, "fault.database_permission", "Dir", dir).Because(err)
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR), errors.Is(err, fs.ErrExist), errors.Is(err, syscall.ENAMETOOLONG), errors.Is(err, syscall.EINVAL):
		return fault.New(fault.Invalid, "fault.database_folder", "Dir", dir).Because(err)
	}
	if e, ok := errors.AsType[*sqlite.Error](err); ok && e.Code() == sqlite3.SQLITE_NOTADB {
		return fault.New(fault.Invalid, "fault.database_foreign", "File", filepath.Join(dir, FileName)).Because(err)
	}
	return err
}

// refusedServer says why a PostgreSQL server did not take a connection. Without the driver's own words: they name states
// and packages that mean nothing to who wrote an address.
func refusedServer(cfg *pgx.ConnConfig, err error) error {
	at := net.JoinHostPort(cfg.Host, strconv.Itoa(int(cfg.Port)))
	if filepath.IsAbs(cfg.Host) { // the folder of a socket
		at = cfg.Host
	}
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		switch e.Code {
		case "28P01", "28000": // invalid_password, invalid_authorization_specification
			return fault.New(fault.Invalid, "fault.database_login", "User", cfg.User, "Server", at).Because(err)
		case "3D000": // invalid_catalog_name
			return fault.New(fault.Invalid, "fault.database_name", "Name", cfg.Database, "Server", at).Because(err)
		case "42501": // insufficient_privilege
			return fault.New(fault.Invalid, "fault.database_right", "User", cfg.User, "Name", cfg.Database).Because(err)
		}
		return fault.New(fault.Unavailable, "fault.database_says", "Text", e.Message, "Server", at).Because(err)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return fault.New(fault.Invalid, "fault.database_host", "Host", cfg.Host).Because(err)
	}
	if secured(err) {
		return fault.New(fault.Invalid, "fault.database_tls", "Server", at).Because(err)
	}
	return fault.New(fault.Unavailable, "fault.database_silent", "Server", at).Because(err)
}

// secured says whether the connection failed over its encryption.
func secured(err error) bool {
	_, header := errors.AsType[tls.RecordHeaderError](err)
	_, verify := errors.AsType[*tls.CertificateVerificationError](err)
	_, host := errors.AsType[x509.HostnameError](err)
	return header || verify || host || strings.Contains(err.Error(), "refused TLS") // pgconn has no type for it
}

// missing refuses a place that holds no database where one must be.
func missing(key string, pairs ...any) error {
	return fault.New(fault.NotFound, key, pairs...).Because(fmt.Errorf("no database is there"))
}
