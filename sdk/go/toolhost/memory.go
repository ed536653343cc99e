// Hands out memory that the host writes to. It is none of Go's heap, for the reason that
// memory_wasip1.go gives.

package toolhost

// arena is a piece of memory that is handed out from its start to its end.
//
// What it hands out is released by going back to a mark, so it holds the largest answer of the host
// and not the sum of all.
type arena struct{ start, next, end uintptr }

// take returns a place for so many bytes, or 0 if the piece has no room for them.
//
//go:nosplit
func (arena *arena) take(size, align uintptr) uintptr {
	place := (arena.next + align - 1) &^ (align - 1)
	if place < arena.next || place > arena.end || size > arena.end-place {
		return 0
	}
	arena.next = place + size
	return place
}

// grow adds memory: to the piece if it begins at its end, else as a piece of its own. What is left of
// the old one is lost.
//
//go:nosplit
func (arena *arena) grow(start, size uintptr) {
	if start != arena.end {
		arena.start, arena.next = start, start
	}
	arena.end = start + size
}

// release takes back all that was handed out since `next` was the mark.
func (arena *arena) release(mark uintptr) {
	if mark < arena.start || mark > arena.end {
		// The mark is in an older piece, so all of this one is free.
		mark = arena.start
	}
	arena.next = mark
}
