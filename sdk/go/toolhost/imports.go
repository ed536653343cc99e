// What a tool may import from the host, beside requests. Each function is one import, and gives what
// the operator granted.

package toolhost

import (
	"fmt"
	"time"
)

// The levels of `log`.
const (
	levelDebug uint32 = iota
	levelInfo
	levelWarn
	levelError
)

// LogDebug writes a line that matters to the author alone. The format is that of fmt.Sprintf.
func LogDebug(format string, args ...any) { hostLog(levelDebug, fmt.Sprintf(format, args...)) }

// LogInfo writes a line that says what is done.
func LogInfo(format string, args ...any) { hostLog(levelInfo, fmt.Sprintf(format, args...)) }

// LogWarn writes a line about what may be wrong.
func LogWarn(format string, args ...any) { hostLog(levelWarn, fmt.Sprintf(format, args...)) }

// LogError writes a line about what is wrong.
func LogError(format string, args ...any) { hostLog(levelError, fmt.Sprintf(format, args...)) }

// Progress tells that `done` of `total` is reached, in whatever unit, and what is being done. A total
// of 0 is unknown, and the message may be empty.
func Progress(done, total float64, message string) { hostProgress(done, total, message) }

// Now is the time in UTC, as coarse as the grant of a clock says.
func Now() time.Time { return time.UnixMilli(int64(hostNow())).UTC() }

// RandomBytes returns so many bytes of the source that is granted.
func RandomBytes(count int) []byte {
	// The host gives no more at once.
	const most = 65_536
	bytes := make([]byte, 0, count)
	for len(bytes) < count {
		bytes = append(bytes, hostRandom(uint32(min(count-len(bytes), most)))...)
	}
	return bytes
}

// Setting is a key that the operator granted, with its value.
type Setting struct{ Key, Value string }

// Config is the value of a key, if it has one.
func Config(key string) (string, bool) { return hostConfig(key) }

// RequireConfig is the value of a key that the tool cannot do without; the error says what the
// operator has to grant.
func RequireConfig(key string) (string, error) {
	value, ok := hostConfig(key)
	if !ok {
		return "", Failed("`%s` is not set; set it under `grants.config`", key)
	}
	return value, nil
}

// AllConfig is every key with its value.
func AllConfig() []Setting { return hostAllConfig() }
