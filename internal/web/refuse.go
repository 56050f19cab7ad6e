package web

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/fault"
	"github.com/parvis-civic/parvis/internal/i18n"
)

// Refuse answers a request of a program, not of a person, that cannot be met: the status of the error's code, and in
// French, as no language was asked for, what a fault says. What is not a fault is ours: the log has it.
func Refuse(w http.ResponseWriter, r *http.Request, err error) {
	status := statusOf[fault.CodeOf(err)]
	text := i18n.For(i18n.FR, nil).Fault(err)
	if status == http.StatusInternalServerError {
		eventOf(r).err = err
	}
	if status == http.StatusServiceUnavailable || status == http.StatusTooManyRequests {
		w.Header().Set("Retry-After", comeBack(err))
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Error(w, text, status)
}

// retryAfter is how soon such a client may come back when the fault does not say it.
const retryAfter = 5 * time.Second

// comeBack gives the seconds after which a client may come back.
func comeBack(err error) string {
	wait := retryAfter
	if f, ok := errors.AsType[*fault.Error](err); ok && f.RetryAfter > 0 {
		wait = f.RetryAfter
	}
	return strconv.Itoa(int(math.Ceil(wait.Seconds())))
}
