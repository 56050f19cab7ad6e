// Package graph answers the public GraphQL API, in the names that integrators know. The schema files are the truth:
// every field has exactly one resolver, by room, or the server does not start.
package graph

import (
	"embed"
	"fmt"
	"io/fs"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/parvis-civic/parvis/internal/graph/exec"
)

//go:embed schema/*.graphqls
var files embed.FS

// Schema gives the schema from its files.
func Schema() (*ast.Schema, error) {
	names, err := fs.Glob(files, "schema/*.graphqls")
	if err != nil {
		return nil, err
	}
	var sources []*ast.Source
	for _, name := range names {
		raw, err := files.ReadFile(name)
		if err != nil {
			return nil, err
		}
		sources = append(sources, &ast.Source{Name: name, Input: string(raw)})
	}
	schema, err := gqlparser.LoadSchema(sources...)
	if err != nil {
		return nil, fmt.Errorf("the API's schema: %w", err)
	}
	return schema, nil
}

// executor registers every resolver.
func executor() (*exec.Executor, error) {
	schema, err := Schema()
	if err != nil {
		return nil, err
	}
	x := exec.New(schema)
	exec.Scalar(x, "DateTime", appendDateTime)
	exec.Get(x, "PageInfo", "hasNextPage", func(p *pageInfo) bool { return p.next })
	exec.Get(x, "PageInfo", "hasPreviousPage", func(p *pageInfo) bool { return p.previous })
	exec.Get(x, "PageInfo", "startCursor", func(p *pageInfo) *string { return p.start })
	exec.Get(x, "PageInfo", "endCursor", func(p *pageInfo) *string { return p.end })
	registerNodes(x)
	registerProjects(x)
	registerSteps(x)
	registerDistricts(x)
	registerProposals(x)
	registerResults(x)
	registerAccounts(x)
	if err := x.Build(); err != nil {
		return nil, fmt.Errorf("the API's resolvers: %w", err)
	}
	return x, nil
}
