package pabulib

import "fmt"

// FormatError says that the file can't be used at all, and where that showed. Code names a sentence ("format.CODE" in the
// translations), Args are its arguments.
type FormatError struct {
	Line int // from 1
	Code string
	Args map[string]any
}

// Error is the log text.
func (e *FormatError) Error() string { return logText(e.Line, e.Code, e.Args) }

// The codes of format errors.
const (
	FormatSection     = "section"      // Section is missing, or not where it should be
	FormatColumn      = "column"       // Section lacks the needed Column
	FormatColumnTwice = "column_twice" // Section has Column twice
	FormatMetaLine    = "meta_line"    // a line of META is not a key and a value
	FormatMetaTwice   = "meta_twice"   // META says Key twice
	FormatMetaMissing = "meta_missing" // META lacks the needed Key
	FormatMetaValue   = "meta_value"   // META's Value of Key is unreadable
	FormatEncoding    = "encoding"     // the text is not UTF-8
	FormatVoteType    = "vote_type"    // Value is none of the known vote types
	FormatProjects    = "projects"     // PROJECTS has Have lines, META announces Want: the file is cut
	FormatVotes       = "votes"        // VOTES has Have lines, META announces Want: the file is cut
)

// Refusal says why one line of PROJECTS or VOTES was not taken. Code names a sentence ("refused.CODE" in the
// translations), Args are its arguments; amounts are tally.Amount.
type Refusal struct {
	Line    int    // from 1; the first one of several when a quoted text has line breaks
	Section string // PROJECTS or VOTES
	Code    string
	Args    map[string]any
}

// Error is the log text.
func (r Refusal) Error() string { return logText(r.Line, r.Code, r.Args) }

// The codes of refusals.
const (
	RefusedQuotes        = "quotes"          // a quotation mark is open, or in a text that is not quoted
	RefusedFields        = "fields"          // Have fields, the header has Want
	RefusedText          = "text"            // Column is not UTF-8, or has control characters
	RefusedEncoding      = "encoding"        // Column is not UTF-8, for the first time in the file: all of it is of another encoding
	RefusedID            = "id"              // a project without identifier
	RefusedIDComma       = "id_comma"        // identifier ID has a comma, which separates choices
	RefusedProjectTwice  = "project_twice"   // another line has the identifier ID
	RefusedCost          = "cost"            // Value is not an amount
	RefusedCostDecimals  = "cost_decimals"   // Value has more than two decimals
	RefusedCostRange     = "cost_range"      // Value is less than zero or too large
	RefusedNumber        = "number"          // Value in Column is not a whole number
	RefusedPlace         = "place"           // Value in Column is not a coordinate
	RefusedVoter         = "voter"           // a ballot without voter
	RefusedVoterTwice    = "voter_twice"     // Voter has a ballot on line First
	RefusedChoiceEmpty   = "choice_empty"    // a choice without project
	RefusedChoiceUnknown = "choice_unknown"  // no project has the identifier ID
	RefusedChoiceTwice   = "choice_twice"    // the ballot names project ID twice
	RefusedTooMany       = "too_many"        // Have choices, at most Max
	RefusedTooFew        = "too_few"         // Have choices, at least Min
	RefusedPointsCount   = "points_count"    // Have points for Want choices
	RefusedPoints        = "points"          // Value is not a whole number of points, zero or more
	RefusedPointsRange   = "points_range"    // Value points for a project, from Min to Max
	RefusedPointsMin     = "points_min"      // Value points for a project, at least Min
	RefusedPointsSumMany = "points_sum_many" // Have points in all, at most Max
	RefusedPointsSumFew  = "points_sum_few"  // Have points in all, at least Min
	RefusedCostOfChoices = "cost_of_choices" // the choices cost Have together, at most Max
)

func formatError(line int, code string, pairs ...any) *FormatError {
	return &FormatError{Line: line, Code: code, Args: arguments(pairs)}
}

// arguments makes a map from pairs of names and values.
func arguments(pairs []any) map[string]any {
	if len(pairs) == 0 {
		return nil
	}
	args := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		args[pairs[i].(string)] = pairs[i+1]
	}
	return args
}

func logText(line int, code string, args map[string]any) string {
	if len(args) == 0 {
		return fmt.Sprintf("line %d: %s", line, code)
	}
	return fmt.Sprintf("line %d: %s %v", line, code, args)
}
