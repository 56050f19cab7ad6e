package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCmd says which version this is.
type versionCmd struct{}

// Help is shown by --help.
func (versionCmd) Help() string {
	return `Exit code: 0.

Example:

  parvis version`
}

// Run does it.
func (versionCmd) Run(a *app) error {
	_, err := fmt.Fprintln(a.out, released())
	return err
}

// released is the version with what it was built by and for.
func released() string {
	return fmt.Sprintf("parvis %s (%s, %s/%s)", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// version is what the Go toolchain stamped into the binary: the tag that it was built from, or one made from the commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(unknown)"
	}
	return info.Main.Version
}
