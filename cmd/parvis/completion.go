package main

import (
	"bytes"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"
)

// completionCmd prints a shell's completion.
type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help is shown by --help.
func (completionCmd) Help() string {
	return `Exit codes: 0 printed; 2 the command is wrong.

Examples:

  source <(parvis completion bash)
  parvis completion bash > /etc/bash_completion.d/parvis
  parvis completion zsh > "${fpath[1]}/_parvis"
  parvis completion fish > ~/.config/fish/completions/parvis.fish`
}

// Run does it.
func (c *completionCmd) Run(a *app) error {
	var out bytes.Buffer
	if err := completions.ExecuteTemplate(&out, c.Shell, places(a.parser.Model.Node, "")); err != nil {
		return err
	}
	_, err := out.WriteTo(a.out)
	return err
}

// place is where a command line can be: after some commands, with what may follow there.
type place struct {
	At    string // the commands so far, each after a space: " platform create"
	Words []word // commands, or values of an argument
	Flags []word
	Given []word // flags with a closed list of values
}

type word struct {
	Text  string
	Help  string
	Value bool     // a flag that takes one
	Known []string // the values that it can have, none when any may be
}

// places walks the commands.
func places(n *kong.Node, at string) []place {
	p := place{At: at}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			w := word{"--" + f.Name, summary(f.Help), !f.IsBool(), values(f)}
			p.Flags = append(p.Flags, w)
			if w.Known != nil {
				p.Given = append(p.Given, w)
			}
		}
	}
	var below []place
	for _, c := range n.Children {
		if c.Type == kong.CommandNode && !c.Hidden {
			p.Words = append(p.Words, word{Text: c.Name, Help: summary(c.Help)})
			below = append(below, places(c, at+" "+c.Name)...)
		}
	}
	for _, arg := range n.Positional {
		for _, v := range arg.EnumSlice() {
			p.Words = append(p.Words, word{Text: v})
		}
	}
	return append([]place{p}, below...)
}

// summary is the first sentence of a help.
func summary(help string) string {
	first, _, _ := strings.Cut(help, ". ")
	return strings.TrimSuffix(first, ".")
}

// Each script walks the words before the cursor to find its place, then offers what may follow; files where nothing fits.
var completions = template.Must(template.New("").Funcs(template.FuncMap{
	"words":  func(list []string) string { return strings.Join(list, " ") },
	"single": func(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" },
	"zsh": func(w word) string {
		return strings.ReplaceAll(w.Text, ":", `\:`) + ":" + strings.ReplaceAll(w.Help, ":", `\:`)
	},
	"fish": func(s string) string { return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'" },
}).Parse(`
{{- define "bash"}}# bash completion of parvis
_parvis() {
	local cur="${COMP_WORDS[COMP_CWORD]}" at="" commands="" flags="" i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case "$at ${COMP_WORDS[i]}" in
{{- range .}}{{if .At}}
			{{single .At}}) at={{single .At}} ;;{{end}}{{end}}
		esac
	done
	case "$at" in
{{- range .}}
		{{single .At}})
			commands="{{range .Words}}{{.Text}} {{end}}"
			flags="{{range .Flags}}{{.Text}} {{end}}" ;;
{{- end}}
	esac
	local before="${COMP_WORDS[COMP_CWORD - 1]}"
	[[ $cur == "=" ]] && cur=""
	[[ $before == "=" ]] && before="${COMP_WORDS[COMP_CWORD - 2]}"
	case "$at $before" in
{{- range $place := .}}{{range .Given}}
		{{single (print $place.At " " .Text)}}) COMPREPLY=($(compgen -W {{single (words .Known)}} -- "$cur")) ; return ;;{{end}}{{end}}
	esac
	if [[ $cur == -* ]]; then
		COMPREPLY=($(compgen -W "$flags" -- "$cur"))
	else
		COMPREPLY=($(compgen -W "$commands" -- "$cur"))
	fi
}
complete -o default -F _parvis parvis
{{end}}
{{- define "zsh"}}#compdef parvis
_parvis() {
	local at="" w
	local -a commands flags
	for w in "${(@)words[2,CURRENT-1]}"; do
		case "$at $w" in
{{- range .}}{{if .At}}
			({{single .At}}) at={{single .At}} ;;{{end}}{{end}}
		esac
	done
	case "$at" in
{{- range .}}
		({{single .At}})
			commands=({{range .Words}}{{single (zsh .)}} {{end}})
			flags=({{range .Flags}}{{single (zsh .)}} {{end}}) ;;
{{- end}}
	esac
	case "$at ${words[CURRENT-1]}" in
{{- range $place := .}}{{range .Given}}
		({{single (print $place.At " " .Text)}}) compadd -- {{words .Known}}; return ;;{{end}}{{end}}
	esac
	if [[ $PREFIX == -* ]]; then
		_describe -o flag flags
	elif (( $#commands )); then
		_describe command commands
	else
		_files
	fi
}
if [[ $funcstack[1] == _parvis ]]; then
	_parvis "$@"
else
	compdef _parvis parvis
fi
{{end}}
{{- define "fish"}}# fish completion of parvis
function __parvis_at
	set -l at ""
	for w in (commandline -opc)[2..]
		switch "$at $w"
{{- range .}}{{if .At}}
			case {{fish .At}}
				set at {{fish .At}}{{end}}{{end}}
		end
	end
	test "$at" = "$argv[1]"
end
{{- range $place := .}}{{range .Words}}
complete -c parvis -f -n "__parvis_at {{fish $place.At}}" -a {{.Text}} -d {{fish .Help}}{{end}}{{range .Flags}}
complete -c parvis -n "__parvis_at {{fish $place.At}}" -l {{slice .Text 2}}{{if .Known}} -x -a {{fish (words .Known)}}{{else if .Value}} -r{{end}} -d {{fish .Help}}{{end}}
{{- end}}
{{end}}`))
