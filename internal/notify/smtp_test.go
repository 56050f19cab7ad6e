package notify_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"github.com/parvis-civic/parvis/internal/db"
	"github.com/parvis-civic/parvis/internal/db/dbtest"
	"github.com/parvis-civic/parvis/internal/i18n"
	"github.com/parvis-civic/parvis/internal/ids"
	"github.com/parvis-civic/parvis/internal/jobs"
	"github.com/parvis-civic/parvis/internal/notify"
	"github.com/parvis-civic/parvis/internal/platform"
)

// server is a real mail server that keeps what it takes, refuses some addresses, and can be made to hang up.
type server struct {
	mu     sync.Mutex
	took   []string
	hangUp string // the word of the client after which the connection breaks; empty: none
	port   int
}

func (s *server) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{s}, nil }

type session struct{ s *server }

func (session) Mail(string, *smtp.MailOptions) error { return nil }
func (session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "gone@"):
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	case strings.HasPrefix(to, "later@"):
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 2, 0}, Message: "greylisted"}
	}
	return nil
}
func (n session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	n.s.mu.Lock()
	defer n.s.mu.Unlock()
	n.s.took = append(n.s.took, string(b))
	return nil
}
func (session) Reset()        {}
func (session) Logout() error { return nil }

// breaking is a connection that the server drops when the client says a word.
type breaking struct {
	net.Conn
	s *server
}

func (b breaking) Read(p []byte) (int, error) {
	n, err := b.Conn.Read(p)
	b.s.mu.Lock()
	word := b.s.hangUp
	b.s.mu.Unlock()
	if word != "" && bytes.Contains(p[:n], []byte(word)) {
		_ = b.Close()
		return 0, errors.New("the server died")
	}
	return n, err
}

type breakingListener struct {
	net.Listener
	s *server
}

func (l breakingListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.s.mu.Lock()
	defer l.s.mu.Unlock()
	if l.s.hangUp == "connect" {
		_ = c.Close()
	}
	return breaking{c, l.s}, nil
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	srv := smtp.NewServer(s)
	srv.Domain, srv.AllowInsecureAuth = "localhost", true
	srv.ErrorLog = quietLog{}
	go func() { _ = srv.Serve(breakingListener{l, s}) }()
	t.Cleanup(func() { _ = srv.Close() })
	return s
}

type quietLog struct{}

func (quietLog) Printf(string, ...any) {}
func (quietLog) Println(...any)        {}

func (s *server) messages(t *testing.T) (list []*mail.Message) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, raw := range s.took {
		m, err := mail.ReadMessage(strings.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	return list
}

func (s *server) transport() notify.SMTP {
	return notify.SMTP{Host: "127.0.0.1", Port: s.port, Security: notify.Plain, From: "participer@ville.example"}
}

// city makes a platform and gives a way to queue e-mails on it and a runner that sends them.
func city(t *testing.T, d *db.DB, transport notify.Transport) (queue func(...notify.Mail), turn func()) {
	t.Helper()
	if _, err := platform.NewService(d).Create(t.Context(), platform.New{Slug: "ville", Name: "Ville", Address: "https://ville.example", Accent: "#3b4f93"}); err != nil {
		t.Fatal(err)
	}
	post := notify.NewPost(d, transport, "http://localhost:8080")
	r := jobs.NewRunner(d, slog.New(slog.DiscardHandler), map[string]jobs.Handler{notify.Job: post.Handle})
	queue = func(mails ...notify.Mail) {
		t.Helper()
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			for _, m := range mails {
				if err := notify.Queue(ctx, tx, 1, m); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, `UPDATE jobs SET run_at = 0 WHERE platform = 1`) // lists are not waited for
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return queue, func() {
		t.Helper()
		if _, err := r.Turn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

var code = notify.Mail{To: "ana@exemple.fr", Name: "Ana", Lang: i18n.FR, Kind: "code", Args: map[string]any{"Code": "123\u202f456", "Minutes": 15}}

// retry lets what failed run again at once.
func retry(t *testing.T, d *db.DB) {
	t.Helper()
	if err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error { return jobs.Retry(ctx, tx, 1, notify.Job, ids.ID{}) }); err != nil {
		t.Fatal(err)
	}
}

func TestAMailIsSentOnceWhereverTheServerDies(t *testing.T) {
	for _, stage := range []string{"connect", "EHLO", "MAIL", "RCPT", "DATA", "ville.example>\r\n", "\r\n.\r\n"} {
		t.Run(strings.TrimSpace(stage), func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				s := serve(t)
				queue, turn := city(t, d, s.transport())
				s.hangUp = stage
				queue(code)
				turn()
				if n := len(s.messages(t)); n != 0 {
					t.Fatalf("%d e-mails arrived although the server died", n)
				}
				s.mu.Lock()
				s.hangUp = ""
				s.mu.Unlock()
				retry(t, d)
				turn()
				turn()
				if n := len(s.messages(t)); n != 1 {
					t.Errorf("%d e-mails arrived, want 1", n)
				}
			})
		})
	}
}

// forgetful is a transport whose process dies after the server's answer, before it is written down.
type forgetful struct {
	notify.SMTP
	times *int
}

func (f forgetful) Send(ctx context.Context, e notify.Envelope) error {
	if err := f.SMTP.Send(ctx, e); err != nil {
		return err
	}
	if *f.times++; *f.times == 1 {
		panic("the process dies here")
	}
	return nil
}

func TestWhatIsSentTwiceHasTheSameMessageID(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t)
		times := 0
		queue, turn := city(t, d, forgetful{s.transport(), &times})
		queue(code)
		turn()
		retry(t, d)
		turn()
		turn()
		list := s.messages(t)
		if len(list) != 2 || list[0].Header.Get("Message-ID") == "" || list[0].Header.Get("Message-ID") != list[1].Header.Get("Message-ID") {
			t.Errorf("%d e-mails, %v", len(list), list)
		}
	})
}

func TestAMailSaysWhatItOwes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t)
		queue, turn := city(t, d, s.transport())
		evil := code
		evil.Name = "Ana\r\nBcc: victim@exemple.fr"
		queue(evil)
		turn()
		list := s.messages(t)
		if len(list) != 1 {
			t.Fatalf("%d e-mails", len(list))
		}
		h := list[0].Header
		from, err := h.AddressList("From")
		if err != nil || from[0].Name != "Ville" || from[0].Address != "participer@ville.example" {
			t.Errorf("from %v: %v", from, err)
		}
		if h.Get("Bcc") != "" || h.Get("Auto-Submitted") == "" || h.Get("List-Unsubscribe") != "" || !strings.HasSuffix(h.Get("Message-Id"), "@ville.example>") {
			t.Errorf("headers %v", h)
		}
		body, err := io.ReadAll(list[0].Body)
		if err != nil || !strings.Contains(string(body), "text/plain") || !strings.Contains(string(body), "text/html") {
			t.Errorf("the body is %s: %v", body, err)
		}
		if subject := h.Get("Subject"); !strings.Contains(subject, "123") {
			t.Errorf("subject %q", subject)
		}
	})
}

func TestWhatIsNotEssentialCanBeLeftWithOneClickAndComesTogether(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t)
		queue, turn := city(t, d, s.transport())
		news := notify.Mail{To: "ana@exemple.fr", Lang: i18n.EN, Kind: "password", Path: "/mon-espace", List: "suivi", Person: ids.Random()}
		queue(news, news, news)
		turn()
		list := s.messages(t)
		if len(list) != 1 {
			t.Fatalf("three pieces of news came as %d e-mails", len(list))
		}
		leave := list[0].Header.Get("List-Unsubscribe")
		if !strings.HasPrefix(leave, "<https://ville.example/desabonnement?jeton=") || list[0].Header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" ||
			list[0].Header.Get("Subject") != "3 pieces of news from Ville" {
			t.Fatalf("headers %v", list[0].Header)
		}
		_, token, _ := strings.Cut(strings.Trim(leave, "<>"), "jeton=")
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			if _, _, err := notify.ReadToken(ctx, tx, 2, token); err == nil {
				t.Error("the token opens another platform")
			}
			if _, _, err := notify.ReadToken(ctx, tx, 1, strings.Replace(token, "suivi", "votes", 1)); err == nil {
				t.Error("a token that was changed is taken")
			}
			person, name, err := notify.ReadToken(ctx, tx, 1, token)
			if err != nil || person != news.Person || name != "suivi" {
				t.Errorf("the token is of %v, %q: %v", person, name, err)
			}
			return notify.Leave(ctx, tx, 1, person, name)
		})
		if err != nil {
			t.Fatal(err)
		}
		queue(news, code)
		turn()
		turn()
		if list := s.messages(t); len(list) != 2 || !strings.Contains(list[1].Header.Get("Subject"), "code") {
			t.Errorf("after leaving the list: %d e-mails", len(list))
		}
	})
}

func TestTwoCodesForOneAddressBothGo(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t)
		queue, turn := city(t, d, s.transport())
		other := code
		other.Args = map[string]any{"Code": "654\u202f321", "Minutes": 15}
		queue(code, other) // one of them is a stranger's, who asked for it a moment later
		turn()
		if list := s.messages(t); len(list) != 2 {
			t.Errorf("%d e-mails went", len(list))
		}
	})
}

func TestAnAddressThatDoesNotExistIsKeptAndHeldBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t)
		queue, turn := city(t, d, s.transport())
		gone, later := code, code
		gone.To, later.To = "gone@exemple.fr", "later@exemple.fr"
		queue(gone, later)
		turn()
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			waiting, err := jobs.Waiting(ctx, tx, 1, notify.Job, 10)
			if err != nil {
				return err
			}
			bounces, err := notify.Bounces(ctx, tx, 1, 10)
			log, err2 := notify.Log(ctx, tx, 1, 10)
			if len(waiting) != 2 || waiting[0].Parked == waiting[1].Parked || len(bounces) != 1 || bounces[0].Email != "gone@exemple.fr" || len(log) != 1 || log[0].Refused == "" {
				t.Errorf("waiting %+v, bounces %+v, log %+v", waiting, bounces, log)
			}
			return errors.Join(err, err2)
		})
		if err != nil {
			t.Fatal(err)
		}
		news := notify.Mail{To: "gone@exemple.fr", Lang: i18n.FR, Kind: "password", List: "suivi", Person: ids.Random()}
		queue(news)
		turn()
		if n := len(s.messages(t)); n != 0 {
			t.Errorf("%d e-mails went to somebody", n)
		}
	})
}

func TestTheDemonstrationKeepsWhatItWouldSend(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		queue, turn := city(t, d, nil)
		queue(code)
		turn()
		err := d.Read(t.Context(), func(ctx context.Context, tx db.Tx) error {
			box, err := notify.Mailbox(ctx, tx, 1, 10)
			if len(box) != 1 || box[0].Recipient != code.To || !strings.Contains(box[0].Subject, "123") {
				t.Errorf("the mailbox has %+v", box)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestNothingIsQueuedForSomebodyWithoutAnAddress(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		var waiting int
		err := d.Write(t.Context(), func(ctx context.Context, tx db.Tx) error {
			nobody := notify.Mail{Kind: "vote_cast"}
			if err := notify.Queue(ctx, tx, 1, nobody); err != nil {
				return err
			}
			if err := notify.QueueAll(ctx, tx, 1, []notify.Mail{nobody, {To: "ana@exemple.fr", Kind: "vote_cast"}, nobody}); err != nil {
				return err
			}
			return tx.QueryRow(ctx, `SELECT COUNT(*) FROM jobs`).Scan(&waiting)
		})
		if err != nil || waiting != 1 {
			t.Errorf("%d e-mails wait: %v", waiting, err)
		}
	})
}

func TestMailsOfAPlatformAreItsOwn(t *testing.T) {
	person := ids.Random()
	dbtest.Tenancy{
		Filled: []string{"Queue", "QueueAll", "Leave"},
		Fill: func(ctx context.Context, tx db.Tx, of int64) error {
			if err := notify.QueueAll(ctx, tx, of, []notify.Mail{code}); err != nil {
				return err
			}
			if err := notify.Leave(ctx, tx, of, person, "suivi"); err != nil {
				return err
			}
			for range of {
				for _, insert := range []string{
					`INSERT INTO mail_log (platform, id, recipient, kind, refused, at) VALUES (?, ?, 'ana@exemple.fr', 'code', '', 1)`,
					`INSERT INTO mail_box (platform, id, recipient, subject, body, action, link, at) VALUES (?, ?, 'ana@exemple.fr', '', '', '', '', 1)`,
				} {
					if _, err := tx.Exec(ctx, insert, of, ids.Random()); err != nil {
						return err
					}
				}
			}
			if _, err := tx.Exec(ctx, `INSERT INTO happening (platform, id, kind, source, path, args, at) VALUES (?, ?, 'news', ?, '', '{}', 1)`, of, person, person); err != nil {
				return err
			}
			if err := platform.Set(ctx, tx, of, "mail_key", strings.Repeat("k", int(of))); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `INSERT INTO mail_bounce (platform, email_key, answer, at) VALUES (?, 'gone@exemple.fr', ?, ?)`, of, "550", of)
			return err
		},
		Reads: []dbtest.Reading{
			{Of: "Log", Call: func(ctx context.Context, tx db.Tx, of int64) (any, error) { return notify.Log(ctx, tx, of, 10) }},
			{Of: "Bounces", Call: func(ctx context.Context, tx db.Tx, of int64) (any, error) { return notify.Bounces(ctx, tx, of, 10) }},
			{Of: "Mailbox", Call: func(ctx context.Context, tx db.Tx, of int64) (any, error) { return notify.Mailbox(ctx, tx, of, 10) }},
		},
		Writes: []dbtest.Writing{
			{Of: "ClearBounce", Call: func(ctx context.Context, tx db.Tx, of int64) error {
				return notify.ClearBounce(ctx, tx, of, "Gone@exemple.fr")
			}},
			{Of: "TakeBack", Call: func(ctx context.Context, tx db.Tx, of int64) error { return notify.TakeBack(ctx, tx, of, person) }},
			{Of: "Join", Call: func(ctx context.Context, tx db.Tx, of int64) error { return notify.Join(ctx, tx, of, person, "suivi") }},
			{Of: "Queue", Call: func(ctx context.Context, tx db.Tx, of int64) error { return notify.Queue(ctx, tx, of, code) }},
			{Of: "QueueList", Call: func(ctx context.Context, tx db.Tx, of int64) error {
				return notify.QueueList(ctx, tx, of, []notify.Mail{{To: "ana@exemple.fr", Kind: "vote_cast", List: "suivi", Person: person}})
			}},
			{Of: "Forget", Call: func(ctx context.Context, tx db.Tx, of int64) error {
				return notify.Forget(ctx, tx, of, person, "ana@exemple.fr")
			}},
		},
	}.Run(t)
}
