//! `config.pin` of a provider: digests of what was approved.

use super::Check;
use super::auth::bytes_of_hex;
use super::read::Fields;
use crate::config::Pin;

impl Check<'_> {
    pub(super) fn pin(&mut self, config: &Fields<'_>) -> Pin {
        let pin = self.section(config, "pin", "providers.tool_runtime[].config.pin");
        if let Some(spot) = config.get_or_null("pin")
            && spot.node.is_vacant()
        {
            // Nobody should believe something pinned that is not.
            let remedy = "write `component: DIGEST`, `tools: DIGEST` or both, as `toolhost component inspect` prints them";
            self.problem(&spot, "it pins nothing", remedy);
        }
        Pin {
            component: self.digest(&pin, "component"),
            tools: self.digest(&pin, "tools"),
            place: self.place(&pin.spot),
        }
    }

    fn digest(&mut self, pin: &Fields<'_>, name: &str) -> Option<String> {
        let spot = pin.get_or_null(name)?;
        let text = spot.node.text().unwrap_or_default();
        let digits = text.strip_prefix("blake3:");
        let digits = digits.filter(|digits| bytes_of_hex(digits).is_some());
        if digits.is_none() {
            let message = format!("{} is no digest", spot.node.shown());
            let remedy =
                "write `blake3:` and 64 hex digits, as `toolhost component inspect` prints them";
            self.problem(&spot, message, remedy);
        }
        digits.map(str::to_ascii_lowercase)
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Pin;
    use crate::config::check::tests::{check, provider, read};

    #[test]
    fn a_pin_has_one_digest_or_both() {
        let digits = "0123456789abcdef".repeat(4);
        let upper = digits.to_uppercase();
        let pin = |text: &str| read(&provider(text), &[]).unwrap().providers[0].pin.clone();
        assert_eq!(
            pin("{}"),
            Pin {
                place: pin("{}").place,
                ..Pin::default()
            }
        );
        let component = pin(&format!("{{pin: {{component: 'blake3:{upper}'}}}}"));
        assert_eq!(component.component.as_deref(), Some(&*digits));
        assert_eq!(component.tools, None);
        let both = pin(&format!(
            "{{pin: {{component: 'blake3:{digits}', tools: 'blake3:{upper}'}}}}"
        ));
        assert_eq!(both.component, both.tools);
        assert!(both.place.path.ends_with("config.pin"), "{}", both.place);
    }

    #[test]
    fn what_pins_nothing_is_refused() {
        let digits = "0".repeat(64);
        for (text, message) in [
            ("{}", "it pins nothing"),
            ("null", "it pins nothing"),
            ("{tools: null}", "is no digest"),
            ("{tools: 5}", "is no digest"),
            (&format!("{{component: '{digits}'}}"), "is no digest"),
            (&format!("{{component: 'sha256:{digits}'}}"), "is no digest"),
            (&format!("{{tools: 'blake3:{digits}0'}}"), "is no digest"),
            ("{tools: 'blake3:'}", "is no digest"),
            ("{tools: ''}", "is no digest"),
        ] {
            let text = provider(&format!("{{pin: {text}}}"));
            check(&text, message, "toolhost component inspect");
        }
        check(&provider("{pin: x}"), "`x` is no map", "key: value");
        check(
            &provider("{pin: {tool: x}}"),
            "key `tool` is unknown",
            "`tools`",
        );
    }
}
