package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/netip"
	"strings"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
)

// Service begins, proves and ends sessions, and knows the rooms in which people leave something.
type Service struct {
	db    *db.DB
	rooms []Room
}

// Room is what a room in which people leave something does with it when the account room asks. Each function works in
// the transaction that it is given, and may be nil.
type Room struct {
	Name string // in the file of an export
	// Merge gives what one participant has to another, who keeps what they had where both have something.
	Merge func(ctx context.Context, tx db.Tx, platform int64, from, to ids.ID) error
	// Forget erases what is a person's own. keep leaves their public contributions, without their name.
	Forget func(ctx context.Context, tx db.Tx, platform int64, person ids.ID, keep bool) error
	// Export gives a person's own data, as a value that encodes to JSON; nil when there is none.
	Export func(ctx context.Context, tx db.Tx, platform int64, person ids.ID) (any, error)
}

// NewService returns the service on a database. The rooms are told in their order.
func NewService(d *db.DB, rooms ...Room) *Service { return &Service{d, rooms} }

const (
	sessionLife = 30 * 24 * time.Hour
	seenEvery   = 10 * time.Minute
	codeLife    = 15 * time.Minute
	agentMax    = 200 // bytes kept of what a browser says it is
)

// newToken gives the secret of a session: 32 random bytes in base64url.
func newToken() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func tokenHash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// Begin makes a participant who has no address yet, at the first thing they save, and their session's token.
func (s *Service) Begin(ctx context.Context, of platform.Platform, lang i18n.Lang, agent string) (token string, p Person, err error) {
	token = newToken()
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		p = Person{ID: ids.Random(), Kind: Resident, Language: string(lang), CreatedAt: tx.Now()}
		if err := insertParticipant(ctx, tx, of.Key, p, ""); err != nil {
			return err
		}
		return insertSession(ctx, tx, of.Key, token, p.ID, agent)
	})
	return token, p, err
}

// ByToken gives the person of a session's token; false when there is none or it is over.
func (s *Service) ByToken(ctx context.Context, of platform.Platform, token string) (p Person, ok bool, err error) {
	stale := false
	err = s.db.Glance(ctx, func(ctx context.Context, tx db.Tx) error {
		p, stale, ok, err = bySession(ctx, tx, of.Key, token)
		return err
	})
	if err != nil || !ok || !stale {
		return p, ok, err
	}
	return p, ok, s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return touch(ctx, tx, of.Key, token) })
}

// SignOut ends a session.
func (s *Service) SignOut(ctx context.Context, of platform.Platform, token string) error {
	return s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error { return endSession(ctx, tx, of.Key, token) })
}

// SendCode sends a code of eight digits to an address, whether or not it has an account. asked is what Prove wants besides:
// the page of who asked for the code holds it, so that the code opens nothing to anybody else, and that a stranger who tries
// codes for the same address only uses up their own. Faults: invalid (email: none, or one that is thrown away), limited.
func (s *Service) SendCode(ctx context.Context, of platform.Platform, email string, lang i18n.Lang, from netip.Addr) (asked string, err error) {
	key, err := emailKey(email)
	if err != nil {
		return "", err
	}
	asked = newToken()
	return asked, s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if err := chargeCode(ctx, tx, of.Key, key, from); err != nil {
			return err
		}
		if err := refuseDisposable(ctx, tx, of.Key, key); err != nil {
			return err
		}
		return sendCode(ctx, tx, of.Key, key, strings.TrimSpace(email), asked, lang)
	})
}

// sendCode makes a code for who asks, in the place of the one that they had.
func sendCode(ctx context.Context, tx db.Tx, platform int64, key, email, asked string, lang i18n.Lang) error {
	if err := tx.Lock(ctx, "sign-in "+key); err != nil {
		return err
	}
	n, err := rand.Int(rand.Reader, big.NewInt(codeKinds))
	if err != nil {
		return err
	}
	code := fmt.Sprintf("%0*d", codeDigits, n)
	if err := keepCode(ctx, tx, platform, key, signCode{asker: askerOf(asked), hash: codeHash(platform, key, code), expires: tx.Now().Add(codeLife)}); err != nil {
		return err
	}
	half := codeDigits / 2
	return notify.Queue(ctx, tx, platform, notify.Mail{To: email, Lang: lang, Kind: notify.Code,
		Args: map[string]any{"Code": code[:half] + "\u202f" + code[half:], "Minutes": int(codeLife.Minutes())}})
}

// askerOf gives what is stored of who asked for a code: nothing, for an agent.
func askerOf(asked string) []byte {
	if asked == "" {
		return []byte{}
	}
	return tokenHash(asked)
}

func codeHash(platform int64, key, code string) []byte {
	h := sha256.Sum256(fmt.Appendf(nil, "parvis/sign-in/%d/%s/%s", platform, key, code))
	return h[:]
}

// Prove takes the code that was sent to an address, from whoever asked for it, as SendCode said. The session that it gives has a new token (what was there before
// may be known to somebody else), and the old one ends. What somebody without an address has saved becomes that of the
// person whose address it is. Faults: invalid (email, code), limited after too many wrong ones.
func (s *Service) Prove(ctx context.Context, of platform.Platform, token, email, asked, code string, lang i18n.Lang, agent string) (fresh string, p Person, err error) {
	key, err := emailKey(email)
	if err != nil {
		return "", p, err
	}
	code = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, code)
	fresh = newToken()
	var refused error // an answer, not a failure: the try must be counted
	err = s.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		if refused, err = tryCode(ctx, tx, of.Key, key, asked, code); err != nil || refused != nil {
			return err
		}
		if p, err = s.prove(ctx, tx, of.Key, token, strings.TrimSpace(email), key, lang); err != nil {
			return err
		}
		return insertSessionOf(ctx, tx, of.Key, fresh, p, agent)
	})
	if err == nil {
		err = refused
	}
	return fresh, p, err
}

// tryCode uses up the code of who asked for one, or the one that an agent had sent to their address, or counts a wrong one.
func tryCode(ctx context.Context, tx db.Tx, platform int64, key, asked, code string) (refused, err error) {
	if err := tx.Lock(ctx, "sign-in "+key); err != nil {
		return nil, err
	}
	codes, err := codesOf(ctx, tx, platform, key, askerOf(asked))
	if err != nil {
		return nil, err
	}
	over := func(c signCode) bool { return len(c.hash) == 0 || !tx.Now().Before(c.expires) }
	mine, agents := codes[0], codes[1]
	switch {
	case asked == "" || over(mine):
		return fault.New(fault.Invalid, "fault.account.code_over").In("code"), nil
	case mine.tries >= codeTries:
		return fault.New(fault.Limited, "fault.account.code_tries").In("code"), nil
	}
	hash := codeHash(platform, key, code)
	switch {
	case subtle.ConstantTimeCompare(mine.hash, hash) == 1:
		return nil, dropCode(ctx, tx, platform, key, askerOf(asked))
	case !over(agents) && subtle.ConstantTimeCompare(agents.hash, hash) == 1:
		return nil, dropCode(ctx, tx, platform, key, askerOf(""))
	}
	if mine.tries++; mine.tries >= codeTries {
		refused = fault.New(fault.Limited, "fault.account.code_tries").In("code")
	} else {
		refused = fault.New(fault.Invalid, "fault.account.code_wrong", "Count", codeTries-mine.tries).In("code")
	}
	return refused, keepCode(ctx, tx, platform, key, mine)
}

// prove finds or makes the person of a proved address.
func (s *Service) prove(ctx context.Context, tx db.Tx, platform int64, token, email, key string, lang i18n.Lang) (Person, error) {
	if err := tx.Lock(ctx, "session "+hex.EncodeToString(tokenHash(token))); err != nil { // it proves one address at a time
		return Person{}, err
	}
	here, _, ok, err := bySession(ctx, tx, platform, token)
	if err != nil {
		return Person{}, err
	}
	known, found, err := byEmail(ctx, tx, platform, key)
	if err == nil && !found {
		known, found, err = corrected(ctx, tx, platform, key)
	}
	if err != nil {
		return Person{}, err
	}
	if err := endSession(ctx, tx, platform, token); err != nil {
		return Person{}, err
	}
	saved := ok && !here.Proved // this session's person has no address yet
	switch {
	case found && saved && here.ID != known.ID:
		for _, room := range s.rooms {
			if room.Merge == nil {
				continue
			}
			if err := room.Merge(ctx, tx, platform, here.ID, known.ID); err != nil {
				return Person{}, err
			}
		}
		if err := mergeTraces(ctx, tx, platform, here.ID, known.ID); err != nil {
			return Person{}, err
		}
		if err := deleteParticipant(ctx, tx, platform, here.ID); err != nil {
			return Person{}, err
		}
	case !found && saved:
		known = here
		known.Email = email
	case !found:
		known = Person{ID: ids.Random(), Email: email, Kind: Resident, Language: string(lang), CreatedAt: tx.Now()}
		if err := insertParticipant(ctx, tx, platform, known, key); err != nil {
			return Person{}, err
		}
	}
	known.Proved, known.Kiosk = true, ok && here.Kiosk
	return known, setProved(ctx, tx, platform, known.ID, email, key)
}
