package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/parvis-civic/parvis/internal/access"
	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/decision"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/project"
)

// deciders are the players of what the city answers.
func deciders() []Player {
	return []Player{
		{Key: "supervisor", Name: "Hélène P.", Roles: []access.Role{access.Supervisor}},
		{Key: "decider", Name: "Karim D.", Roles: []access.Role{access.DecisionMaker}},
		{Key: "second", Name: "Josiane L.", Roles: []access.Role{access.DecisionMaker}},
		{Key: "elected", Name: "Benoît A.", Roles: []access.Role{access.Elected}},
		{Key: "refused", Name: "Maëlle T."},
	}
}

// playedBy are proposals of the edition under analysis that players made, by their title.
var playedBy = map[string]string{
	"Protections périodiques gratuites dans tous les collèges": "refused",
	"Trois ponts à sauter, enfin autorisés":                    "refused",
	"Un banc de l’amitié dans chaque cour":                     "resident",
	"Des élèves médiateurs dans la cour":                       "author",
}

// written is an answer to the proposal of a title.
type written struct {
	title string
	decision.Assessment
	service string // whom to ask
}

// days after today on which the waves of the edition under analysis come out.
const (
	firstWave = -6
	nextWave  = 5
)

// firstAnswers come out in the first wave: refusals with their reasons, and one of each of what else can be said.
func (b *builder) firstAnswers() []written {
	refused := func(title, service, article, why, way string) written {
		return written{title, decision.Assessment{Outcome: decision.Refused, Article: article, Explanation: why, Possible: way, Ready: true}, service}
	}
	vote := func(title string, euros int64, why string) written {
		cents := 100 * euros
		return written{title, decision.Assessment{Outcome: decision.ToVote, Cost: &cents, Explanation: why, Ready: true}, ""}
	}
	other := func(title, service string, outcome decision.Outcome, why string) written {
		return written{title, decision.Assessment{Outcome: outcome, Explanation: why, Ready: true}, service}
	}
	rework := other("Une fresque sur le mur le plus gris", "Voirie", decision.Rework, "Le mur que vous avez choisi est celui d’un monument protégé : on ne peut pas le peindre.")
	rework.Possible, rework.Deadline = "Choisissez un autre mur gris. Le service en a repéré trois dans le quartier, qui appartiennent à la ville.", at(b.city.day, 14, 0)
	kept := other("Une piste de BMX dans la carrière", "Espaces verts", decision.Kept, "La carrière est occupée par un chantier jusqu’à la fin de l’année prochaine : rien ne peut y être construit avant.")
	kept.Possible = "À la prochaine édition, le terrain sera libre. Vous serez prévenu à l’ouverture du dépôt."
	return []written{
		refused("Protections périodiques gratuites dans tous les collèges", "Éducation et jeunesse", "deposit_what",
			"Remplir les distributeurs demande une personne chaque semaine et un achat chaque mois. C’est une dépense de fonctionnement, que ce budget ne paie pas. Nous l’avons vérifié avec les sept collèges.",
			"Les distributeurs seuls, posés et payés une fois, iraient au vote si le département s’engage à les remplir. Nous vous aidons à lui écrire."),
		refused("La nuit de l’orientation", "Éducation et jeunesse", "deposit_what",
			"Une soirée chaque année est une dépense de fonctionnement : le règlement ne la permet pas. La salle, elle, existe déjà et reste libre ce soir-là.",
			"Cent tables pliantes et une sonorisation, achetées une fois, serviraient à cette soirée et à beaucoup d’autres. Déposez-les sous cette forme."),
		refused("Trois ponts à sauter, enfin autorisés", "Espaces verts", "added-2",
			"Sous les trois ponts, l’eau n’a pas deux mètres en été. Le service y a mesuré le fond en juin : un saut y est dangereux, et la ville en serait responsable.",
			"Un ponton pour nager, là où l’eau est profonde et surveillée, tiendrait dans le budget. Le service vous montre le lieu."),
		refused("Un voyage en train pour chaque classe de quatrième", "Éducation et jeunesse", "deposit_what",
			"Des billets de train se paient à nouveau chaque année : c’est une dépense de fonctionnement, et ce budget ne paie que des investissements.",
			"Le service des écoles a une aide pour les sorties. Votre classe peut la demander avant les vacances."),
		other("Un vrai éclairage pour le terrain de rugby", "Espaces verts", decision.Planned, "L’éclairage du terrain est remplacé cet été, sur le budget des sports. Les plans sont affichés au club."),
		other("Un bus de nuit le samedi", "Transports", decision.Passed, "Les bus sont l’affaire de la métropole, qui décide des lignes chaque automne. Nous lui avons envoyé votre projet et les avis reçus."),
		kept, rework,
		vote("Des micro-ondes dans les lycées", 9_000, ""),
		vote("Un studio pour faire de la radio", 27_500, "Les murs demandent une vraie isolation, que le service a chiffrée avec deux entreprises."),
		vote("Un city-stade qui accepte aussi la danse", 78_000, ""),
	}
}

// toVote puts what was proposed in an edition whose vote has begun to it, in a wave two days before.
func (b *builder) toVote(ctx context.Context, e *edition) error {
	vote := project.VoteStep(e.calendar)
	if project.PhaseOf(e.calendar, vote, b.city.made) == project.Future {
		return nil
	}
	var list []written
	for _, d := range e.deposits {
		list = append(list, written{title: d.title, Assessment: decision.Assessment{Outcome: decision.ToVote, Cost: &d.cost, Ready: true}})
	}
	out := e.calendar[vote].StartsAt.Add(-48 * time.Hour)
	if err := b.sign(ctx, e, "Liste soumise au vote", out.Add(-72*time.Hour), out, list); err != nil {
		return err
	}
	return decision.NewService(b.db).Publish(db.At(ctx, out), b.of, e.slug)
}

// sign assesses, and signs for a wave, as the supervisor and the decision-maker do. What names a service that there is not is left.
func (b *builder) sign(ctx context.Context, e *edition, title string, then, out time.Time, list []written) error {
	ctx = db.At(ctx, then)
	s := decision.NewService(b.db)
	w, err := s.SetWave(ctx, b.of, b.players["decider"], e.slug, decision.Wave{Title: title, PublishAt: out, AppealDays: decision.AppealDays})
	if err != nil {
		return err
	}
	var numbers []int
	// Kept together: saving them one by one would be a second of waiting. Signing checks each all the same.
	if err := b.db.Write(ctx, func(ctx context.Context, tx db.Tx) error {
		all, err := b.assessments(ctx, tx, e, list, then)
		if err != nil {
			return err
		}
		numbers = numbers[:0]
		for _, a := range all {
			numbers = append(numbers, a.number)
		}
		return b.keep(ctx, tx, all)
	}); err != nil {
		return err
	}
	_, err = s.Sign(ctx, b.of, b.players["decider"], e.slug, numbers, w.ID)
	return err
}

// assessed is an assessment with the number of its proposal.
type assessed struct {
	number int
	decision.Assessment
}

func (b *builder) keep(ctx context.Context, tx db.Tx, list []assessed) error {
	all := make([]decision.Assessment, len(list))
	for i, a := range list {
		all[i] = a.Assessment
	}
	return decision.KeepAssessments(ctx, tx, b.of.Key, all)
}

func (b *builder) assessments(ctx context.Context, tx db.Tx, e *edition, list []written, then time.Time) ([]assessed, error) {
	services, err := project.CityServices(ctx, tx, b.of.Key)
	if err != nil {
		return nil, err
	}
	by := map[string]ids.ID{}
	for _, v := range services {
		by[v.Name] = v.ID
	}
	var all []assessed
	for _, one := range list {
		d, ok := e.titled(one.title)
		a := one.Assessment
		a.Service = by[one.service]
		if !ok || a.Service.IsZero() && (a.Outcome == decision.Planned || a.Outcome == decision.Passed) {
			continue
		}
		a.Proposal, a.Project, a.Version, a.SavedBy, a.SavedAt = d.proposal.ID, d.proposal.Project, 1, b.players["supervisor"].ID, then
		all = append(all, assessed{d.proposal.Number, a})
	}
	return all, nil
}

func (e *edition) titled(title string) (deposited, bool) {
	at := slices.IndexFunc(e.deposits, func(d deposited) bool { return d.title == title })
	if at < 0 {
		return deposited{}, false
	}
	return e.deposits[at], true
}

// answer plays what the city answers in the edition under analysis: a wave that is out, one to come, appeals, proposals that became
// one, and what waits to be signed.
func (b *builder) answer(ctx context.Context) error {
	for i := range b.city.editions {
		e := &b.city.editions[i]
		for n, s := range e.calendar {
			if s.Kind == project.Analysis && project.PhaseOf(e.calendar, n, b.city.made) == project.Open {
				if err := b.answers(ctx, e); err != nil {
					return fmt.Errorf("answer the edition %s: %w", e.slug, err)
				}
			}
		}
	}
	return nil
}

func (b *builder) answers(ctx context.Context, e *edition) error {
	s := decision.NewService(b.db)
	if err := b.merges(ctx, s, e); err != nil {
		return err
	}
	first := at(b.city.day, firstWave, 10)
	if err := b.sign(ctx, e, "Première vague", at(b.city.day, firstWave-3, 15), first, b.firstAnswers()); err != nil {
		return err
	}
	if err := s.Publish(db.At(ctx, first), b.of, e.slug); err != nil {
		return err
	}
	if err := b.appeals(ctx, s, e, first); err != nil {
		return err
	}
	var coming []written
	for _, title := range []string{"Des casiers pour tout le monde", "Un lieu calme pour réviser le soir", "Une mare pédagogique aux Trois-Moulins", "Un potager tenu par le club de rugby"} {
		if d, ok := e.titled(title); ok {
			coming = append(coming, written{title: title, Assessment: decision.Assessment{Outcome: decision.ToVote, Cost: &d.cost, Ready: true}})
		}
	}
	if err := b.sign(ctx, e, "Deuxième vague", at(b.city.day, -1, 15), at(b.city.day, nextWave, 10), coming); err != nil {
		return err
	}
	then := at(b.city.day, -1, 17)
	return b.write(ctx, then, func(ctx context.Context, tx db.Tx) error { // to be signed, and begun
		var list []written
		for i, title := range []string{"Un jardin sur le toit du collège des Cordelles", "Des toilettes où l’on ose aller"} {
			if d, ok := e.titled(title); ok {
				list = append(list, written{title: title, Assessment: decision.Assessment{Outcome: decision.ToVote, Cost: &d.cost, Ready: i == 0}})
			}
		}
		all, err := b.assessments(ctx, tx, e, list, then)
		if err != nil {
			return err
		}
		return b.keep(ctx, tx, all)
	})
}

// merges lets two authors agree that their proposals become one.
func (b *builder) merges(ctx context.Context, s *decision.Service, e *edition) error {
	common, ok := e.titled("Un banc de l’amitié dans chaque cour")
	other, too := e.titled("Des élèves médiateurs dans la cour")
	if !ok || !too {
		return nil
	}
	if err := s.AskMerge(db.At(ctx, at(b.city.day, -20, 10)), b.of, b.players["supervisor"], e.slug, common.proposal.Number, []int{other.proposal.Number},
		"Le banc et les médiateurs parlent de la même chose : que personne ne reste seul dans la cour. Ensemble, ils se complètent.", at(b.city.day, -12, 0)); err != nil {
		return err
	}
	for i, d := range []deposited{common, other} {
		who := b.players[playedBy[d.title]]
		if err := s.AnswerMerge(db.At(ctx, at(b.city.day, -18+i, 19)), b.of, who, e.slug, d.proposal.Number, true); err != nil {
			return err
		}
	}
	return nil
}

// appeals lets an author appeal twice: one has its answer, one waits.
func (b *builder) appeals(ctx context.Context, s *decision.Service, e *edition, first time.Time) error {
	who := b.players["refused"]
	if d, ok := e.titled("Protections périodiques gratuites dans tous les collèges"); ok {
		if _, err := s.Appeal(db.At(ctx, first.Add(29*time.Hour)), b.of, who, e.slug, d.proposal.Number,
			"Le département nous a répondu ce matin : il est d’accord pour remplir les distributeurs pendant cinq ans, nous joignons sa lettre."); err != nil {
			return err
		}
	}
	d, ok := e.titled("Trois ponts à sauter, enfin autorisés")
	if !ok {
		return nil
	}
	a, err := s.Appeal(db.At(ctx, first.Add(31*time.Hour)), b.of, who, e.slug, d.proposal.Number, "Au pont de la Tannerie, des panneaux disent trois mètres d’eau. Nous demandons que l’on mesure encore, au moins là.")
	if err != nil {
		return err
	}
	return s.AnswerAppeal(db.At(ctx, at(b.city.day, -2, 16)), b.of, b.players["second"], e.slug, a.ID, decision.Answer{Result: decision.Confirmed,
		Text: "Le service est retourné mesurer au pont de la Tannerie : trois mètres en hiver, un mètre soixante en août. La décision reste. Le ponton peut être déposé à la prochaine édition."})
}
