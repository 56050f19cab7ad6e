// Package demotest gives tests the demonstration's city, made once in a process and copied for each test: see dbtest.Filled.
package demotest

import (
	"context"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/demo"
)

// Day is a day of the city's clock for tests that name its editions: the last one is of 2025, the one of this year of 2026.
var Day = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

// OnDay is the city as it is on that Day, with editions, outlines, places and works that the tests name; what follows the
// clock (whether a vote is open) is out of date once the day is over. Today is the city of now.
var (
	OnDay = dbtest.NewFilled(func(ctx context.Context, d *db.DB) error { return demo.Build(ctx, d, Day, nil) })
	Today = dbtest.NewFilled(func(ctx context.Context, d *db.DB) error { return demo.Build(ctx, d, time.Now(), nil) })
)
