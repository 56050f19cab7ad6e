// Package direct makes gqlgen's transports write the data of a response as it is. They hand it to encoding/json, which reads
// and copies every byte of it once more: measured on 14 kB, that takes twice as long as making it.
package direct

import (
	"bytes"
	"context"
	"crypto/rand"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
)

// Transport is a transport of gqlgen that writes each response with one Write: GET, POST or multipart. The data that the
// executor gives must be valid JSON.
type Transport struct {
	graphql.Transport
	marker string
}

// New wraps a transport.
func New(t graphql.Transport) Transport {
	return Transport{t, `"` + rand.Text() + `"`} // secret, so that no text in a response can be taken for it
}

// Do lets the transport write a marker where the data goes, and writes the data there.
func (t Transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	d := &writer{ResponseWriter: w, marker: t.marker}
	t.Transport.Do(d, r, &executor{exec, d})
}

// executor keeps the data of its responses back, in the writer.
type executor struct {
	graphql.GraphExecutor
	to *writer
}

func (e *executor) DispatchOperation(ctx context.Context, op *graphql.OperationContext) (graphql.ResponseHandler, context.Context) {
	respond, ctx := e.GraphExecutor.DispatchOperation(ctx, op)
	return func(ctx context.Context) *graphql.Response {
		response := respond(ctx)
		if response == nil || len(response.Data) == 0 {
			return response
		}
		e.to.data = response.Data
		marked := *response
		marked.Data = []byte(e.to.marker)
		return &marked
	}, ctx
}

// writer replaces the marker in what is written.
type writer struct {
	http.ResponseWriter
	marker string
	data   []byte
}

func (w *writer) Write(b []byte) (int, error) {
	before, after, found := bytes.Cut(b, []byte(w.marker))
	if !found {
		return w.ResponseWriter.Write(b)
	}
	for _, part := range [][]byte{before, w.data, after} {
		if _, err := w.ResponseWriter.Write(part); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}
