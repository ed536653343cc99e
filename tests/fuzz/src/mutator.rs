//! Changes inputs as a fuzzer does, the same way each time.

/// Longest input that it makes, in bytes.
const BYTES_MAX: usize = 4096;

/// Most changes of one input.
const CHANGES_MAX: usize = 6;

/// Bytes at the edge of something.
const EDGES: [u8; 12] = *b"\0\n\"{}[]/%\x7f\x80\xff";

/// Makes inputs of inputs: from the same seed the same ones.
pub struct Mutator {
    state: u64,
    words: Vec<Vec<u8>>,
}

impl Mutator {
    /// A mutator that puts in `words` of a dictionary now and then.
    pub fn new(seed: u64, words: Vec<Vec<u8>>) -> Mutator {
        // Zero would stay zero.
        Mutator {
            state: (seed ^ 0x9e37_79b9_7f4a_7c15).max(1),
            words,
        }
    }

    /// One of `corpus`, which is not empty, changed in a few places.
    pub fn next(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut input = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(CHANGES_MAX) {
            let other = &corpus[self.below(corpus.len())];
            self.change(&mut input, other);
        }
        input.truncate(BYTES_MAX);
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, other: &[u8]) {
        let at = self.below(input.len() + 1);
        let part = self.part(input, at);
        let new = match self.below(7) {
            0 => Vec::new(),
            1 => vec![EDGES[self.below(EDGES.len())]],
            2 => vec![self.byte()],
            3 => input
                .get(at)
                .map(|byte| byte ^ (1 << self.below(8)))
                .into_iter()
                .collect(),
            4 if !self.words.is_empty() => {
                let word = self.below(self.words.len());
                self.words[word].clone()
            }
            // A part of the input again, or of another one.
            5 => {
                let from = self.below(input.len() + 1);
                input[self.part(input, from)].to_vec()
            }
            _ => {
                let from = self.below(other.len() + 1);
                other[self.part(other, from)].to_vec()
            }
        };
        // In place of something, or in between.
        match self.below(2) {
            0 => input.splice(part, new).for_each(drop),
            _ => input.splice(at..at, new).for_each(drop),
        }
    }

    /// A part of `text` that begins at `at`: short as a rule.
    fn part(&mut self, text: &[u8], at: usize) -> std::ops::Range<usize> {
        let most = [1, 2, 8, 64, BYTES_MAX][self.below(5)];
        at..text.len().min(at + self.below(most + 1))
    }

    fn byte(&mut self) -> u8 {
        self.number().to_le_bytes()[7]
    }

    fn below(&mut self, bound: usize) -> usize {
        // The high bits are the better ones.
        let number = self.number() >> 32;
        usize::try_from(number).map_or(0, |number| number % bound)
    }

    /// xorshift64*
    fn number(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
}
