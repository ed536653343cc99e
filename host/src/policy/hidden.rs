//! Data without what stands under keys that tell of secrets.

use serde_json::Value;

/// A key that contains one of these, in any case, hides what it holds. The first four are those of
/// Llama Stack's own servers.
const SECRET: [&str; 9] = [
    "api_key",
    "api_token",
    "password",
    "secret",
    "access_token",
    "accesstoken",
    "apikey",
    "auth_token",
    "authorization",
];

const HIDDEN: &str = "********";

/// Puts stars in the place of what stands under such keys, at any depth.
pub fn hide_secrets(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match is_secret(key) {
                    true => *value = HIDDEN.into(),
                    false => hide_secrets(value),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(hide_secrets),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    SECRET.iter().any(|word| key.contains(word))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_at_any_depth_and_in_any_case() {
        let mut data = json!({
            "unit": "celsius",
            "max_tokens": 5,
            "weather_API_KEY": "sk-1",
            "nested": {"Password": {"a": 1}, "list": [{"client_secret": null, "name": "x"}, "y"]},
            "api_token": ["a"],
            "accessToken": 1,
        });
        hide_secrets(&mut data);
        let expected = json!({
            "unit": "celsius",
            "max_tokens": 5,
            "weather_API_KEY": "********",
            "nested": {"Password": "********", "list": [{"client_secret": "********", "name": "x"}, "y"]},
            "api_token": "********",
            "accessToken": "********",
        });
        assert_eq!(data, expected);
    }
}
