//! Shows a colour as every kind of content: text, image, document, link and JSON.

mod png;

use toolhost_sdk::{Content, Reference, ToolError, tool};

/// A colour by its parts.
#[toolhost_sdk::json]
struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

/// Shows a colour: a text, a small image, a style sheet, a link to read on, and its parts.
#[tool(read_only, idempotent, title = "Show a colour")]
fn show_colour(
    /// Six hex digits, such as `ff8800`.
    #[schemars(length(min = 6, max = 7))]
    hex: String,
) -> Result<Vec<Content>, ToolError> {
    let colour = parse(&hex)?;
    let digits = format!("{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
    let image = png::square(16, [colour.red, colour.green, colour.blue]);
    Ok(vec![
        Content::text(format!("The colour #{digits}.")),
        Content::image(image, "image/png"),
        Content::document(
            &format!("colour:///{digits}.css"),
            "text/css",
            format!(":root {{ --colour: #{digits}; }}\n"),
        ),
        Content::Link(Reference {
            uri: "https://www.w3.org/TR/css-color-4/".to_owned(),
            name: "CSS Color Module".to_owned(),
            description: Some("What browsers make of colours.".to_owned()),
            media_type: Some("text/html".to_owned()),
        }),
        Content::json(&colour)?,
    ])
}

fn parse(hex: &str) -> Result<Colour, ToolError> {
    let digits = hex.strip_prefix('#').unwrap_or(hex);
    let number = match digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => u32::from_str_radix(digits, 16)?,
        false => {
            let problem = "`hex` is no colour; write six hex digits, such as `ff8800`";
            return Err(ToolError::invalid_input(problem));
        }
    };
    let [_, red, green, blue] = number.to_be_bytes();
    Ok(Colour { red, green, blue })
}

toolhost_sdk::export!(show_colour);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_content_is_there() {
        let contents = show_colour("#FF8800".to_owned()).unwrap();
        assert_eq!(contents.len(), 5);
        assert_eq!(contents[0], Content::text("The colour #ff8800."));
        let json = r#"{"red":255,"green":136,"blue":0}"#;
        assert_eq!(contents[4], Content::Json(json.to_owned()));
    }

    #[test]
    fn what_is_no_colour_is_refused() {
        for hex in ["", "ff880", "#ff88000", "+f8800", "ggg000", "ff88é"] {
            assert!(
                matches!(parse(hex), Err(ToolError::InvalidInput(_))),
                "{hex}"
            );
        }
    }
}
