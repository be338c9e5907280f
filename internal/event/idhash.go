package event

import (
	"crypto/sha256"
	"encoding/binary"
)

// IDHash names an event among those of all tenants: the first 16 bytes of
// SHA-256 over tenant id and event id, each behind its length in 4 bytes,
// big-endian. It is what event_bus_hash is in SQL.
func IDHash(tenantID, eventID string) [16]byte {
	b := make([]byte, 0, 256)
	for _, s := range [...]string{tenantID, eventID} {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
	}
	sum := sha256.Sum256(b)
	return [16]byte(sum[:16])
}
