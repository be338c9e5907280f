package event

// where a field can be found.
type where uint8

const (
	inBody where = iota
	inPayload
	inHeaders
)

// place is one where a field can be found. In the body and the headers it is
// known by number: the scanner notes what is there while it passes by.
type place struct {
	where where
	at    uint8
	name  string
}

// names numbers names from 0.
type names map[string]uint8

func (n names) number(name string) uint8 {
	if _, known := n[name]; !known {
		n[name] = uint8(len(n))
	}
	return n[name]
}

// Room for the names in rules; more would panic when the program starts.
const (
	maxMembers = 40
	maxHeaders = 32
)

var (
	memberNames = names{}
	headerNames = names{}

	cloudVersionMember = memberNames.number(cloudVersion)
	cloudDataMember    = memberNames.number(rules[payload].cloud)
	payloadMember      = memberNames.number(rules[payload].body[0])
	dataMember         = memberNames.number(rules[payload].body[1])
	contentTypeHeader  = headerNames.number(contentType)
	_                  = headerNames.number(cloudPrefix + cloudVersion)
)

// mode is whether an event is a CloudEvent, and which kind.
type mode uint8

const (
	noCloudEvent mode = iota
	structuredMode
	binaryMode
	modes
)

// places are those of each field, best first.
var places = func() (ps [modes][fields][]place) {
	for m := range modes {
		for f := range fields {
			ps[m][f] = placesOf(m, f)
		}
	}
	if len(memberNames) > maxMembers || len(headerNames) > maxHeaders {
		panic("too many names in rules")
	}
	return ps
}()

func placesOf(m mode, f field) (ps []place) {
	r := rules[f]
	switch m {
	case structuredMode:
		ps = append(ps, place{inBody, memberNames.number(r.cloud), r.cloud})
	case binaryMode:
		ps = append(ps, place{inHeaders, headerNames.number(cloudPrefix + r.cloud), cloudPrefix + r.cloud})
	}
	for _, name := range r.body {
		ps = append(ps, place{inBody, memberNames.number(name), name})
	}
	if f == correlationID {
		for _, name := range r.body {
			ps = append(ps, place{where: inPayload, name: name})
		}
	}
	for _, name := range r.headers {
		ps = append(ps, place{inHeaders, headerNames.number(name), name})
	}
	return ps
}
