# Building needs Go 1.26 or newer, git and make. Testing also needs PostgreSQL, Chromium and Node.js: `make test` installs what
# is missing. The scripts hold what is longer than a line.

export CGO_ENABLED = 0

.PHONY: build demo test lint vulncheck generate screenshots bench bench-api bench-vote fuzz test-long

# One static binary with pages, assets, translations and migrations inside.
build:
	go build -trimpath -ldflags '-s -w' -o parvis ./cmd/parvis

# A fictional city on http://localhost:8080.
demo: build
	./parvis demo --addr localhost:8080

test:
	scripts/test.sh

lint:
	scripts/lint.sh

vulncheck:
	scripts/vulncheck.sh

# Writes the Go code of the page templates again.
generate:
	go tool -modfile=tools/go.mod templ generate -log-level error

# Every page on a phone and at a desk, by day and by night, in French and in English, into screenshots/.
screenshots:
	scripts/test-deps.sh
	go test ./internal/web/site -count=1 -timeout 30m -run TestJourneys/screenshots -shots $(CURDIR)/screenshots

# One package after the other, so that they do not disturb each other. Results belong in BENCHMARKS.md, with their machine.
bench:
	go test -p 1 -timeout 3h -run '^$$' -bench . -benchmem ./...

# Ballots over HTTP beside what the databases do by themselves, in one run; nothing else should run on the machine.
bench-vote:
	go test -p 1 -run '^$$' -bench BenchmarkVote -benchtime 20000x -timeout 30m ./internal/web/vote

# What takes minutes: the process killed fifty times while people vote, on each engine.
test-long:
	scripts/test-deps.sh
	go test -count=1 -timeout 60m -run Killed ./cmd/parvis -args -kills 50

bench-api:
	go test -p 1 -run '^$$' -bench . -benchmem ./internal/graph/...

# Each fuzz target for ten seconds; scripts/fuzz.sh 10m for longer.
fuzz:
	scripts/fuzz.sh
