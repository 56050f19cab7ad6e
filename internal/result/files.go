package result

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"strconv"

	"github.com/gowebpki/jcs"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/ids"
)

// File is a file that came out with a result, as it was that day. It names projects by their numbers: nobody's words are in
// it, so that it never has to change.
type File struct {
	Name    string
	SHA256  []byte
	Content []byte
}

// The files of a result.
const (
	CountFile = "depouillement.csv" // a line per project, in the order of the count
	RuleFile  = "regle.json"        // the rule that was counted by, with what the lots were drawn by (RFC 8785)
)

// files writes the files of a count.
func (c Counted) files(lines []Line) ([]File, error) {
	var table bytes.Buffer
	w := csv.NewWriter(&table)
	number := map[ids.ID]int{}
	for _, one := range c.Candidates {
		number[one.Proposal] = one.Number
	}
	rows := [][]string{{"rang", "projet", "total", "bulletins", "retenu", "etape", "enveloppe", "raison", "reste", "cout", "autre_projet", "departage"}}
	for _, l := range lines {
		rows = append(rows, []string{strconv.Itoa(l.Rank), strconv.Itoa(number[l.Proposal]), strconv.FormatInt(l.Total, 10), strconv.FormatInt(l.Supporters, 10), strconv.Itoa(l.Mark),
			string(l.Stage), l.Part, string(l.Reason.Code), l.Reason.Left.String(), l.Reason.Cost.String(), l.Reason.Other, string(l.Reason.Tie)})
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(c.Rule)
	if err != nil {
		return nil, err
	}
	rule, err := jcs.Transform(raw)
	if err != nil {
		return nil, err
	}
	files := []File{{Name: CountFile, Content: table.Bytes()}, {Name: RuleFile, Content: rule}}
	for i := range files {
		sum := sha256.Sum256(files[i].Content)
		files[i].SHA256 = sum[:]
	}
	return files, nil
}

// keepFiles stores the files of a result and gives their hashes, as the journal says them.
func keepFiles(ctx context.Context, tx db.Tx, platform int64, step ids.ID, files []File) (map[string]string, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM result_file WHERE platform = ? AND step = ?`, platform, step); err != nil {
		return nil, err
	}
	rows, hashes := make([][]any, len(files)), map[string]string{}
	for i, f := range files {
		rows[i], hashes[f.Name] = []any{platform, step, f.Name, f.SHA256, f.Content}, hex.EncodeToString(f.SHA256)
	}
	return hashes, db.Insert(ctx, tx, "result_file", []string{"platform", "step", "name", "sha256", "content"}, rows)
}

// Files gives the files that came out with a result, by name. Whether the result may be seen is access's to say, before.
func Files(ctx context.Context, tx db.Tx, platform int64, step ids.ID) ([]File, error) {
	rows, err := tx.Query(ctx, `SELECT f.name, f.sha256, f.content FROM result_file f WHERE f.platform = ? AND f.step = ? ORDER BY f.name`, platform, step)
	return db.Collect(rows, err, func(r *sql.Rows, f *File) error { return r.Scan(&f.Name, &f.SHA256, &f.Content) })
}
