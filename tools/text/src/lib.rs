//! The text tools: `diff-texts`, `search-pattern`, `replace-pattern`, `render-template` and
//! `count-text`.
//!
//! They do no input or output; each has a module that does the work.

mod count;
mod difference;
mod pattern;
mod size;
mod template;

use exports::toolhost::text::text::{
    Group, Guest, PatternMatch, ReplacedText, SearchResult, TextSize,
};
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({
    path: "../../wit/text",
    world: "text-tool",
    generate_all,
});

struct Text;

impl Guest for Text {
    fn diff_texts(
        before: String,
        after: String,
        context: Option<u32>,
    ) -> Result<String, ToolError> {
        difference::unified(&before, &after, context).map_err(ToolError::InvalidInput)
    }

    fn search_pattern(
        text: String,
        pattern: String,
        limit: Option<u32>,
    ) -> Result<SearchResult, ToolError> {
        let found = pattern::search(&text, &pattern, limit).map_err(ToolError::InvalidInput)?;
        Ok(SearchResult {
            count: found.count,
            matches: found.matches.into_iter().map(wit_match).collect(),
            truncated: found.truncated,
        })
    }

    fn replace_pattern(
        text: String,
        pattern: String,
        replacement: String,
    ) -> Result<ReplacedText, ToolError> {
        pattern::replace(&text, &pattern, &replacement)
            .map(|(text, count)| ReplacedText { text, count })
            .map_err(ToolError::InvalidInput)
    }

    fn render_template(template: String, values: String) -> Result<String, ToolError> {
        template::render(&template, &values).map_err(ToolError::InvalidInput)
    }

    fn count_text(text: String) -> Result<TextSize, ToolError> {
        let counts = count::count(&text).map_err(ToolError::InvalidInput)?;
        Ok(TextSize {
            characters: counts.characters,
            characters_without_spaces: counts.characters_without_spaces,
            words: counts.words,
            lines: counts.lines,
            paragraphs: counts.paragraphs,
            bytes: counts.bytes,
        })
    }
}

fn wit_match(found: pattern::Match) -> PatternMatch {
    let group = |(name, text)| Group { name, text };
    PatternMatch {
        line: found.line,
        column: found.column,
        text: found.text,
        groups: found.groups.into_iter().map(group).collect(),
    }
}

export!(Text);
