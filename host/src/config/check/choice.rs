//! Words out of the tree that stand in the table of keys.

use super::Check;
use super::read::{Fields, Spot};
use crate::config::keys;

impl Check<'_> {
    /// The one of `values` whose word stands under `name`; the first one if none does.
    /// `values` are in the order of the table's words.
    pub(super) fn choice<T: Copy, const N: usize>(
        &mut self,
        fields: &Fields<'_>,
        name: &str,
        values: [T; N],
    ) -> T {
        let words = fields.key(name).words();
        let chosen = fields
            .get(name)
            .and_then(|spot| self.word_at(&spot, words, &values));
        chosen.unwrap_or(values[0])
    }

    /// Those of `values` whose words stand in the list under `name`, each once and with its
    /// place; `None` if the list is missing.
    pub(super) fn choices<'n, T: Copy + PartialEq, const N: usize>(
        &mut self,
        fields: &Fields<'n>,
        name: &str,
        values: [T; N],
    ) -> Option<Vec<(Spot<'n>, T)>> {
        let words = fields.key(name).words();
        fields.get(name)?;
        let mut chosen: Vec<(Spot<'n>, T)> = Vec::new();
        for spot in self.few(fields, name) {
            if let Some(value) = self.word_at(&spot, words, &values)
                && chosen.iter().all(|(_, other)| *other != value)
            {
                chosen.push((spot, value));
            }
        }
        Some(chosen)
    }

    fn word_at<T: Copy>(
        &mut self,
        spot: &Spot<'_>,
        words: &'static [&'static str],
        values: &[T],
    ) -> Option<T> {
        debug_assert_eq!(words.len(), values.len(), "each word has its value");
        let text = spot.node.text().unwrap_or_default();
        let found = words.iter().zip(values).find(|(word, _)| **word == text);
        if found.is_none() {
            let known = words.join("`, `");
            let near = keys::nearest(&text, words.iter().copied())
                .filter(|_| spot.node.substituted.is_none());
            let remedy = match near {
                Some(near) => format!("write `{near}`"),
                None => format!("write one of `{known}`"),
            };
            let message = format!("{} is none of `{known}`", spot.node.shown());
            self.problem(spot, message, remedy);
        }
        found.map(|(_, value)| *value)
    }
}
