package graph

import (
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/graph/exec"
	"github.com/parvis-civic/parvis/internal/ids"
)

// User is somebody with a public act in the API.
type User struct {
	r *request
	account.Account
}

func (r *request) user(a account.Account) (ids.ID, *User) { return a.ID, &User{r, a} }

func registerAccounts(x *exec.Executor) {
	exec.Get(x, "User", "id", func(u *User) string { return ids.Global("User", u.ID) })
	exec.Get(x, "User", "url", func(u *User) string { return u.r.base + "/" })
	exec.Get(x, "User", "username", func(u *User) *string { return &u.Name })
	exec.Get(x, "User", "isViewer", func(*User) bool { return false })
	exec.Get(x, "User", "createdAt", func(u *User) dateTime { return u.r.time(u.CreatedAt) })
	exec.Get(x, "User", "updatedAt", func(*User) *dateTime { return nil })
	exec.Get(x, "User", "deletedAccountAt", func(*User) *dateTime { return nil })
	exec.Get(x, "User", "consentInternalCommunication", func(*User) *bool { return nil })
	exec.Get(x, "User", "enabled", func(*User) bool { return true })
	for _, field := range []string{"biography", "facebookUrl", "twitterUrl", "linkedInUrl", "instagramUrl", "websiteUrl", "avatarUrl", "email"} {
		exec.Get(x, "User", field, func(*User) *string { return nil })
	}
}
