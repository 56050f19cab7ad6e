package access

// Action is something that a person wants to do or see. The zero value is no action: nobody may.
type Action int

// What is seen.
const (
	Visit       Action = iota + 1 // pages that are about nothing that can be hidden
	SeeProject                    // a participatory project and its steps
	SeeProposal                   // one proposal's text
	SeeVoters                     // how many people voted in a step
	SeeCounts                     // votes and points per proposal; also sorting and filtering by them
	SeeResult                     // winners and reasons
	SeeBallots                    // every ballot whole, without a name, for a recount
	SeeSecrets                    // age, sex and method of imported ballots
	SeeAnswers                    // what somebody answered in a deposit for the services alone
	SeeArticle                    // a page or a news item of the city

	SeeComments  // what people say of a proposal
	SeeQuestions // what the author of a proposal and the services write to each other in private
)

// What residents do.
const (
	SignIn           Action = iota + 100 // begin and end a session, prove an address
	Manage                               // one's own account: profile, password, sessions, data
	Deposit                              // draft and publish a proposal
	EditProposal                         // change what was published, with its history
	WithdrawProposal                     // take it back
	Vote                                 // keep a selection, before and without an account
	Cast                                 // cast, change or withdraw one's ballot
	Follow                               // be told of news

	Comment         // say something of a proposal, or answer who did
	EditComment     // change it, within a short time
	WithdrawComment // take it back
	AskServices     // the author of a proposal, of those who study it
)

// What the city's people do.
const (
	Organise      Action = iota + 200 // make, fill and publish editions; news and pages
	SetVoteRules                      // ballot and count rules: never once the vote is open
	Assist                            // find a person, resend a code, correct an address, deposit for somebody
	CancelBallot                      // without seeing it
	CorrectProved                     // change an address that somebody has proved: it opens everything that is theirs
	AnswerRequest                     // requests of erasure and of export
	GiveRoles                         // invite people and give them roles
	SetPlatform                       // name, colours, mail server, second factor
	SeeMails                          // what was sent, what bounced
	ManageImport                      // import, back up, restore

	AskAuthor    // of a proposal, as one of those who study it
	WriteAuthors // to many of them at once
	SeeAudit     // what agents did

	Deliver // tell how far the works of a winner are
)

// What becomes of what people wrote.
const (
	Report      Action = iota + 300 // say that something goes against the charter
	Moderate                        // read the queue, decide, keep somebody away for a while
	Contest                         // a decision about one's own contribution
	KeepDomains                     // the list of mail domains that are thrown away
)

// What the services do.
const (
	Analyse     Action = iota + 400 // give opinions on what was sent to one's service, pass it on
	SeeAnalysis                     // what the services say of a proposal, their notes and files
	Assign                          // rounds, and which service studies what
	SetServices                     // services, their members, the form of evaluation
)

// What the city decides, and what authors answer. Of a decision the phase is Future until its author is told, Open while only
// they are, and Closed once it is public; of an appeal it is that of the days in which one may appeal.
const (
	SeeDecision  Action = iota + 1500
	Appeal              // ask that a decision on one's own proposal be looked at again
	AnswerAuthor        // pass it on, keep it, agree that it becomes one with others
	SeeBoard            // how far the analysis is, and what is proposed
	Assess              // write the assessment, ask authors whether proposals become one
	Decide              // sign decisions and date them
	AnswerAppeal        // never by who decided: Own says that it was them
	SeeDashboard        // the progress, in public figures alone
)

// decides says whether a role prepares decisions or takes them.
func decides(r Role) bool { return r == Supervisor || r == DecisionMaker }

// The announcement of results.
const (
	Proclaim           Action = iota + 260 // announce the result of a vote, and prepare it
	RecordDeliberation                     // write what the council made of it
	SeePress                               // the page for journalists
)

// rule says whether one role may, at a moment.
type rule func(r Role, m Moment) bool

// manages are the roles that see an edition before everybody does.
func manages(r Role) bool { return r == Organiser || r == Administrator }

// reads says whether a role studies proposals, or answers for them. An elected official and the desk of the town hall do not.
func reads(r Role) bool {
	return r == Analyst || r == Supervisor || r == DecisionMaker || r == Moderator || manages(r)
}

// studies says whether a role reads what concerns a proposal that is studied: a guest only what was sent to them.
func studies(r Role, m Moment) bool { return reads(r) || r == Partner && m.Sent }

func everyone(Role, Moment) bool         { return true }
func organisers(r Role, _ Moment) bool   { return manages(r) }
func admins(r Role, _ Moment) bool       { return r == Administrator }
func signedIn(r Role, _ Moment) bool     { return r >= Resident }
func ofProject(r Role, m Moment) bool    { return m.Published || manages(r) }
func whileOpen(_ Role, m Moment) bool    { return m.Published && m.Phase == Open && !m.Proclaimed }
func ownWhileOpen(r Role, m Moment) bool { return m.Own && whileOpen(r, m) }

// over says whether the vote of a public edition is.
func over(m Moment) bool { return m.Published && m.Phase == Closed }

// writes are the roles that write to authors in the name of the city.
func writes(r Role, _ Moment) bool { return r == Supervisor || manages(r) }

// table is who may do or see what, and when.
var table = map[Action]rule{
	Visit:      everyone,
	SeeProject: ofProject,
	SeeVoters:  ofProject,
	SeeArticle: ofProject,
	SeeProposal: func(r Role, m Moment) bool {
		if m.Own || m.Draft {
			return m.Own // a draft is its author's alone
		}
		return ofProject(r, m) && (!m.Blanked || manages(r))
	},
	// Nobody sees running totals that the rulebook hides, not even who runs the platform. Once the vote is over whoever
	// announces the result reads them first.
	SeeCounts: func(r Role, m Moment) bool {
		return ofProject(r, m) && (m.PublicData || m.CountsLive || m.Phase == Closed && (m.Proclaimed || manages(r)))
	},
	SeeResult: func(r Role, m Moment) bool {
		over := m.Phase == Closed || m.PublicData
		return over && (m.Published && m.Proclaimed || manages(r))
	},
	// Whole ballots come out with the result, and only where there are so many that none points at somebody.
	SeeBallots: func(_ Role, m Moment) bool {
		return m.Published && (m.PublicData || m.Phase == Closed && m.Proclaimed && m.Crowd)
	},
	SeeSecrets: func(Role, Moment) bool { return false },
	SeeAnswers: func(r Role, m Moment) bool {
		if m.Own || m.Draft {
			return m.Own
		}
		return m.Published && studies(r, m) && (!m.Blanked || manages(r))
	},

	SignIn:           everyone,
	Manage:           signedIn,
	Deposit:          whileOpen,
	EditProposal:     ownWhileOpen,
	WithdrawProposal: ownWhileOpen,
	Vote:             whileOpen,
	Cast:             func(r Role, m Moment) bool { return r >= Resident && whileOpen(r, m) },
	Follow:           signedIn,

	// What was said of a proposal stays as long as it can be read itself.
	SeeComments: func(r Role, m Moment) bool { return m.Published && !m.Draft && (!m.Blanked || manages(r)) },
	// Anyone may type; who posts has proved an address, which the service asks for. Blanked: of the proposal.
	Comment:         func(r Role, m Moment) bool { return whileOpen(r, m) && !m.Draft && !m.Blanked },
	EditComment:     func(r Role, m Moment) bool { return r >= Resident && ownWhileOpen(r, m) && !m.Blanked },
	WithdrawComment: func(r Role, m Moment) bool { return r >= Resident && m.Own && m.Published },
	// Own is said of who wrote the proposal: they read their questions whatever became of it.
	SeeQuestions: func(r Role, m Moment) bool { return r >= Resident && m.Published && (m.Own || studies(r, m)) },
	AskServices:  func(r Role, m Moment) bool { return r >= Resident && m.Published && m.Own && !m.Draft },
	AskAuthor:    func(r Role, m Moment) bool { return studies(r, m) && m.Published && !m.Own && !m.Draft },
	WriteAuthors: writes,
	SeeAudit:     organisers,
	Analyse: func(r Role, m Moment) bool {
		return (r == Analyst || r == Partner) && m.Published && m.Sent && !m.Voted
	},
	SeeAnalysis: func(r Role, m Moment) bool {
		studies := r == Analyst || r == Supervisor || r == DecisionMaker || manages(r)
		return m.Published && (studies || r == Partner && m.Sent)
	},
	Assign:      func(r Role, m Moment) bool { return (r == Supervisor || manages(r)) && !m.Voted },
	SetServices: organisers,

	Organise:     organisers,
	SetVoteRules: func(r Role, m Moment) bool { return manages(r) && !m.Voted },
	Assist:       func(r Role, _ Moment) bool { return r == PollingAgent || manages(r) },
	CancelBallot: func(r Role, m Moment) bool {
		return (r == PollingAgent || manages(r)) && m.Phase == Open && !m.Proclaimed
	},
	CorrectProved: organisers,
	AnswerRequest: organisers,
	GiveRoles:     admins,
	SetPlatform:   admins,
	SeeMails:      admins,
	ManageImport:  admins,

	Report:      everyone,
	Moderate:    func(r Role, _ Moment) bool { return r == Moderator || r == Administrator },
	Contest:     func(r Role, m Moment) bool { return r >= Resident && m.Own },
	KeepDomains: func(r Role, _ Moment) bool { return r == Moderator || manages(r) },

	SeeDecision: func(_ Role, m Moment) bool {
		return m.Published && (m.Phase == Closed || m.Own && m.Phase == Open)
	},
	Appeal:       func(r Role, m Moment) bool { return signedIn(r, m) && ownWhileOpen(r, m) },
	AnswerAuthor: func(r Role, m Moment) bool { return r >= Resident && m.Own && m.Published },
	SeeBoard:     func(r Role, _ Moment) bool { return decides(r) || manages(r) },
	Assess:       func(r Role, _ Moment) bool { return decides(r) },
	Decide:       func(r Role, _ Moment) bool { return r == DecisionMaker },
	AnswerAppeal: func(r Role, m Moment) bool { return decides(r) && !m.Own },
	SeeDashboard: func(r Role, _ Moment) bool { return r == Elected || decides(r) || manages(r) },

	Proclaim:           func(r Role, m Moment) bool { return manages(r) && over(m) && !m.Proclaimed },
	RecordDeliberation: func(r Role, m Moment) bool { return manages(r) && over(m) && m.Proclaimed },
	SeePress:           func(r Role, m Moment) bool { return over(m) && m.Proclaimed && (!m.Withheld || manages(r)) },

	// A role and a service, never a person: who leaves takes nothing along.
	Deliver: func(r Role, m Moment) bool { return manages(r) || m.Charge && (r == DeliveryAgent || r == Analyst) },
}
