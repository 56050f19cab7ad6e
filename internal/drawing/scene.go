package drawing

import (
	_ "embed"
	"hash/fnv"
	"strings"
	"unicode"

	"github.com/parvis-civic/parvis/internal/i18n"
)

// The size of a scene.
const Width, Height = 400, 240

// Style paints the classes of every drawing, by day and by night.
//
//go:embed drawing.css
var Style string

// Scene is the drawing of a proposal.
type Scene struct {
	key    string
	people int
	shapes string
}

// subject is something that is drawn.
type subject struct {
	key   string // of its sentence in the translations, after "drawing."
	draw  func(*drawing)
	begin string // how the words begin that ask for it: folded, apart by spaces, "_" for a space
}

// subjects are what is drawn. Of several that a text asks for, the first named is meant, else the first of these.
var subjects = []subject{
	{"waste", waste, "dechet recycl compost poubelle proprete waste"},
	{"bus", busStop, "bus arret navette"},
	{"tram", tram, "train voyage transit"},
	{"bicycle", bicycles, "velo cycl piste_cyclable bmx piste_de_bmx trottinette rouler scooter"},
	{"bicycle", mobility, "mobilit eco_mobilit transport deplacement road circulation"},
	{"crossing", crossing, "traverser securiser ralentir pieton trottoir pedibus voirie"},
	{"lights", lights, "lumiere eclair lampadaire etoile astronom coupole eteindre"},
	{"solar", energy, "solaire electri energ climat chauffer toit photovolt"},
	{"mural", mural, "fresque peindre repeindre mur_d_escalade legende"},
	{"stage", culture, "ecole_de_musique musique concert scene kiosque theatre festival orgue cirque champ_de_foire cinema groupes costumes fabrique_des_costumes artistes radio danse cultur patrimoine art music fete event"},
	{"library", library, "livre bibliotheque mediatheque lire boite_a_lire langue reviser lieu_calme ludotheque lecture raconter"},
	{"workshop", workshop, "atelier repar outil fabriqu bricol tiers_lieu regie prothese"},
	{"market", market, "marche_ etal legume panier"},
	{"table", table, "repas cuisine cafe cantine nourrir gouter micro_ondes frigo"},
	{"fountain", fountain, "fontaine cours_d_eau jeux_d_eau brume horloge"},
	{"river", river, "riviere sorane quai bord_de_l_eau promenade_du_bord ponton pecheur nage natation bain piscine canal canoe mettre_a_l_eau poisson bateau lavoir ruisseau mer_"},
	{"bridge", bridge, "passerelle pont"},
	{"playground", playground, "aire_de_jeux toboggan joue jouer enfant poussette jeux play recreation"},
	{"court", sport, "sport stade terrain basket rugby boxe dojo skate gymnase petanque boulodrome ping_pong tables_de_ping vestiaire gymnastique salle_de_sport city_stade loisir"},
	{"school", schoolyard, "ecole cour_ college lycee eleve casier preau ecran education jeunesse school youth"},
	{"benches", benches, "banc hamac ombre repos belvedere"},
	{"birds", birds, "nichoir martinet hirondelle oiseau chauve abeille ruche herisson mouton poulailler animaux biodivers"},
	{"garden", garden, "potager jardin plantes haie friche vegetal"},
	{"trees", nature, "arbre foret bois platane planter fruitier sentier parc_ nature vert environ ecolog green mare_"},
	{"people", gathering, "solidar social sante health welfare aine citoyen citizen numerique accueil formation"},
	{"square", square, "place esplanade"},
	{"street", streets, "cadre_de_vie espace_public public_space urban ville amenagement securite logement"},
}

// others are drawn when nothing is known of a proposal.
var others = []subject{{"square", square, ""}, {"street", streets, ""}, {"people", gathering, ""}}

// Of draws a proposal: what its title is about, else its category, chooses the subject, its title and number everything
// else. The same proposal is always drawn the same.
func Of(title, category string, number int64) Scene {
	seed := fnv.New64a()
	_, _ = seed.Write([]byte(title)) // never fails
	d := &drawing{seed: seed.Sum64() + uint64(number)*0x9e3779b9}
	of := others[d.upTo(len(others))]
	for _, text := range []string{category, title} {
		if asked, ok := subjectOf(text); ok {
			of = asked
		}
	}
	d.scene = of.key
	if of.key == "lights" {
		d.night()
	} else {
		d.rect(d.pick("a-sand", "a-sky", "a-rose", "a-mint"), 0, 0, Width, Height, 0)
		d.circle(d.pick("a-sun", "a-sun", "a-wall"), d.between(50, 350), d.between(42, 84), d.between(20, 34))
	}
	of.draw(d)
	return Scene{d.scene, d.people, d.b.String()}
}

func subjectOf(text string) (of subject, ok bool) {
	words := " " + strings.Join(strings.FieldsFunc(i18n.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) }), " ") + " "
	first := len(words)
	for _, s := range subjects {
		for begin := range strings.FieldsSeq(s.begin) {
			if at := strings.Index(words, " "+strings.ReplaceAll(begin, "_", " ")); at >= 0 && at < first {
				of, ok, first = s, true, at
			}
		}
	}
	return of, ok
}

// Shapes is the drawing without its frame: the inside of an SVG of Width × Height in a page that has the Style.
func (s Scene) Shapes() string { return s.shapes }

// SVG is the drawing as a file of its own. It follows the reader's light or dark like a page.
func (s Scene) SVG() []byte {
	return []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 240" width="400" height="240"><style>:root{color-scheme:light dark}` + Style + `</style>` + s.shapes + `</svg>`)
}

// Alt says what is drawn.
func (s Scene) Alt(lang i18n.Lang) string {
	l := i18n.For(lang, nil)
	words := l.T("drawing." + s.key)
	if s.people > 0 {
		words += " " + l.T("drawing.with", "Count", s.people)
	}
	return words
}
