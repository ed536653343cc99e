//go:build !wasip1

// What stands in for the host in tests on the machine that builds. Not there on wasip1.

package toolhost

import (
	"fmt"
	"sync"
	"unsafe"
)

// FakeHost answers in place of the host.
type FakeHost struct {
	// Config is what the operator granted.
	Config []Setting
	// NowMS is the time, in milliseconds since 1970.
	NowMS uint64
	// HTTP answers requests; without it they are denied.
	HTTP func(request Request) (*Response, error)

	lines []string
	seed  uint64
}

var (
	fakeMutex sync.Mutex
	fakeHost  = &FakeHost{}
)

// Fake makes the host of a test, which is that of the whole program until the test ends: no keys, the
// time 0, no server.
//
//	fake := toolhost.Fake(t)
//	fake.Config = []toolhost.Setting{{"region", "eu"}}
func Fake(test interface{ Cleanup(func()) }) *FakeHost {
	fakeMutex.Lock()
	defer fakeMutex.Unlock()
	before := fakeHost
	fakeHost = &FakeHost{}
	test.Cleanup(func() {
		fakeMutex.Lock()
		defer fakeMutex.Unlock()
		fakeHost = before
	})
	return fakeHost
}

// Lines takes the lines that were logged, such as `WARN 3 rows were skipped`, and the progress that
// was reported, such as `PROGRESS 3 of 10: reading pages`.
func (fake *FakeHost) Lines() []string {
	fakeMutex.Lock()
	defer fakeMutex.Unlock()
	lines := fake.lines
	fake.lines = nil
	return lines
}

func writeLine(line string) {
	fakeMutex.Lock()
	defer fakeMutex.Unlock()
	fakeHost.lines = append(fakeHost.lines, line)
}

func current() *FakeHost {
	fakeMutex.Lock()
	defer fakeMutex.Unlock()
	return fakeHost
}

func hostLog(level uint32, message string) {
	names := [...]string{levelDebug: "DEBUG", levelInfo: "INFO", levelWarn: "WARN", levelError: "ERROR"}
	writeLine(names[level] + " " + message)
}

func hostProgress(done, total float64, message string) {
	line := fmt.Sprintf("PROGRESS %v", done)
	if total != 0 {
		line += fmt.Sprintf(" of %v", total)
	}
	if message != "" {
		line += ": " + message
	}
	writeLine(line)
}

func hostNow() uint64 { return current().NowMS }

// hostRandom is SplitMix64 from the seed 0: the same bytes in every test, and all different.
func hostRandom(count uint32) []byte {
	fakeMutex.Lock()
	defer fakeMutex.Unlock()
	bytes := make([]byte, count)
	for index := range bytes {
		fakeHost.seed += 0x9e37_79b9_7f4a_7c15
		mixed := (fakeHost.seed ^ fakeHost.seed>>30) * 0xbf58_476d_1ce4_e5b9
		mixed = (mixed ^ mixed>>27) * 0x94d0_49bb_1331_11eb
		bytes[index] = byte(mixed >> 56)
	}
	return bytes
}

func hostConfig(key string) (string, bool) {
	for _, setting := range current().Config {
		if setting.Key == key {
			return setting.Value, true
		}
	}
	return "", false
}

func hostAllConfig() []Setting { return append([]Setting(nil), current().Config...) }

func hostFetch(request *Request) (*Response, error) {
	server := current().HTTP
	if server == nil {
		return nil, &HTTPError{HTTPDenied, "no `HTTP` is set in the fake"}
	}
	return server(*request)
}

// Addresses of this machine are too long for the layouts, so here a place is the number of one, with
// room for offsets.
var places []unsafe.Pointer

const placeBytes = 1 << 20

func place(pointer unsafe.Pointer, size uintptr) uint32 {
	if size >= placeBytes {
		panic("tests of layouts are smaller")
	}
	places = append(places, pointer)
	return uint32(len(places) * placeBytes)
}

func at(place uint32) unsafe.Pointer {
	return unsafe.Add(places[place/placeBytes-1], place%placeBytes)
}
