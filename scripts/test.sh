#!/bin/sh
# Everything that must hold before a change is pushed. Every step runs, whatever the one before said, so that one run tells all;
# the tests come last, so that their own lines close the output. The exit status is 0 only when every step passed.
set -u
cd "$(dirname "$0")/.."

scripts/test-deps.sh || exit 1

failed=
step() {
	name=$1
	shift
	echo "== $name"
	"$@" || failed="$failed $name"
}
step lint scripts/lint.sh
step vulncheck scripts/vulncheck.sh
step test go test ./...

if [ -n "$failed" ]; then
	echo "FAILED:$failed" >&2
	exit 1
fi
