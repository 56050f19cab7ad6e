package dbtest

import (
	"context"
	"testing"

	"github.com/parvis-civic/parvis/internal/db"
)

func TestGuardHoldsStatementsToAPlatform(t *testing.T) {
	g := NewGuard([]db.Table{
		{Name: "proposal", Key: []string{"platform", "id"}},
		{Name: "district", Key: []string{"platform", "id"}},
		{Name: "ballot", Key: []string{"platform", "step", "id"}},
		{Name: "host", Key: []string{"host"}},
		{Name: "platform", Key: []string{"key"}},
	})
	for _, c := range []struct {
		query string
		ok    bool
	}{
		{`SELECT name FROM platform WHERE slug = ?`, true},
		{`SELECT title FROM proposal WHERE platform = ? AND id = ?`, true},
		{`SELECT title FROM proposal WHERE id = ?`, false},
		{`SELECT title FROM proposal -- WHERE platform = ?`, false},
		{`SELECT title FROM proposal WHERE title = 'platform = ?'`, false},
		{`SELECT title FROM "proposal" WHERE "platform" = ?`, true},
		{`SELECT p.title FROM proposal p WHERE p.platform = ?`, true},
		{`SELECT p.title FROM proposal AS p WHERE p.platform = ?`, true},
		{`SELECT p.title FROM proposal p WHERE q.platform = ?`, false},
		{`SELECT p.title FROM proposal p WHERE p.platform = p.id`, false},
		{`SELECT p.title FROM proposal p WHERE p.platform > ?`, false},
		{`SELECT 1 FROM proposal p JOIN district d ON d.platform = p.platform AND d.id = p.district WHERE p.platform = ?`, true},
		{`SELECT 1 FROM proposal p JOIN district d ON d.platform = p.platform AND d.id = p.district`, false},
		{`SELECT 1 FROM proposal p JOIN district d ON d.id = p.district WHERE p.platform = ?`, false},
		{`SELECT 1 FROM proposal p LEFT JOIN district d ON d.id = p.district WHERE platform = ?`, false},
		{`SELECT 1 FROM proposal p, district d WHERE d.platform = ? AND p.platform = d.platform`, true},
		{`SELECT 1 FROM proposal p, district d WHERE p.platform = ?`, false},
		{`SELECT 1 FROM proposal p JOIN district d USING (platform, id) WHERE p.platform = ?`, true},
		{`SELECT 1 FROM host h JOIN proposal p ON p.platform = h.platform WHERE h.host = ?`, false},
		{`SELECT 1 FROM host h JOIN proposal p ON p.platform = h.platform WHERE h.platform = ?`, true},
		{`SELECT 1 FROM platform k JOIN proposal p ON p.platform = k.key`, false},
		{`SELECT 1 FROM proposal WHERE platform = (SELECT platform FROM host WHERE host = ?)`, true},
		{`SELECT 1 FROM proposal p WHERE p.platform = ? AND EXISTS (SELECT 1 FROM ballot b WHERE b.platform = p.platform)`, true},
		{`SELECT 1 FROM proposal p WHERE p.platform = ? AND EXISTS (SELECT 1 FROM ballot WHERE step = p.step)`, false},
		{`SELECT 1 FROM proposal p WHERE EXISTS (SELECT 1 FROM ballot WHERE platform = ?)`, false},
		{`SELECT 1 FROM proposal WHERE platform = ? UNION ALL SELECT 1 FROM ballot WHERE platform = ?`, true},
		{`SELECT 1 FROM proposal WHERE platform = ? UNION ALL SELECT 1 FROM ballot`, false},
		{`WITH page AS (SELECT * FROM proposal WHERE platform = ? LIMIT 10) SELECT 1 FROM page JOIN district d ON d.platform = page.platform`, true},
		{`WITH page AS (SELECT * FROM proposal LIMIT 10) SELECT 1 FROM page JOIN district d ON d.platform = ?`, false},
		{`SELECT 1 FROM (SELECT * FROM proposal WHERE platform = ?) x JOIN district d ON d.platform = x.platform`, true},
		{`SELECT 1 FROM (SELECT * FROM proposal) x WHERE x.platform = ?`, false},
		{`SELECT 1 FROM (proposal p JOIN district d ON d.platform = p.platform) WHERE p.platform = ?`, false},
		{`SELECT extract(epoch FROM at), a IS NOT DISTINCT FROM b FROM proposal WHERE platform = ?`, true},
		{`SELECT 1 FROM json_each(?) j JOIN proposal p ON p.number = j.value WHERE p.platform = ?`, true},
		{`SELECT 1 FROM json_each(?) j JOIN proposal p ON p.number = j.value`, false},
		{`SELECT 1 FROM proposal WHERE platform = ? FOR UPDATE`, true},
		{`SELECT 1 FROM proposal p WHERE p.platform = ? OR p.id = ?`, false},
		{`SELECT 1 FROM proposal p WHERE p.id = ? OR p.platform = ?`, false},
		{`SELECT 1 FROM proposal p WHERE p.platform = ? AND (p.id = ? OR p.slug = ?)`, true},
		{`SELECT 1 FROM proposal p WHERE (p.platform = ? AND p.id = ?) OR p.slug = ?`, false},
		{`SELECT 1 FROM proposal p WHERE (p.platform = ? OR p.slug = ?) AND p.id = ?`, false},
		{`SELECT 1 FROM proposal p WHERE (p.platform = ? AND p.id = ?) AND (p.slug = ? OR p.slug = ?)`, true},
		{`SELECT 1 FROM proposal p JOIN district d ON d.platform = p.platform OR d.id = p.district WHERE p.platform = ?`, false},
		{`SELECT 1 FROM proposal p JOIN district d ON d.platform = p.platform WHERE p.platform = ? AND (d.id = ? OR d.id IS NULL)`, true},
		{`SELECT 1 FROM proposal p WHERE NOT (p.platform = ?)`, false},
		{`SELECT 1 FROM proposal p WHERE NOT p.platform = ?`, false},
		{`SELECT 1 FROM proposal p WHERE CASE WHEN p.platform = ? THEN 1 ELSE 1 END = 1`, false},
		{`SELECT p.platform = ? FROM proposal p`, false},
		{`SELECT count(*) FILTER (WHERE p.platform = ?) FROM proposal p`, false},
		{`SELECT 1 FROM proposal p GROUP BY id HAVING p.platform = ?`, false},
		{`SELECT 1 FROM proposal p WHERE p.platform = 1`, false},
		{`SELECT 1 FROM proposal p WHERE p.platform = 1 AND p.platform = ?`, true},
		{`SELECT 1 FROM proposal p WHERE p.platform = (1)`, false},
		{`SELECT 1 FROM proposal p LEFT JOIN district d ON d.platform = p.platform AND d.id = p.district WHERE p.platform = ?`, true},
		{`SELECT 1 FROM proposal p LEFT JOIN district d ON d.platform = ? AND d.platform = p.platform`, false},
		{`SELECT 1 FROM proposal p LEFT JOIN district d ON d.id = p.id AND p.platform = ?`, false},
		{`SELECT 1 FROM proposal p WHERE NOT EXISTS (SELECT 1 FROM ballot b WHERE b.platform = ? AND b.platform = p.platform)`, false},
		{`SELECT 1 FROM proposal p WHERE p.platform = ? AND (p.id = ? OR EXISTS (SELECT 1 FROM ballot b WHERE b.platform = p.platform))`, true},
		{`INSERT INTO ballot (platform, step) VALUES (?, ?)`, true},
		{`INSERT INTO ballot (step) VALUES (?)`, false},
		{`INSERT INTO ballot VALUES (?, ?)`, false},
		{`INSERT INTO ballot (platform, step) VALUES (?, ?) ON CONFLICT (platform, step) DO UPDATE SET step = excluded.step`, true},
		{`INSERT INTO ballot (platform, step) SELECT platform, id FROM proposal WHERE platform = ?`, true},
		{`INSERT INTO ballot (platform, step) SELECT platform, id FROM proposal`, false},
		{`INSERT INTO host (host) VALUES (?)`, true},
		{`UPDATE proposal SET title = ? WHERE platform = ? AND id = ?`, true},
		{`UPDATE proposal SET title = ? WHERE id = ?`, false},
		{`UPDATE proposal SET platform = ? WHERE id = ?`, false},
		{`UPDATE proposal SET votes = (SELECT count(*) FROM ballot b WHERE b.platform = proposal.platform) WHERE platform = ?`, true},
		{`UPDATE proposal SET votes = (SELECT count(*) FROM ballot b) WHERE platform = ?`, false},
		{`UPDATE proposal AS p SET votes = d.n FROM district AS d WHERE p.platform = ? AND d.platform = p.platform`, true},
		{`DELETE FROM ballot WHERE platform = ?`, true},
		{`DELETE FROM ballot`, false},
		{`DELETE FROM ballot b USING proposal p WHERE b.platform = ?`, false},
	} {
		for range 2 { // the second answer is remembered
			if err := g.Check(t.Context(), c.query); (err == nil) != c.ok {
				t.Errorf("%s: %v", c.query, err)
			}
		}
		if err := g.Check(db.Everywhere(t.Context(), "a test"), c.query); err != nil {
			t.Errorf("everywhere: %s: %v", c.query, err)
		}
	}
}

func TestAnUnboundStatementFailsOnBothEngines(t *testing.T) {
	Each(t, func(t *testing.T, d *db.DB) {
		read := func(ctx context.Context, tx db.Tx) error {
			var n int
			return tx.QueryRow(ctx, "SELECT count(*) FROM proposal").Scan(&n)
		}
		if err := d.Read(t.Context(), read); err == nil {
			t.Error("proposals of all platforms were read")
		}
		if err := d.Read(db.Everywhere(t.Context(), "a test"), read); err != nil {
			t.Error(err)
		}
	})
}
