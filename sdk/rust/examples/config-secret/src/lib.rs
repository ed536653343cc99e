//! Greets in the operator's words, and asks a service under the operator's account.
//!
//! The host adds the service's token to the request; the tool never sees it.

use toolhost_sdk::{ToolError, config, http, tool};

/// What the service says about whoever asks; it may say more.
#[toolhost_sdk::json]
struct Account {
    account: String,
}

/// Greets somebody and tells under which account the service knows us.
#[tool(read_only, open_world)]
fn greet(
    /// Whom to greet, such as `Ada`.
    #[schemars(length(min = 1, max = 100))]
    name: String,
) -> Result<String, ToolError> {
    let greeting = config::get("greeting").unwrap_or_else(|| "Hello".to_owned());
    let service = config::require("service")?;
    let answer = http::get(&format!("{service}/v1/account"))?;
    if answer.status == 401 {
        return Err(ToolError::failed(
            "the service wants a token; grant it under `grants.secrets`",
        ));
    }
    let Account { account } = answer.successful()?.json()?;
    Ok(format!(
        "{greeting}, {}! The service knows us as {account}.",
        name.trim()
    ))
}

toolhost_sdk::export!(greet);

#[cfg(test)]
mod tests {
    use toolhost_sdk::fake;
    use toolhost_sdk::http::Response;

    use super::*;

    fn answer(status: u16, body: &'static str) {
        fake::http(move |request| {
            assert_eq!(request.url, "https://a.example/v1/account");
            assert!(request.headers.is_empty(), "the token is the host's to add");
            Ok(Response {
                status,
                headers: Vec::new(),
                body: body.into(),
            })
        });
    }

    #[test]
    fn greeting_and_account_come_from_outside() {
        fake::config([("greeting", "Good day"), ("service", "https://a.example")]);
        answer(200, r#"{"account": "acme", "since": 1999}"#);
        let expected = "Good day, Ada! The service knows us as acme.";
        assert_eq!(greet("Ada".to_owned()).unwrap(), expected);
    }

    #[test]
    fn what_is_missing_is_named() {
        let problem = || greet("Ada".to_owned()).unwrap_err().to_string();
        assert!(problem().contains("`service`"));
        fake::config([("service", "https://a.example")]);
        answer(401, "");
        assert!(problem().contains("grants.secrets"));
        answer(200, "[]");
        assert!(problem().contains("does not fit"));
    }
}
