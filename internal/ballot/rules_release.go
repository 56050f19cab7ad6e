package ballot

import "github.com/parvis-civic/parvis/internal/rulebook"

// Floor is how many ballots a vote must have for any to be shown whole: among fewer, somebody who is known to like one
// project can be found by the others on the same ballot.
const Floor = 100

// Releasable says whether the ballots of a vote may be shown whole once there is a result. Where there is a ballot for the
// district beside that for the city, each would show a district, and the floor would have to hold in the smallest one,
// whose voters nobody counts: there, totals must do.
func Releasable(b rulebook.Rulebook, ballots int) bool {
	return ballots >= Floor && b.Vote.District == nil
}
