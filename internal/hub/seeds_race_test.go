//go:build race

package hub

// modelSeedsDefault is less than without the race detector, under which a seed
// takes ten times as long.
const modelSeedsDefault = 30
