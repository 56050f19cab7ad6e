package me

import (
	"strings"

	"github.com/parvis-civic/parvis/internal/web/ui"
)

// device names a browser and its device in words that people know, from what the browser says it is.
func device(p ui.Page, agent string) string {
	has := func(list ...string) bool {
		for _, s := range list {
			if strings.Contains(agent, s) {
				return true
			}
		}
		return false
	}
	browser := p.T("account.device.browser")
	switch { // the order matters: each says that it is also those below
	case has("Edg/", "EdgA/"):
		browser = "Edge"
	case has("OPR/"):
		browser = "Opera"
	case has("Firefox/", "FxiOS/"):
		browser = "Firefox"
	case has("Chrome/", "CriOS/"):
		browser = "Chrome"
	case has("Safari/"):
		browser = "Safari"
	}
	switch {
	case has("iPhone"):
		return p.T("account.device.on", "Browser", browser, "Device", "iPhone")
	case has("iPad"):
		return p.T("account.device.on", "Browser", browser, "Device", "iPad")
	case has("Android"):
		return p.T("account.device.on", "Browser", browser, "Device", "Android")
	case has("Windows"):
		return p.T("account.device.on", "Browser", browser, "Device", "Windows")
	case has("Macintosh"):
		return p.T("account.device.on", "Browser", browser, "Device", "Mac")
	case has("Linux"):
		return p.T("account.device.on", "Browser", browser, "Device", "Linux")
	}
	return browser
}
