#!/bin/sh
# What can be said of the code without running it: formatted, generated code up to date, vetted. Says everything that is wrong.
set -u
cd "$(dirname "$0")/.."
status=0

unformatted=$(git ls-files -co --exclude-standard '*.go' | grep -v '_templ\.go$' | xargs gofmt -l)
if [ -n "$unformatted" ]; then
	printf 'not formatted, run gofmt -w:\n%s\n' "$unformatted"
	status=1
fi
if ! go tool -modfile=tools/go.mod templ generate -check -log-level error; then
	echo 'generated code is not up to date: run make generate'
	status=1
fi
go vet ./... || status=1
go -C tools vet ./... && go -C tools test ./... || status=1
go tool -modfile=tools/go.mod staticcheck ./... || status=1
exit $status
