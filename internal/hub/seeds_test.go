//go:build !race

package hub

// modelSeedsDefault is how many seeds of the model a plain run takes.
const modelSeedsDefault = 200
