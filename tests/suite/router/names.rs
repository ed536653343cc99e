//! Finding tools by name, over several groups.

use serde_json::json;
use toolhost::catalog::{RegisterError, Registration};
use toolhost::invocation::Rejection;
use toolhost::tool::{GroupName, ProviderName};
use toolhost_tests::Setup;

#[tokio::test]
async fn a_name_that_two_groups_offer_is_ambiguous_bare_and_reachable_qualified() {
    let host = Setup::new()
        .weather()
        .group("builtin::weather", "weather-runtime")
        .start()
        .await;
    let rejection = host.rejects("get_weather", json!({"city": "Oslo"})).await;
    assert_eq!(
        rejection,
        Rejection::AmbiguousTool {
            name: "get_weather".to_owned(),
            candidates: vec![
                "weather/get_weather".to_owned(),
                "builtin::weather/get_weather".to_owned()
            ],
        }
    );
    for name in [
        "weather/get_weather",
        "weather::get_weather",
        "builtin::weather/get_weather",
        "builtin::weather::get_weather",
    ] {
        host.good(name, json!({"city": "Oslo"})).await;
    }
}

#[tokio::test]
async fn an_unknown_name_is_rejected_with_the_nearest_one() {
    let host = Setup::new().weather().start().await;
    let Rejection::UnknownTool {
        nearest, providers, ..
    } = host.rejects("get_wether", json!({})).await
    else {
        panic!()
    };
    assert_eq!(nearest.as_deref(), Some("get_weather"));
    assert_eq!(providers, ["weather-runtime"]);
    let Rejection::UnknownTool { nearest, name, .. } =
        host.rejects(&"x".repeat(10_000), json!({})).await
    else {
        panic!()
    };
    assert_eq!(nearest, None);
    assert!(
        name.len() <= 128,
        "a client's text is not repeated at length"
    );
}

#[tokio::test]
async fn groups_come_and_go_while_the_host_runs() {
    let host = Setup::new().weather().start().await;
    let registry = host.router().registry();
    let registration =
        |name: &str, provider: Option<&str>, args: Option<serde_json::Map<_, _>>| Registration {
            name: GroupName::parse(name).expect("a name"),
            provider: provider.map(|name| ProviderName::parse(name).expect("a name")),
            args,
        };
    registry
        .register(registration("mine", None, None))
        .expect("the only provider is meant");
    registry
        .register(registration("mine", Some("weather-runtime"), None))
        .expect("the same again is fine");
    host.good("mine/get_weather", json!({"city": "Oslo"})).await;

    let other = json!({"region": "eu"}).as_object().cloned();
    let refused = registry.register(registration("mine", None, other));
    assert!(matches!(refused, Err(RegisterError::AlreadyExists { .. })));
    let refused = registry.register(registration("yours", Some("nobody"), None));
    assert!(matches!(
        refused,
        Err(RegisterError::UnknownProvider { .. })
    ));

    registry.unregister("mine").expect("it exists");
    assert!(registry.unregister("mine").is_err());
    host.rejects("mine/get_weather", json!({"city": "Oslo"}))
        .await;
    host.good("get_weather", json!({"city": "Oslo"})).await;
}
