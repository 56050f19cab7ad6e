package analysis

import (
	"strings"
	"unicode"

	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
)

// common are words of titles that make nothing alike, folded.
var common = map[string]bool{"pour": true, "dans": true, "avec": true, "plus": true, "sans": true, "rue": true, "place": true, "avenue": true, "boulevard": true, "quartier": true, "notre": true,
	"tous": true, "toutes": true, "entre": true, "vers": true, "chez": true, "projet": true, "creation": true, "creer": true, "installer": true, "installation": true, "amenagement": true,
	"amenager": true, "ville": true}

// wordsOf are the words of a title by which it may be like another, without the s of plurals.
func wordsOf(title string) map[string]bool {
	found := map[string]bool{}
	for _, w := range strings.FieldsFunc(i18n.Fold(title), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if w = strings.TrimRight(w, "sx"); len(w) >= 4 && !common[w] {
			found[w] = true
		}
	}
	return found
}

// alike says whether two titles share two words, and at least half of those of the shorter one.
func alike(a, b map[string]bool) bool {
	n := 0
	for w := range a {
		if b[w] {
			n++
		}
	}
	return n >= 2 && 2*n >= min(len(a), len(b))
}

// group finds the proposals of one edition that are like each other. Two that are like a third are together. Only those that share
// a word are compared, so that hundreds take no time.
func group(tasks []Task) {
	words := make([]map[string]bool, len(tasks))
	having := map[string][]int{}
	head := make([]int, len(tasks))
	of := func(i int) int {
		for head[i] != i {
			i = head[i]
		}
		return i
	}
	first := map[ids.ID]int{} // a proposal of which several services of the agent have something to say is one
	for i, t := range tasks {
		head[i], words[i] = i, wordsOf(t.Title)
		if at, ok := first[t.Proposal]; ok {
			head[i] = of(at)
			continue
		}
		first[t.Proposal] = i
		for w := range words[i] {
			for _, j := range having[t.Edition+" "+w] {
				if of(i) != of(j) && alike(words[i], words[j]) {
					a, b := of(i), of(j)
					head[max(a, b)] = min(a, b)
				}
			}
			having[t.Edition+" "+w] = append(having[t.Edition+" "+w], i)
		}
	}
	number, count, seen := map[int]int{}, map[int]int{}, map[[2]int]bool{}
	for i, t := range tasks {
		h := of(i)
		if n, ok := number[h]; !ok || t.Number < n {
			number[h] = t.Number
		}
		if k := [2]int{h, t.Number}; !seen[k] {
			seen[k] = true
			count[h]++
		}
	}
	for i := range tasks {
		tasks[i].Alike, tasks[i].Likes = number[of(i)], count[of(i)]
	}
}
