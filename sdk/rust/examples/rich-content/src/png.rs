//! Writes a PNG of one colour, without compression. Nothing here knows about WebAssembly.

/// A square of `side` pixels, at most 100, in one colour of red, green and blue.
pub(crate) fn square(side: u8, colour: [u8; 3]) -> Vec<u8> {
    // One stored block holds 65,535 bytes, which 100 rows of 301 bytes do not reach.
    let side = side.clamp(1, 100);
    let mut row = vec![0];
    row.extend(colour.repeat(side.into()));
    let pixels = row.repeat(side.into());

    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    // Eight bits, true colour, and the only methods of compressing, filtering and interlacing.
    chunk(
        &mut png,
        b"IHDR",
        &[0, 0, 0, side, 0, 0, 0, side, 8, 2, 0, 0, 0],
    );
    chunk(&mut png, b"IDAT", &stored(&pixels));
    chunk(&mut png, b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, kind: &[u8; 4], body: &[u8]) {
    png.extend((body.len() as u32).to_be_bytes());
    let start = png.len();
    png.extend(kind);
    png.extend(body);
    let sum = crc32(&png[start..]);
    png.extend(sum.to_be_bytes());
}

/// A zlib stream of one stored block.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = bytes.len() as u16;
    let mut stream = vec![0x78, 0x01, 0x01];
    stream.extend(length.to_le_bytes());
    stream.extend((!length).to_le_bytes());
    stream.extend(bytes);
    stream.extend(adler32(bytes).to_be_bytes());
    stream
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let mask = (sum & 1).wrapping_neg();
            sum = (sum >> 1) ^ (0xedb8_8320 & mask);
        }
    }
    !sum
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    (high << 16) | low
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_those_of_the_standards() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
    }

    #[test]
    fn sizes_are_bounded() {
        assert_eq!(square(0, [0; 3]).len(), square(1, [0; 3]).len());
        assert_eq!(square(255, [0; 3]).len(), square(100, [0; 3]).len());
        assert!(square(100, [0; 3]).len() > 30_000);
    }
}
