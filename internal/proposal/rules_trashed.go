package proposal

import "github.com/parvis-civic/parvis/internal/access"

// Readable says whether anyone may read what somebody wrote in a published contribution that was removed in this way:
// its title, its texts, its place and its picture. Its number, its cost and its counts stay public.
func (t Trashed) Readable() bool {
	return access.Can(access.Anyone, access.SeeProposal, access.Moment{Published: true, Blanked: t == Invisible || t == Withdrawn})
}
