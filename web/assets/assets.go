// Package assets holds the files that the pages' browsers fetch: fonts, icons, the stylesheet and the API explorer.
// VENDORED.md says where those that are not ours come from.
package assets

import "embed"

// Files has fonts/, icons/, brand/, graphiql/, js/, css/, which becomes the one stylesheet, and print/, that of what is made
// to be printed.
//
//go:embed fonts/*.woff2 icons/*.svg brand/*.svg brand/*.png graphiql/*.js graphiql/*.css js/*.js css/*.css print/*.css
var Files embed.FS
