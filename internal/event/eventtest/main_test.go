package eventtest_test

import (
	"os"
	"testing"

	"github.com/omninode-ai/eventfeed/internal/testenv"
)

func TestMain(m *testing.M) { os.Exit(testenv.Main(m)) }
