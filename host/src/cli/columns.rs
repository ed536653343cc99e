//! Rows of a name and numbers, one below the other.

use super::text::{pad, pad_left, width};

const GAP: &str = "  ";
/// Names keep this much, however narrow the screen is.
const NAME_WIDTH_MIN: usize = 8;

/// One line for each row, the header being the first: the names on the left, cut to what the
/// numbers leave of `columns`, and the numbers on the right of their columns.
pub fn align<const N: usize>(rows: &[(String, [String; N])], columns: usize) -> Vec<String> {
    let mut widths = [0; N];
    for (_, numbers) in rows {
        for (widest, number) in widths.iter_mut().zip(numbers) {
            *widest = width(number).max(*widest);
        }
    }
    let taken: usize = widths.iter().map(|width| GAP.len() + width).sum();
    let left = columns.saturating_sub(taken).max(NAME_WIDTH_MIN);
    let name_width = rows.iter().map(|(name, _)| width(name)).max().unwrap_or(0);
    let name_width = name_width.min(left);
    let line = |(name, numbers): &(String, [String; N])| {
        let mut line = pad(name, name_width);
        for (number, width) in numbers.iter().zip(widths) {
            line.push_str(GAP);
            line.push_str(&pad_left(number, width));
        }
        line
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_before_numbers_are() {
        let row = |name: &str, numbers: [&str; 2]| (name.to_owned(), numbers.map(str::to_owned));
        let rows = [
            row("TOOL", ["CALLS", "P50"]),
            row("add", ["7", "12.3 ms"]),
            row("東京_and_more", ["12345", "1 µs"]),
        ];
        for (columns, expected) in [
            (
                80,
                [
                    "TOOL           CALLS      P50",
                    "add                7  12.3 ms",
                    "東京_and_more  12345     1 µs",
                ],
            ),
            (
                27,
                [
                    "TOOL         CALLS      P50",
                    "add              7  12.3 ms",
                    "東京_and_m…  12345     1 µs",
                ],
            ),
            (
                5,
                [
                    "TOOL      CALLS      P50",
                    "add           7  12.3 ms",
                    "東京_an…  12345     1 µs",
                ],
            ),
        ] {
            assert_eq!(align(&rows, columns), expected);
        }
        assert_eq!(align::<2>(&[], 80), [] as [String; 0]);
    }
}
