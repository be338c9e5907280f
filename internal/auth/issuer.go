package auth

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

// pace is how often, and for how long, an issuer is asked.
type pace struct {
	every   time.Duration // the keys are fetched anew
	retry   time.Duration // after a failure; twice as long after each further one, up to every
	spacing time.Duration // between fetches that tokens with unknown keys ask for
	timeout time.Duration // of one fetch
	wait    time.Duration // of one token for a fetch
}

var usualPace = pace{every: 10 * time.Minute, retry: time.Second, spacing: 5 * time.Second, timeout: 10 * time.Second, wait: 3 * time.Second}

// issuer has the public keys of whoever issues tokens.
//
// The keys are kept until the issuer answers with others: an outage, an error
// or an answer without a usable key changes nothing. A token that names a key
// that is not there has them fetched at once, but not more often than every
// spacing, whoever makes up names.
//
// keyfunc's own HTTP storage is not used: it takes an empty answer for the
// news that there are no keys, reads answers of any length, lets requests
// queue for its rate limit, and starts a goroutine that nobody can join.
type issuer struct {
	url    string
	client *http.Client
	logger *slog.Logger
	pace   pace

	stored *jwkset.MemoryJWKSet
	lookup keyfunc.Keyfunc
	wanted chan struct{} // holds a token when a fetch was asked for

	mu    sync.Mutex
	tried time.Time     // when the last fetch ended
	err   error         // of the last fetch; ErrIssuerAway before the first
	next  chan struct{} // closed when the next fetch has ended
}

func newIssuer(url string, logger *slog.Logger) (*issuer, error) {
	i := &issuer{
		url: url, logger: logger, pace: usualPace, client: &http.Client{CheckRedirect: secure},
		stored: jwkset.NewMemoryStorage(), wanted: make(chan struct{}, 1), err: ErrIssuerAway, next: make(chan struct{}),
	}
	var err error
	i.lookup, err = keyfunc.New(keyfunc.Options{Storage: i.stored})
	return i, err
}

// secure refuses to be led away from https.
func secure(r *http.Request, via []*http.Request) error {
	if len(via) >= 5 {
		return errors.New("too many redirects")
	}
	if via[0].URL.Scheme == "https" && r.URL.Scheme != "https" {
		return errors.New("redirect from https to " + r.URL.Scheme)
	}
	return nil
}

// find gives the key that a token names; one that names none is checked with
// each.
func (i *issuer) find(ctx context.Context, t *jwt.Token) (any, error) {
	key, err := i.have(ctx, t)
	if !errors.Is(err, jwkset.ErrKeyNotFound) {
		return key, err
	}
	if err := i.refetch(ctx); err != nil {
		return nil, ErrIssuerAway
	}
	return i.have(ctx, t)
}

func (i *issuer) have(ctx context.Context, t *jwt.Token) (any, error) {
	key, err := i.lookup.KeyfuncCtx(ctx)(t)
	if set, ok := key.(jwt.VerificationKeySet); ok && len(set.Keys) == 0 {
		return nil, jwkset.ErrKeyNotFound
	}
	return key, err
}

// refetch has the keys fetched, unless that was done a moment ago. Its error
// is that of the last fetch: what is not there may have come since.
func (i *issuer) refetch(ctx context.Context) error {
	i.mu.Lock()
	next, err, recent := i.next, i.err, time.Since(i.tried) < i.pace.spacing
	i.mu.Unlock()
	if recent {
		return err
	}
	select {
	case i.wanted <- struct{}{}:
	default: // somebody else has asked
	}
	patience, cancel := context.WithTimeout(ctx, i.pace.wait)
	defer cancel()
	select {
	case <-next:
	case <-patience.Done():
		return patience.Err()
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.err
}

// run fetches the keys now, then from time to time and when they are wanted.
func (i *issuer) run(ctx context.Context) error {
	failures := 0
	for ctx.Err() == nil {
		pause := i.pace.every
		if i.renew(ctx) != nil {
			pause = min(i.pace.retry<<min(failures, 20), i.pace.every)
			failures++
		} else {
			failures = 0
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-i.wanted:
		}
		timer.Stop()
	}
	return nil
}

// renew fetches the keys and tells those who wait for them.
func (i *issuer) renew(ctx context.Context) error {
	keys, err := i.fetch(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		err = i.stored.KeyReplaceAll(ctx, keys)
	}
	select {
	case <-i.wanted: // has just been done
	default:
	}
	i.mu.Lock()
	before, first := i.err, i.tried.IsZero()
	i.tried, i.err = time.Now(), err
	close(i.next)
	i.next = make(chan struct{})
	i.mu.Unlock()
	switch {
	case err != nil && (first || before == nil):
		i.logger.Warn("keys of the issuer cannot be fetched; those that it gave last are used", "error", err)
	case err == nil && before != nil:
		i.logger.Info("issuer has given its keys", "keys", len(keys))
	}
	return err
}

func (i *issuer) fetch(ctx context.Context) ([]jwkset.JWK, error) {
	ctx, cancel := context.WithTimeout(ctx, i.pace.timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, i.url, nil)
	if err != nil {
		return nil, fmt.Errorf("ask for keys: %w", err)
	}
	r.Header.Set("Accept", "application/jwk-set+json, application/json")
	resp, err := i.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("ask for keys: %w", err)
	}
	defer func() { _ = resp.Body.Close() }() // it has been read, or is not wanted
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask for keys: got %s, want 200", resp.Status)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxKeysBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	return parseKeys(body)
}
