package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"encoding/json"
	"fmt"

	"github.com/MicahParks/jwkset"
)

const (
	maxKeysBytes = 1 << 20 // of an issuer's answer
	maxKeys      = 100
	// RFC 7518 §3.3 wants 2048 bits; a check with more than 8192 takes too long
	// for what anybody may ask for.
	minRSABits, maxRSABits = 2048, 8192
)

// parseKeys gives the keys of a set that signatures can be checked with. Of
// others there may be any number, as RFC 7517 §5 has it; a set without one
// that is usable is an error.
func parseKeys(body []byte) ([]jwkset.JWK, error) {
	if len(body) > maxKeysBytes {
		return nil, fmt.Errorf("read keys: the answer has more than %d bytes", maxKeysBytes)
	}
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	var usable []jwkset.JWK
	for _, raw := range set.Keys {
		key, err := jwkset.NewJWKFromRawJSON(raw, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
		if err == nil && checksSignatures(key) && len(usable) < maxKeys {
			usable = append(usable, key)
		}
	}
	if len(usable) == 0 {
		return nil, fmt.Errorf("read keys: none of %d is a public key for signatures", len(set.Keys))
	}
	return usable, nil
}

func checksSignatures(key jwkset.JWK) bool {
	if use := key.Marshal().USE; use != "" && use != jwkset.UseSig {
		return false
	}
	switch k := key.Key().(type) {
	case *rsa.PublicKey:
		return k.N.BitLen() >= minRSABits && k.N.BitLen() <= maxRSABits
	case *ecdsa.PublicKey, ed25519.PublicKey:
		return true
	}
	return false
}
