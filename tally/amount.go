package tally

import (
	"errors"
	"strconv"
	"strings"
)

// The ways an amount can be unreadable.
var (
	ErrAmount         = errors.New("not an amount")
	ErrAmountDecimals = errors.New("an amount with more than two decimals")
	ErrAmountTooLarge = errors.New("an amount over the largest one that is counted")
)

// ParseAmount reads a decimal number of units, with a point, exactly: "4000", "4000.5", "4000.50", "4000.500". It answers
// ErrAmount, ErrAmountDecimals when something but zeros stands beyond the hundredths, or ErrAmountTooLarge beyond
// MaxAmount either way.
func ParseAmount(s string) (Amount, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, fraction, point := strings.Cut(digits, ".")
	if whole == "" || point && fraction == "" || !onlyDigits(whole) || !onlyDigits(fraction) {
		return 0, ErrAmount
	}
	fraction = strings.TrimRight(fraction, "0")
	if len(fraction) > 2 {
		return 0, ErrAmountDecimals
	}
	n, err := strconv.ParseInt(whole+(fraction + "00")[:2], 10, 64)
	if err != nil || Amount(n) > MaxAmount {
		return 0, ErrAmountTooLarge
	}
	if negative {
		n = -n
	}
	return Amount(n), nil
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// String gives the exact decimal, with as many decimals as needed, none or two: "4000", "4000.50".
func (a Amount) String() string {
	sign, n := "", uint64(a)
	if a < 0 {
		sign, n = "-", -n
	}
	units := sign + strconv.FormatUint(n/100, 10)
	if n%100 == 0 {
		return units
	}
	return units + "." + strconv.FormatUint(n%100/10, 10) + strconv.FormatUint(n%10, 10)
}
