package demo

import (
	"strconv"
	"time"

	"github.com/parvis-civic/parvis/internal/project"
	"github.com/parvis-civic/parvis/internal/rulebook"
)

// script is what is decided of an edition before chance fills it: its words, its calendar in days from today, its rules.
type script struct {
	ideas   string // file
	model   project.Model
	slug    string
	title   string
	summary string
	stages  []stage
	rules   func(rulebook.Rulebook) rulebook.Rulebook
	ballots int // cast so far
}

// stage is a step; to is the first day after it, or the day on which it ends at an hour. open has no end.
type stage struct {
	kind     project.Kind
	title    string
	from, to int
	hour     int
}

const open = 1 << 20

// scripts are the four editions, one in each stage, on a day.
func scripts(day time.Time) []script {
	year := day.AddDate(0, 0, -120).Year() // of the edition whose vote is open: the year of its deposit
	last, this, next := strconv.Itoa(year-1), strconv.Itoa(year), strconv.Itoa(year+1)
	return []script{
		{
			ideas: "past", model: project.ModelLargeTown, slug: "budget-participatif-" + last, title: "Budget participatif " + last, rules: ofThePast, ballots: 4_712,
			summary: "La ville a confié 1,2 million d’euros à ses habitants. Le vote est clos, les projets lauréats sont connus, et chacun a son calendrier : " +
				"on peut suivre ici ce qui est construit, ce qui avance, ce qui tarde et ce à quoi il a fallu renoncer.\n\n" +
				"Chacun des douze quartiers a au moins un projet lauréat : c’était la règle, écrite avant le vote.",
			stages: []stage{
				{kind: project.Collect, from: -452, to: -417},
				{kind: project.Analysis, from: -417, to: -339},
				{kind: project.Vote, from: -335, to: -311, hour: 20},
				{kind: project.Result, from: -304, to: -290},
				{kind: project.Delivery, from: -290, to: open},
			},
		},
		{
			ideas: "vote", model: project.ModelBasket, slug: "budget-participatif-" + this, title: "Budget participatif " + this, rules: ofTheVote, ballots: 3_288,
			summary: "Des projets dans les douze quartiers, 1,5 million d’euros, et une question : qu’en feriez-vous ? Composez votre sélection, elle doit tenir dans le budget. " +
				"Dix projets au plus, un seul suffit.\n\n" +
				"Les voix de chaque projet restent cachées jusqu’à la fermeture du vote, pour tout le monde, y compris pour la mairie.",
			stages: []stage{
				{kind: project.Presentation, title: "Lancement au marché des Halles", from: -230, to: -222},
				{kind: project.Collect, from: -222, to: -187},
				{kind: project.Analysis, from: -187, to: -40},
				{kind: project.Other, title: "Les projets s’exposent dans la rue", from: -24, to: -9},
				{kind: project.Vote, from: -9, to: 12, hour: 20},
				{kind: project.Result, from: 19, to: 26},
				{kind: project.Delivery, from: 26, to: open},
			},
		},
		{
			ideas: "youth", model: project.ModelRanked, slug: "budget-jeunesse-" + this, title: "Budget jeunesse " + this, rules: ofTheYoung,
			summary: "De onze à dix-huit ans, on propose et on décide : 260 000 € pour le sport, la culture, l’école et tout ce que les adultes n’auraient pas eu l’idée de demander.\n\n" +
				"Les services étudient les projets en ce moment. Chaque classe reçoit une réponse avant le vote, avec ses raisons.",
			stages: []stage{
				{kind: project.Collect, from: -70, to: -35},
				{kind: project.Analysis, from: -35, to: 28},
				{kind: project.Vote, from: 40, to: 61, hour: 18},
				{kind: project.Result, from: 68, to: 75},
				{kind: project.Delivery, from: 75, to: open},
			},
		},
		{
			ideas: "deposit", model: project.ModelTwoVotes, slug: "budget-participatif-" + next, title: "Budget participatif " + next, rules: ofTheDeposit,
			summary: "Une idée pour votre rue, votre quartier ou toute la ville ? Le dépôt est ouvert. Un titre, un lieu, quelques phrases suffisent ; le reste se travaille ensemble.\n\n" +
				"1,6 million d’euros : 80 000 € pour chacun des douze quartiers, le reste pour toute la ville.",
			stages: []stage{
				{kind: project.Presentation, title: "Tournée des douze quartiers", from: -20, to: -12},
				{kind: project.Collect, from: -12, to: 24, hour: 20},
				{kind: project.Other, title: "Ateliers pour rapprocher les projets semblables", from: 30, to: 50},
				{kind: project.Analysis, from: 50, to: 140},
				{kind: project.Vote, from: 160, to: 181, hour: 20},
				{kind: project.Result, from: 188, to: 195},
				{kind: project.Delivery, from: 195, to: open},
			},
		},
	}
}

// at gives an hour of a day, local, so many days from another.
func at(day time.Time, days, hour int) time.Time {
	return time.Date(day.Year(), day.Month(), day.Day()+days, hour, 0, 0, 0, day.Location())
}

// category is a subject that proposals are sorted by, with its English name.
type category struct{ key, name, other string }

func categories() []category {
	return []category{
		{"cadre-de-vie", "Cadre de vie", "Living environment"}, {"climat", "Énergie et climat", "Energy and climate"},
		{"culture", "Culture et patrimoine", "Culture and heritage"}, {"ecole", "École et jeunesse", "School and youth"},
		{"mobilites", "Mobilités", "Getting around"}, {"nature", "Nature et fraîcheur", "Nature and cool places"},
		{"solidarite", "Solidarité et santé", "Solidarity and health"}, {"sport", "Sport et jeux", "Sport and play"},
	}
}

// quarter is a district: where its heart stands on the plan (see outline.go), and its share of the people.
type quarter struct {
	key, name string
	heart     point
	people    int
}

// quarters come in an order by which neighbours get different colours of a sequence of ten.
func quarters() []quarter {
	return []quarter{
		{"vieux-pont", "Vieux-Pont", point{-0.06, -0.27}, 9}, {"tannerie", "La Tannerie", point{-0.62, 0.31}, 8},
		{"halles", "Les Halles", point{-0.05, 0.30}, 7}, {"saint-evrard", "Saint-Évrard", point{0.53, 0.34}, 10},
		{"cordelles", "Les Cordelles", point{0.17, -0.72}, 6}, {"verger", "Grand-Verger", point{-0.49, -0.76}, 9},
		{"croix", "Croix-du-Loup", point{0.74, -0.78}, 5}, {"filatures", "Les Filatures", point{0.72, 0.82}, 11},
		{"hauts", "Hauts-de-Sorane", point{0.10, 0.82}, 8}, {"port", "Port-Chaland", point{-0.66, -0.26}, 7},
		{"ruche", "La Ruche", point{-0.53, 0.80}, 14}, {"moulins", "Les Trois-Moulins", point{0.60, -0.30}, 6},
	}
}
