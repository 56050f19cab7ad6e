package browsertest

import (
	"context"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Device is a phone on a connection, for measurements.
type Device struct {
	Slower    float64       // how many times slower its processor is than this one
	Bandwidth float64       // bits per second, both ways
	RoundTrip time.Duration // before the first byte of each answer
}

// On lets the tab's next pages be seen on a device, by somebody who was never there, and runs a script in each before its own.
func (p *Page) On(d Device, script string) {
	p.t.Helper()
	bytes := d.Bandwidth / 8
	p.do("preparing a slow device",
		chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
			if _, err := cdp.Call(ctx, tab, network.Enable, network.EnableParams{}); err != nil {
				return err
			}
			if _, err := cdp.Call(ctx, tab, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
				return err
			}
			if _, err := cdp.Call(ctx, tab, network.ClearBrowserCookies, cdp.Empty{}); err != nil {
				return err
			}
			if _, err := cdp.Call(ctx, tab, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{
				Latency: float64(d.RoundTrip.Milliseconds()), DownloadThroughput: bytes, UploadThroughput: bytes}}}); err != nil {
				return err
			}
			if _, err := cdp.Call(ctx, tab, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: d.Slower}); err != nil {
				return err
			}
			_, err := cdp.Call(ctx, tab, cdpage.AddScriptToEvaluateOnNewDocument, cdpage.AddScriptToEvaluateOnNewDocumentParams{Source: script})
			return err
		}))
}
