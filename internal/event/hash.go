package event

import (
	"crypto/sha256"
	"encoding/binary"
)

// IDHash names an event across all partitions: the first 16 bytes of SHA-256
// over the tenant and the event id, each behind its length in 4 bytes,
// big-endian.
func IDHash(tenantID, eventID string) (hash [16]byte) {
	b := make([]byte, 0, 128)
	for _, s := range [...]string{tenantID, eventID} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(s)))
		b = append(b, s...)
	}
	sum := sha256.Sum256(b)
	copy(hash[:], sum[:])
	return hash
}
