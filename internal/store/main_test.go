package store

import (
	"os"
	"testing"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(appendForever); url != "" {
		os.Exit(runAppendForever(url))
	}
	os.Exit(testenv.Main(m))
}
