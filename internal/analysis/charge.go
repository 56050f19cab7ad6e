package analysis

import (
	"context"
	"database/sql"
	"slices"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
)

// InCharge gives who answers to a proposal's author: whoever the lead service of its last round put in charge, else the members
// of that service. Nobody while it was sent to none.
func InCharge(ctx context.Context, tx db.Tx, platform int64, proposal ids.ID) ([]ids.ID, error) {
	found, err := Assignments(ctx, tx, platform, []ids.ID{proposal})
	if err != nil {
		return nil, err
	}
	var lead Assignment
	for _, a := range found[proposal] { // in the order of rounds
		if a.Lead && a.State != Passed {
			lead = a
		}
	}
	if lead.Service.IsZero() {
		return nil, nil
	}
	all, err := project.CityServices(ctx, tx, platform)
	i := slices.IndexFunc(all, func(v project.CityService) bool { return v.ID == lead.Service })
	switch {
	case err != nil || i < 0:
		return nil, err
	case slices.Contains(all[i].Members, lead.Charge):
		return []ids.ID{lead.Charge}, nil
	}
	return all[i].Members, nil
}

// SentTo gives the roles of somebody as they count among the services, and the proposals that were ever sent to theirs. Nothing is
// read for who studies nothing.
func SentTo(ctx context.Context, tx db.Tx, platform int64, who account.Person) (roles access.Roles, sent []ids.ID, err error) {
	if !who.Roles.Has(access.Analyst) && !who.Roles.Has(access.Partner) {
		return who.Roles, nil, nil
	}
	seat, err := SeatOf(ctx, tx, platform, who)
	if err != nil || len(seat.Services) == 0 {
		return seat.roles(), nil, err
	}
	mine := make([]ids.ID, len(seat.Services))
	for i, v := range seat.Services {
		mine[i] = v.ID
	}
	marks, args := db.In(mine)
	rows, err := tx.Query(ctx, `SELECT DISTINCT a.proposal FROM assignment a WHERE a.platform = ? AND a.service IN (`+marks+`) ORDER BY a.proposal`, append([]any{platform}, args...)...)
	sent, err = db.Collect(rows, err, func(r *sql.Rows, id *ids.ID) error { return r.Scan(id) })
	return seat.roles(), sent, err
}
