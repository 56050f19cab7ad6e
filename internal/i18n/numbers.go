package i18n

import (
	"strconv"
	"strings"
)

// Int writes a whole number with its thousands apart: « 4 532 », "4,532".
func (l *Locale) Int(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = "−", digits[1:]
	}
	sep := nnbsp
	if l.Lang == EN {
		sep = ","
	}
	var b strings.Builder
	b.WriteString(sign)
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(sep)
		}
		b.WriteRune(d)
	}
	return b.String()
}

// decimal writes a number of hundredths with as few decimals as it needs, or always two when it has cents.
func (l *Locale) decimal(hundredths int64, cents bool) string {
	whole, rest := hundredths/100, hundredths%100
	sign := ""
	if hundredths < 0 {
		// Each part apart, since the smallest int64 has no opposite.
		sign, rest = "−", -rest
	}
	text := sign + strings.TrimPrefix(l.Int(whole), "−")
	if rest == 0 {
		return text
	}
	point := ","
	if l.Lang == EN {
		point = "."
	}
	frac := strconv.FormatInt(100+rest, 10)[1:]
	if !cents {
		frac = strings.TrimRight(frac, "0")
	}
	return text + point + frac
}

// Percent writes part of whole, rounded to a tenth of a per cent: « 37,5 % ». What is not nothing is never written
// 0 %, and what is not all never 100 %. Of nothing, it is 0 %.
func (l *Locale) Percent(part, whole int64) string {
	tenths := int64(0)
	if whole > 0 {
		tenths = (part*2000 + whole) / (2 * whole)
		switch {
		case tenths == 0 && part > 0:
			tenths = 1
		case tenths >= 1000 && part < whole:
			tenths = 999
		}
	}
	text := l.decimal(tenths*10, false)
	if l.Lang == EN {
		return text + "%"
	}
	return text + nbsp + "%"
}

// symbols are written after the amount in French. English puts those of a prefix before it.
var symbols = map[string]struct {
	symbol string
	prefix bool
}{
	"EUR": {"€", true}, "GBP": {"£", true}, "USD": {"$", true},
	"PLN": {"zł", false}, "HUF": {"Ft", false}, "CHF": {"CHF", false},
}

// Money writes an amount in its currency (ISO 4217), with cents only when there are any: « 41 000 € », "€41,000".
// A currency that has no symbol here is written with its code.
func (l *Locale) Money(hundredths int64, currency string) string {
	return l.withCurrency(l.decimal(hundredths, true), currency)
}

func (l *Locale) withCurrency(number, currency string) string {
	s, known := symbols[currency]
	if !known {
		s.symbol = currency
	}
	if l.Lang == EN && s.prefix {
		if rest, negative := strings.CutPrefix(number, "−"); negative {
			return "−" + s.symbol + rest
		}
		return s.symbol + number
	}
	return number + nbsp + s.symbol
}

// names are the currencies in words, as they follow « 2 millions » in French.
var names = map[string]string{
	"EUR": "d’euros", "PLN": "de zlotys", "HUF": "de forints", "GBP": "de livres sterling", "USD": "de dollars",
	"CHF": "de francs suisses",
}

// MoneyShort writes a large amount to be read at a glance, rounded to a hundredth of a million: « 1,2 million d’euros »,
// "€1.2 million". Under a million it is Money without cents.
func (l *Locale) MoneyShort(hundredths int64, currency string) string {
	const million, billion = 1_000_000_00, 1_000_000_000_00
	unit, fr, en := int64(million), "million", "million"
	switch {
	case hundredths < million:
		return l.Money(hundredths/100*100, currency)
	case hundredths >= billion:
		unit, fr, en = billion, "milliard", "billion"
	}
	step := unit / 100
	n := hundredths / step
	if hundredths%step*2 >= step {
		n++
	}
	number := l.decimal(n, false)
	if l.Lang == EN {
		return l.withCurrency(number+nbsp+en, currency)
	}
	if n >= 200 {
		fr += "s"
	}
	name, known := names[currency]
	if !known {
		name = "de" + nbsp + currency
	}
	return number + nbsp + fr + " " + name
}
