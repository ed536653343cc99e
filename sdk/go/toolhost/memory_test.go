// Tests of the memory that the host writes to.

package toolhost

import "testing"

func TestPlacesAreAlignedAndDoNotOverlap(t *testing.T) {
	var memory arena
	if memory.take(1, 1) != 0 {
		t.Fatal("an empty piece has no room")
	}
	memory.grow(1000, 100)
	for _, check := range [][3]uintptr{{1, 1, 1000}, {4, 4, 1004}, {1, 1, 1008}, {8, 8, 1016}, {76, 4, 1024}, {1, 1, 0}} {
		if place := memory.take(check[0], check[1]); place != check[2] {
			t.Fatal(check, place)
		}
	}
}

func TestSizesThatOverflowHaveNoRoom(t *testing.T) {
	var memory arena
	memory.grow(1000, 100)
	for _, size := range []uintptr{101, 1 << 32, ^uintptr(0), ^uintptr(0) - 1000} {
		if place := memory.take(size, 8); place != 0 {
			t.Fatal(size, place)
		}
	}
}

func TestAPieceGrowsIntoItsNeighbour(t *testing.T) {
	var memory arena
	memory.grow(1000, 100)
	memory.take(90, 1)
	memory.grow(1100, 100)
	if place := memory.take(100, 1); place != 1090 {
		t.Fatal(place)
	}
}

func TestWhatIsReleasedIsHandedOutAgain(t *testing.T) {
	var memory arena
	memory.grow(1000, 100)
	kept := memory.take(10, 1)
	mark := memory.next
	first := memory.take(50, 1)
	memory.release(mark)
	if second := memory.take(50, 1); second != first || second < kept+10 {
		t.Fatal(first, second)
	}
	// The result needs a piece elsewhere, of which all is free afterwards; the old one is left alone.
	mark = memory.next
	memory.grow(5000, 200)
	memory.take(150, 1)
	memory.release(mark)
	if place := memory.take(150, 1); place != 5000 {
		t.Fatal(place)
	}
}
