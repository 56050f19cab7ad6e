#!/bin/sh
# Looks for known vulnerabilities in what the binary is built from: see tools/vulncheck. The standard library that counts is
# the one of the newest patch of Go, named once, in tools/go.mod; the go command fetches that toolchain like any module.
set -eu
cd "$(dirname "$0")/.."
GOTOOLCHAIN=$(awk '$1 == "toolchain" { print $2 }' tools/go.mod)
export GOTOOLCHAIN
exec go run -C tools ./vulncheck -root "$PWD"
