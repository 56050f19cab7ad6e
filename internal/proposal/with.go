package proposal

import (
	"github.com/parvis-civic/parvis/internal/account"
	"github.com/parvis-civic/parvis/internal/project"
)

// With says what a list brings, in the same statement, beside what it always has of a proposal: identifier, number,
// title, votes and points. Each column of each row has its price.
type With struct {
	Card     bool // reference, slug, cost and picture
	Rest     bool // all the others but its texts
	Texts    bool // its texts and place
	Author   bool // name of the account
	District bool // name
	Category bool // name
}

// columns are those of what is brought.
func (w With) columns() string {
	s := ""
	for _, part := range []struct {
		wanted  bool
		columns string
	}{
		{w.Card, card}, {w.Rest, rest}, {w.Texts, texts}, {w.Author, `COALESCE(a.name, '')`},
		{w.District, `COALESCE(d.name, '')`}, {w.Category, `COALESCE(c.name, '')`},
	} {
		if part.wanted {
			s += `, ` + part.columns
		}
	}
	return s
}

func (w With) join(st *statement) {
	if w.Author {
		st.add(` LEFT JOIN account a ON a.platform = p.platform AND a.id = p.author`)
	}
	if w.District {
		st.add(` LEFT JOIN district d ON d.platform = p.platform AND d.id = p.district`)
	}
	if w.Category {
		st.add(` LEFT JOIN category c ON c.platform = p.platform AND c.id = p.category`)
	}
}

// joined is where the joined columns of a row go.
type joined struct {
	author, district, category string
}

func (j *joined) targets(w With, to []any, v *row) []any {
	if w.Card {
		to = v.card(to)
	}
	if w.Rest {
		to = v.rest(to)
	}
	if w.Texts {
		to = v.texts(to)
	}
	if w.Author {
		to = append(to, &j.author)
	}
	if w.District {
		to = append(to, &j.district)
	}
	if w.Category {
		to = append(to, &j.category)
	}
	return to
}

// give hands over what a row had.
func (j *joined) give(w With, l *Listed) {
	if w.Author {
		l.By = &account.Account{ID: l.Author, Name: j.author}
	}
	if w.District && j.district != "" {
		l.In = &project.District{ID: l.District, Name: j.district}
	}
	if w.Category && j.category != "" {
		l.Of = &project.Category{ID: l.Category, Project: l.Project, Name: j.category}
	}
}
