//go:build wasip1

// Gives the host memory for what it hands over, and finds it again.
//
// `cabi_realloc` must not use Go's allocator. It runs while the host writes arguments or results, when
// a component may call nothing, and the allocator may start the collector, which asks for the time:
// the call would be a trap, now and then. So it takes memory from the break of Go's runtime. The
// runtime takes no offence: its heap grows in pieces that need not be neighbours. Growing the memory
// behind its back would do harm, since it takes what it grows for the end of what it has.
//
// The adapter of preview 1 takes its memory here too, before anything of Go has started. Nothing
// below may therefore grow the stack, allocate, or call an import.

package toolhost

import "unsafe"

const pageBytes = 65_536

// The runtime's break and the end of the memory, which sbrk of the runtime moves. That function may
// grow the stack, and so cannot be called here.
//
//go:linkname bloc runtime.bloc
var bloc uintptr

//go:linkname blocMax runtime.blocMax
var blocMax uintptr

//go:linkname growMemory runtime.growMemory
func growMemory(pages int32) int32

//go:linkname abort runtime.abort
func abort()

var handed arena

//go:nosplit
//go:wasmexport cabi_realloc
func cabiRealloc(old unsafe.Pointer, oldSize, align, size uint32) unsafe.Pointer {
	if size == 0 {
		return unsafe.Pointer(uintptr(align))
	}
	place := handed.take(uintptr(size), uintptr(align))
	if place == 0 {
		moveBreak(uintptr(size))
		place = handed.take(uintptr(size), uintptr(align))
	}
	// Strings that the host has to convert grow while it does.
	from, to := uintptr(old), place
	for index := uintptr(0); index < uintptr(min(oldSize, size)); index++ {
		*(*byte)(unsafe.Pointer(to + index)) = *(*byte)(unsafe.Pointer(from + index))
	}
	return unsafe.Pointer(place)
}

// moveBreak adds whole pages to what is handed out. Without memory it is a trap.
//
//go:nosplit
func moveBreak(size uintptr) {
	size = (size + pageBytes - 1) &^ (pageBytes - 1)
	start := bloc
	if start+size > blocMax {
		if growMemory(int32((start+size-blocMax)/pageBytes)) < 0 {
			abort()
		}
		blocMax = start + size
	}
	bloc = start + size
	handed.grow(start, size)
}

// place is where something is, as the host counts.
func place(pointer unsafe.Pointer, _ uintptr) uint32 { return uint32(uintptr(pointer)) }

// at is what the host wrote to a place.
func at(place uint32) unsafe.Pointer { return unsafe.Pointer(uintptr(place)) }
