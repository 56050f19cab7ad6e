package notify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/platform"
)

// UnsubscribePath is the page that takes somebody off a list; its parameter jeton says whom and which.
const UnsubscribePath = "/desabonnement"

// keySetting is the platform's secret that signs the tokens of its e-mails.
const keySetting = "mail_key"

// newToken gives a token that takes one person off one list and can do nothing else. It needs no session: who has the
// e-mail has the token.
func newToken(ctx context.Context, tx db.Tx, of int64, person ids.ID, list string) (string, error) {
	if err := tx.Lock(ctx, "mail key"); err != nil {
		return "", err
	}
	key, err := platform.Setting(ctx, tx, of, keySetting)
	if err != nil {
		return "", err
	}
	if key == "" {
		b := make([]byte, 32)
		_, _ = rand.Read(b) // never fails
		key = hex.EncodeToString(b)
		if err := platform.Set(ctx, tx, of, keySetting, key); err != nil {
			return "", err
		}
	}
	return sign(key, person, list), nil
}

// Token gives the token of e-mails that were sent to somebody under a list; empty before the first.
func Token(ctx context.Context, tx db.Tx, of int64, person ids.ID, list string) (string, error) {
	key, err := platform.Setting(ctx, tx, of, keySetting)
	if err != nil || key == "" {
		return "", err
	}
	return sign(key, person, list), nil
}

func sign(key string, person ids.ID, list string) string {
	said := person.String() + "." + list
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte("parvis/unsubscribe/" + said))
	return said + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// ReadToken gives the person and the list of a token. Fault: not_found, for one that this platform did not make.
func ReadToken(ctx context.Context, tx db.Tx, of int64, token string) (person ids.ID, list string, err error) {
	none := fault.New(fault.NotFound, "fault.not_found")
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return person, "", none
	}
	if person, err = ids.Parse(parts[0]); err != nil {
		return person, "", none
	}
	key, err := platform.Setting(ctx, tx, of, keySetting)
	if err != nil {
		return person, "", err
	}
	if key == "" || !hmac.Equal([]byte(sign(key, person, parts[1])), []byte(token)) {
		return ids.ID{}, "", none
	}
	return person, parts[1], nil
}
