package i18n

// Reason says why something was removed: the words of the charter's reason that moderation stored the key of, or else what was
// stored, as an imported file wrote it.
func (l *Locale) Reason(stored string) string {
	if key := "moderation.reason." + stored; stored != "" && l.Has(key) {
		return l.T(key)
	}
	return stored
}
