#!/bin/sh
# Installs what the tests need and the machine lacks: PostgreSQL's server programs, Chromium, Node.js with npm (Debian
# packages), and the npm packages that testdata/npm pins. Does nothing when all is there.
set -eu
cd "$(dirname "$0")/.."

missing=
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
command -v chromium >/dev/null || missing="$missing chromium"
command -v node >/dev/null || missing="$missing nodejs"
command -v npm >/dev/null || missing="$missing npm"

if [ -n "$missing" ]; then
	if ! command -v apt-get >/dev/null; then
		echo "The tests need:$missing. This script installs Debian packages only; install them in your system's way." >&2
		exit 1
	fi
	if [ "$(id -u)" = 0 ]; then
		sudo=
	elif sudo -n true 2>/dev/null; then
		sudo="sudo -n"
	elif [ -t 0 ] && command -v sudo >/dev/null; then
		sudo=sudo # it may ask for a password
	else
		echo "The tests need:$missing. Run this once as root: apt-get update && apt-get install$missing" >&2
		exit 1
	fi
	echo "Installing:$missing"
	# The tests start servers of their own: Debian need not make and start its "main" cluster.
	no_cluster=/etc/postgresql-common/createcluster.d/parvis-tests.conf
	case $missing in *postgresql*)
		trap '$sudo rm -f "$no_cluster"' EXIT
		$sudo mkdir -p "$(dirname "$no_cluster")"
		echo 'create_main_cluster = false' | $sudo tee "$no_cluster" >/dev/null
		;;
	esac
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null
	# shellcheck disable=SC2086 # one word per package
	$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null
fi

npm=testdata/npm
if [ ! -e $npm/node_modules/.package-lock.json ] || [ $npm/package-lock.json -nt $npm/node_modules/.package-lock.json ]; then
	echo "Installing the npm packages of $npm"
	npm --prefix $npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
	touch $npm/node_modules/.package-lock.json
fi
