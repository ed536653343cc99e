//go:build wasip1

// Exports `toolhost:tool/provider` and calls the imports.
//
// Results of imports are written to variables, which no growth of a stack moves. One goroutine at a
// time uses them, and the memory that the host has taken for a result.

package toolhost

import (
	"os"
	"runtime"
	"sync"
	"unsafe"
)

// What the host is reading. The next call takes its place; there is no need to be told earlier.
var returned lowering

//go:wasmexport toolhost:tool/provider@0.2.0#list-tools
func exportListTools() unsafe.Pointer {
	definitions, err := Definitions()
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		abort()
	}
	returned = lowering{}
	return unsafe.Pointer(returned.definitions(definitions))
}

//go:wasmexport toolhost:tool/provider@0.2.0#invoke
func exportInvoke(name unsafe.Pointer, nameLength uint32, arguments unsafe.Pointer, argumentsLength uint32) unsafe.Pointer {
	contents, err := call(
		unsafe.String((*byte)(name), nameLength),
		unsafe.Slice((*byte)(arguments), argumentsLength),
	)
	returned = lowering{}
	return unsafe.Pointer(returned.outcome(contents, err))
}

//go:wasmimport toolhost:tool/log@0.2.0 log
func importLog(level uint32, message string)

func hostLog(level uint32, message string) { importLog(level, valid(message)) }

//go:wasmimport toolhost:tool/progress@0.2.0 report
func importReport(done float64, hasTotal uint32, total float64, hasMessage uint32, message string)

func hostProgress(done, total float64, message string) {
	importReport(done, given(total != 0), total, given(message != ""), valid(message))
}

//go:wasmimport toolhost:tool/clock@0.2.0 now
func hostNow() uint64

// receiving is held from a call with a result until that is copied.
var receiving sync.Mutex

// receive begins such a call; what it returns ends it, and releases the memory of the result.
func receive() (done func()) {
	receiving.Lock()
	mark := handed.next
	return func() {
		handed.release(mark)
		receiving.Unlock()
	}
}

//go:wasmimport toolhost:tool/random@0.2.0 bytes
func importBytes(count uint32, result unsafe.Pointer)

var listResult span

func hostRandom(count uint32) []byte {
	defer receive()()
	importBytes(count, unsafe.Pointer(&listResult))
	return listResult.copy()
}

//go:wasmimport toolhost:tool/config@0.2.0 get
func importGet(key string, result unsafe.Pointer)

var getResult optional[span]

func hostConfig(key string) (string, bool) {
	defer receive()()
	importGet(valid(key), unsafe.Pointer(&getResult))
	if getResult.given == 0 {
		return "", false
	}
	return getResult.value.text(), true
}

//go:wasmimport toolhost:tool/config@0.2.0 all
func importAll(result unsafe.Pointer)

func hostAllConfig() []Setting {
	defer receive()()
	importAll(unsafe.Pointer(&listResult))
	settings := make([]Setting, listResult.length)
	for index, pair := range liftList[pairLayout](listResult) {
		settings[index] = Setting{pair.name.text(), pair.value.text()}
	}
	return settings
}

//go:wasmimport toolhost:tool/http@0.2.0 fetch
func importFetch(
	method, url string,
	headers, headersLength uint32,
	hasBody, body, bodyLength uint32,
	hasTimeout, timeout uint32,
	result unsafe.Pointer,
)

var fetchResult answerLayout

func hostFetch(request *Request) (*Response, error) {
	defer receive()()
	var lowering lowering
	headers := lowering.pairs(request.Headers)
	body := lowering.bytes(request.Body)
	timeout, hasTimeout := request.timeoutMS()
	importFetch(
		valid(request.Method), valid(request.URL),
		headers.at, headers.length,
		given(request.Body != nil), body.at, body.length,
		given(hasTimeout), timeout,
		unsafe.Pointer(&fetchResult),
	)
	runtime.KeepAlive(&lowering)
	return fetchResult.response()
}

func given(there bool) uint32 {
	if there {
		return 1
	}
	return 0
}
