package demo

import (
	"embed"
	"fmt"
	"strconv"
	"strings"
)

// The texts of the city: proposals in one file per edition, and the legal texts.
//
//go:embed content
var content embed.FS

// idea is a proposal as its file tells it:
//
//	## Title
//	district | category | cost in euros | address | association that proposes it (association)
//	Text, in one line.
//
// "-" is the whole city, without an address; without an association, a resident proposes it.
type idea struct {
	title, district, category string
	cost                      int64 // hundredths
	address, association      string
	text                      string
}

func ideas(name string) ([]idea, error) {
	raw, err := content.ReadFile("content/" + name + ".txt")
	if err != nil {
		return nil, err
	}
	var list []idea
	for i, block := range strings.Split(strings.TrimSpace(string(raw)), "\n\n") {
		one, err := parseIdea(block)
		if err != nil {
			return nil, fmt.Errorf("%s, proposal %d: %w", name, i+1, err)
		}
		list = append(list, one)
	}
	return list, nil
}

func parseIdea(block string) (idea, error) {
	lines := strings.Split(block, "\n")
	if len(lines) != 3 || !strings.HasPrefix(lines[0], "## ") {
		return idea{}, fmt.Errorf("want a title, a line of facts and a text, got %q", block)
	}
	facts := strings.Split(lines[1], "|")
	if len(facts) != 5 {
		return idea{}, fmt.Errorf("want five facts, got %q", lines[1])
	}
	for i := range facts {
		facts[i] = strings.TrimSpace(facts[i])
	}
	euros, err := strconv.ParseInt(strings.ReplaceAll(facts[2], " ", ""), 10, 64)
	if err != nil {
		return idea{}, fmt.Errorf("cost %q: %w", facts[2], err)
	}
	association, _ := strings.CutSuffix(facts[4], " (association)")
	return idea{
		title: lines[0][len("## "):], district: strings.TrimPrefix(facts[0], "-"), category: facts[1], cost: euros * 100,
		address: facts[3], association: association, text: lines[2],
	}, nil
}

// legal gives the legal texts by "language/kind".
func legal() (map[string]string, error) {
	texts := map[string]string{}
	for _, lang := range []string{"fr", "en"} {
		for _, kind := range []string{"notice", "privacy", "accessibility"} {
			raw, err := content.ReadFile("content/legal/" + lang + "-" + kind + ".txt")
			if err != nil {
				return nil, err
			}
			texts[lang+"/"+kind] = strings.TrimSpace(string(raw))
		}
	}
	return texts, nil
}
