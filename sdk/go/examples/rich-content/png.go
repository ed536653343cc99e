// Writes a PNG of one colour, without compression. Nothing here knows about WebAssembly.

package main

import (
	"encoding/binary"
	"hash/adler32"
	"hash/crc32"
)

// square is a square of so many pixels a side, at most 100, in one colour.
func square(side uint8, colour colour) []byte {
	// One stored block holds 65,535 bytes, which 100 rows of 301 bytes do not reach.
	side = min(max(side, 1), 100)
	row := []byte{0}
	for range side {
		row = append(row, colour.Red, colour.Green, colour.Blue)
	}
	var pixels []byte
	for range side {
		pixels = append(pixels, row...)
	}

	png := []byte("\x89PNG\r\n\x1a\n")
	// Eight bits, true colour, and the only methods of compressing, filtering and interlacing.
	png = chunk(png, "IHDR", []byte{0, 0, 0, side, 0, 0, 0, side, 8, 2, 0, 0, 0})
	png = chunk(png, "IDAT", stored(pixels))
	return chunk(png, "IEND", nil)
}

func chunk(png []byte, kind string, body []byte) []byte {
	png = binary.BigEndian.AppendUint32(png, uint32(len(body)))
	start := len(png)
	png = append(png, kind...)
	png = append(png, body...)
	return binary.BigEndian.AppendUint32(png, crc32.ChecksumIEEE(png[start:]))
}

// stored is a zlib stream of one stored block.
func stored(bytes []byte) []byte {
	stream := []byte{0x78, 0x01, 0x01}
	stream = binary.LittleEndian.AppendUint16(stream, uint16(len(bytes)))
	stream = binary.LittleEndian.AppendUint16(stream, ^uint16(len(bytes)))
	stream = append(stream, bytes...)
	return binary.BigEndian.AppendUint32(stream, adler32.Checksum(bytes))
}
