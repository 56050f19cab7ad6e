package deposit

import (
	"context"

	"github.com/parvis-civic/parvis/internal/address"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/deposit"
	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/proposal"
	"github.com/parvis-civic/parvis/internal/web"
	"github.com/parvis-civic/parvis/internal/web/ui"
)

// How many are shown.
const (
	alikeMax     = 4
	addressesMax = 8
	typedMax     = 200 // letters of what is looked for
)

// asked gives what a script looks for, cut where nobody types on.
func asked(r *web.Request, name string) string {
	letters := []rune(r.URL.Query().Get(name))
	return string(letters[:min(len(letters), typedMax)])
}

// alikeList answers, while somebody types a title, with the proposals that it resembles.
func (s *Pages) alikeList(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	var list []proposal.Alike
	err = s.read(r, func(ctx context.Context, tx db.Tx) (err error) {
		list, err = proposal.Similar(ctx, tx, r.Platform.Key, asked(r, "titre"), alikeMax)
		return err
	})
	return web.View{Page: AlikeList(p, list, f.supported())}, err
}

// addressList answers with the commune's addresses that begin as what somebody types.
func (s *Pages) addressList(r *web.Request, p ui.Page) (web.View, error) {
	var list []address.Address
	err := s.read(r, func(ctx context.Context, tx db.Tx) (err error) {
		list, err = address.Find(ctx, tx, r.Platform.Key, asked(r, "q"), addressesMax)
		return err
	})
	return web.View{Page: AddressList(p, list)}, err
}

// placeShow answers with the district of a point, or with both at a border.
func (s *Pages) placeShow(r *web.Request, p ui.Page) (web.View, error) {
	f, err := s.call(r)
	if err != nil {
		return web.View{}, err
	}
	point := deposit.Content{Latitude: r.URL.Query().Get("lat"), Longitude: r.URL.Query().Get("lon")}.At()
	if point == nil {
		return web.View{Page: PlaceShow(p, nil, false)}, nil
	}
	var in []project.District
	in, outlined := deposit.Locate(f.Districts, *point)
	return web.View{Page: PlaceShow(p, in, outlined)}, nil
}
