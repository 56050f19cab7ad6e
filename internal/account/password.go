package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
)

// argon2id as OWASP's Password Storage Cheat Sheet asks at least: 19 MiB, 2 passes, 1 lane.
const (
	argonTime   = 2
	argonMemory = 19 << 10 // KiB
	argonLanes  = 1
	argonKey    = 32
	argonSalt   = 16
)

const (
	passwordMin = 12 // characters; its length is all that is asked of it (NIST SP 800-63B)
	passwordMax = 200
)

// hashing lets two passwords at a time be hashed: each takes 19 MiB.
var hashing = make(chan struct{}, 2)

func argon(password string, salt []byte) []byte {
	hashing <- struct{}{}
	defer func() { <-hashing }()
	return argon2.IDKey([]byte(norm.NFC.String(password)), salt, argonTime, argonMemory, argonLanes, argonKey)
}

// hashPassword gives the PHC string of a password.
func hashPassword(password string) string {
	salt := make([]byte, argonSalt)
	_, _ = rand.Read(salt) // never fails
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, b64.EncodeToString(salt), b64.EncodeToString(argon(password, salt)))
}

// nobodys is the hash that a password is compared with where there is none, so that the answer takes as long.
var nobodys = sync.OnceValue(func() string { return hashPassword(newToken()) })

// checkPassword compares a password with its stored form, in the same time whether there is one or not.
func checkPassword(password, stored string) bool {
	known := stored != ""
	if !known {
		stored = nobodys()
	}
	parts := strings.Split(stored, "$")
	if len(parts) != 6 {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	want, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || err2 != nil {
		return false
	}
	return subtle.ConstantTimeCompare(argon(password, salt), want) == 1 && known
}

// newPassword says what is wrong with a password that somebody chooses. Fault: invalid (password).
func newPassword(password, email string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case n < passwordMin:
		return fault.New(fault.Invalid, "fault.account.password_short", "Min", passwordMin).In("password")
	case n > passwordMax:
		return fault.New(fault.Invalid, "fault.account.password_long", "Max", passwordMax).In("password")
	case strings.EqualFold(password, email) || strings.Count(password, password[:1]) == len(password):
		return fault.New(fault.Invalid, "fault.account.password_weak").In("password")
	}
	return nil
}

// SignIn takes an address and its password, from a network. Like Prove it gives a new session, and what was saved without
// an address becomes the person's. Faults: invalid (the same whatever was wrong), limited.
func (s *Service) SignIn(ctx context.Context, of platform.Platform, token, email, password string, from netip.Addr, agent string) (fresh string, p Person, err error) {
	key, err := emailKey(email)
	if err != nil {
		return "", p, err
	}
	var stored string
	var refused error // an answer, not a failure: the try must be counted
	// The try is counted before it is made, so that many at once are not all the first.
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if refused, err = charge(ctx, tx, of.Key, key, from); err != nil || refused != nil {
			return err
		}
		stored, err = passwordOf(ctx, tx, of.Key, key)
		return err
	})
	if err == nil {
		err = refused
	}
	if err != nil {
		return "", p, err
	}
	if !checkPassword(password, stored) {
		return "", p, fault.New(fault.Invalid, "fault.account.sign_in").In("password")
	}
	fresh = newToken()
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if again, err := passwordOf(ctx, tx, of.Key, key); err != nil || again != stored {
			return cmp.Or[error](err, fault.New(fault.Invalid, "fault.account.sign_in").In("password"))
		}
		if err := forgive(ctx, tx, of.Key, key, from); err != nil {
			return err
		}
		if p, err = s.prove(ctx, tx, of.Key, token, strings.TrimSpace(email), key, ""); err != nil {
			return err
		}
		return insertSessionOf(ctx, tx, of.Key, fresh, p, agent)
	})
	return fresh, p, err
}

// SetPassword gives the person of a session a password, or takes it away when it is empty; their other sessions end, and
// an e-mail tells them. Faults: forbidden without a proved address, invalid (password).
func (s *Service) SetPassword(ctx context.Context, of platform.Platform, token, password string) error {
	var before Person
	err := s.db.Read(ctx, func(ctx context.Context, tx db.Tx) (err error) {
		before, err = signedIn(ctx, tx, of.Key, token)
		return err
	})
	if err != nil {
		return err
	}
	hash := ""
	if password != "" {
		if err := newPassword(password, before.Email); err != nil {
			return err
		}
		hash = hashPassword(password) // before the transaction: it takes long
	}
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p, err := signedIn(ctx, tx, of.Key, token)
		if err != nil {
			return err
		}
		if err := keepPassword(ctx, tx, of.Key, p.ID, hash); err != nil {
			return err
		}
		if err := endOthers(ctx, tx, of.Key, p.ID, token); err != nil {
			return err
		}
		return notify.Queue(ctx, tx, of.Key, notify.Mail{To: p.Email, Lang: i18n.Lang(p.Language), Kind: "password", Path: "/mon-espace", Person: p.ID})
	})
}

// signedIn gives the person of a session whose address is proved. Fault: forbidden.
func signedIn(ctx context.Context, tx db.Tx, platform int64, token string) (Person, error) {
	p, _, ok, err := bySession(ctx, tx, platform, token)
	if err == nil && (!ok || !p.Proved) {
		err = fault.New(fault.Forbidden, "fault.forbidden")
	}
	return p, err
}

// Session is one of a person's sessions, as they are listed to them.
type Session struct {
	ID        string // tells it apart; opens nothing
	Agent     string
	CreatedAt time.Time
	SeenAt    time.Time // to ten minutes
	This      bool      // the one that asks
}
