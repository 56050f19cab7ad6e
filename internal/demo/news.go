package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/drawing"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/media"
	"github.com/parvis-civic/parvis/internal/news"
)

// text is what the city wrote, so many days before it was made.
type text struct {
	kind            news.Kind
	before          int
	french, english news.Words
	drawn           string // what its picture is drawn of; empty: it has none
	alt             media.Alt
}

// texts are two pages and three news, the oldest first. They promise nothing that the editions do not hold.
func texts() []text {
	return []text{
		{kind: news.Page, before: 40,
			french:  news.Words{Title: "Le budget participatif, en bref", Summary: "Vous proposez, les services étudient, vous votez, la ville réalise.", Body: "Chaque année, une part du budget de Pont-l’Alouette est décidée par celles et ceux qui y vivent.\n\n## Vous proposez\n\nUne idée pour votre rue, votre quartier ou toute la ville.\n\n## Les services étudient\n\nIls disent si le projet peut se faire, et ce qu’il coûte. Leur réponse est publique, avec ses raisons.\n\n## Vous votez\n\nLe règlement de chaque édition dit qui vote et comment les projets sont retenus.\n\n## La ville réalise\n\nChaque projet retenu a sa page, de l’étude jusqu’à l’inauguration."},
			english: news.Words{Title: "The participatory budget, in short", Summary: "You propose, the services study, you vote, the city builds.", Body: "Each year, those who live in Pont-l’Alouette decide on a part of its budget.\n\n## You propose\n\nAn idea for your street, your district or the whole city.\n\n## The services study\n\nThey say whether the project can be done and what it costs. Their answer is public, with its reasons.\n\n## You vote\n\nThe rules of each edition say who votes and how projects are chosen.\n\n## The city builds\n\nEach chosen project has its page, from the study to the opening."}},
		{kind: news.Page, before: 38,
			french:  news.Words{Title: "Questions fréquentes", Summary: "Qui participe, comment, et ce que deviennent les projets.", Body: "## Faut-il un compte pour lire les projets ?\n\nNon. Tout ce qui est public se lit sans compte.\n\n## Où sont les règles ?\n\nDans le règlement de chaque édition, sur sa page. C’est lui qui dit qui peut voter.\n\n## Mon projet n’est pas retenu : pourquoi ?\n\nLa raison est sur la page du projet.\n\n## Peut-on recompter les votes ?\n\nLes résultats disent comment ils ont été comptés, et les données sont publiques."},
			english: news.Words{Title: "Frequent questions", Summary: "Who takes part, how, and what becomes of the projects.", Body: "## Do I need an account to read the projects?\n\nNo. Whatever is public is read without one.\n\n## Where are the rules?\n\nIn the rules of each edition, on its page. They say who may vote.\n\n## My project was not chosen: why?\n\nThe reason is on the page of the project.\n\n## Can the votes be counted again?\n\nThe results say how they were counted, and the data are public."}},
		{kind: news.News, before: 30, drawn: "Un atelier sur la place", alt: media.Alt{i18n.FR: "Dessin d’une place où l’on se retrouve", i18n.EN: "Drawing of a square where people meet"},
			french:  news.Words{Title: "Venez écrire vos idées avec nous", Summary: "L’équipe vous reçoit à la mairie pour mettre une idée en mots.", Body: "Une idée, mais pas les mots ? L’équipe vous reçoit **au guichet de la mairie**. Venez comme vous êtes, seul ou à plusieurs."},
			english: news.Words{Title: "Come and write your ideas with us", Summary: "The team welcomes you at the town hall to put an idea into words.", Body: "An idea, but not the words? The team welcomes you **at the town hall**. Come as you are, alone or with others."}},
		{kind: news.News, before: 16, drawn: "Un jardin partagé", alt: media.Alt{i18n.FR: "Dessin d’un jardin", i18n.EN: "Drawing of a garden"},
			french:  news.Words{Title: "Suivez les chantiers pas à pas", Summary: "Chaque projet lauréat montre où en sont ses travaux.", Body: "Études, travaux, inauguration : la page de chaque projet lauréat dit où il en est. Ce qui prend du retard y est aussi, avec sa raison."},
			english: news.Words{Title: "Follow the works step by step", Summary: "Each chosen project shows how far its works are.", Body: "Studies, works, opening: the page of each chosen project says how far it is. What is late is there too, with its reason."}},
		{kind: news.News, before: 4, drawn: "Une place ombragée", alt: media.Alt{i18n.FR: "Dessin d’une place et de ses arbres", i18n.EN: "Drawing of a square and its trees"},
			french:  news.Words{Title: "Ce qui se passe en ce moment", Summary: "Dépôt, vote, travaux : l’accueil de la plateforme montre l’étape de chaque édition.", Body: "Plusieurs éditions avancent en même temps. La [page d’accueil](/) montre ce que vous pouvez faire aujourd’hui, et jusqu’à quand."},
			english: news.Words{Title: "What happens just now", Summary: "Ideas, vote, works: the home page shows the step of each edition.", Body: "Several editions go on at the same time. The [home page](/en) shows what you can do today, and until when."}},
	}
}

// stages is the document beside the first page, as a French spreadsheet opens it.
const stages = "\ufeffÉtape;Qui agit;Ce qui est public\r\nDépôt;les habitants;chaque projet\r\nÉtude;les services;chaque réponse, avec ses raisons\r\nVote;les habitants;le nombre de votants\r\nRéalisation;la ville;chaque jalon\r\n"

// publish lets the organiser publish the city's texts.
func (b *builder) publish(ctx context.Context) error {
	articles := news.NewService(b.db)
	for i, t := range texts() {
		w := news.Written{Kind: t.kind, French: t.french, English: t.english, Show: news.Now}
		if t.kind == news.News {
			w.French.Author, w.English.Author = "Le service de la participation", "The participation service"
		}
		if t.drawn != "" {
			picture := media.Drawn(drawing.Of(t.drawn, "", int64(i)))
			w.Picture, w.Alt = &picture, t.alt
		}
		at := b.city.made.Add(-time.Duration(t.before) * 24 * time.Hour)
		a, err := articles.Save(db.At(ctx, at), b.of, b.organiser, ids.ID{}, w)
		if err == nil && i == 0 { // a table to take along, before anybody has read the page
			var d news.Document
			if d, err = news.ReadDocument("etapes.csv", []byte(stages)); err == nil {
				err = articles.Attach(db.At(ctx, at), b.of, b.organiser, a.ID, "Les étapes d’une édition, en tableau", d)
			}
		}
		if err != nil {
			return fmt.Errorf("write %q: %w", t.french.Title, err)
		}
	}
	return nil
}
