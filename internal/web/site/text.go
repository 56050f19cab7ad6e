package site

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/parvis-civic/parvis/internal/web/ui"
)

// description is the sentence that search engines and shared links show of a proposal.
func (pr ProposalPage) description(p ui.Page) string {
	var parts []string
	if !pr.Card.Placeless {
		parts = append(parts, p.DistrictWords(pr.Card.Districts))
	}
	if pr.Card.Cost != nil {
		parts = append(parts, p.Money(*pr.Card.Cost, pr.Card.Currency))
	}
	if pr.Card.Score.Known {
		parts = append(parts, p.Words(pr.Card.Score))
	}
	return strings.Join(parts, " · ")
}

// to is the address of the proposal, or of one of its pages ("/historique"), by its number alone.
func (pr ProposalPage) to(p ui.Page, page string) templ.SafeURL {
	return p.Href(pr.Project.Path() + "/propositions/" + strconv.FormatInt(pr.Card.Number, 10) + page)
}
