package decision

import "time"

// Forecast tells when the last of some opinions will be given if those of the last Speed days go on: what is left, divided by
// how many were given a day. Zero when nothing is left, or nothing was given. It knows no holidays: it is a warning, no promise.
func Forecast(left, recent int, now time.Time) time.Time {
	if left == 0 || recent == 0 {
		return time.Time{}
	}
	days := (left*Speed + recent - 1) / recent
	return now.AddDate(0, 0, days)
}
