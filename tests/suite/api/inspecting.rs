//! What the server says about itself: health, version, routes, models.

use serde_json::{Value, json};

use super::types::{self, require_list};
use super::wire::Wire;

fn data(value: &Value) -> &[Value] {
    value["data"].as_array().expect("a list")
}

#[tokio::test]
async fn the_server_tells_its_health_and_version() {
    let wire = Wire::to_weather().await;
    for path in ["/v1/health", "/healthz", "/readyz"] {
        let answer = wire.get(path).await;
        assert_eq!(
            (answer.status, answer.json()),
            (200, json!({"status": "OK"})),
            "{path}"
        );
    }
    // The workspace has one version.
    assert_eq!(
        wire.get("/v1/version").await.json(),
        json!({"version": env!("CARGO_PKG_VERSION")})
    );
}

#[tokio::test]
async fn there_are_no_models() {
    let wire = Wire::to_weather().await;
    for path in ["/v1/models", "/v1/openai/v1/models"] {
        assert_eq!(
            wire.get(path).await.json(),
            json!({"object": "list", "data": []}),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_path_of_later_or_earlier_clients_answers_as_the_usual_one() {
    let wire = Wire::to_weather().await;
    for (usual, others) in [
        ("/v1/health", vec!["/v1alpha/admin/health"]),
        ("/v1/version", vec!["/v1alpha/admin/version"]),
        ("/v1/inspect/routes", vec!["/v1alpha/admin/inspect/routes"]),
        (
            "/v1/providers",
            vec!["/v1alpha/admin/providers", "/v1/inspect/providers"],
        ),
        (
            "/v1/providers/weather-runtime",
            vec!["/v1alpha/admin/providers/weather-runtime"],
        ),
        ("/v1/providers/nope", vec!["/v1alpha/admin/providers/nope"]),
        ("/v1/tools", vec!["/v1/admin/tools"]),
    ] {
        let answer = wire.get(usual).await;
        for other in others {
            let same = wire.get(other).await;
            assert_eq!(
                (same.status, same.text()),
                (answer.status, answer.text()),
                "{other}"
            );
        }
    }
}

#[tokio::test]
async fn routes_are_listed_in_upstreams_notation_and_by_its_filter() {
    let wire = Wire::to_weather().await;
    let routes = wire.get("/v1/inspect/routes").await.json();
    require_list(types::ROUTE, &routes);
    let route = |method: &str, path: &str| {
        let is_it = |route: &&Value| route["method"] == method && route["route"] == path;
        data(&routes)
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("{method} {path}"))
    };
    assert_eq!(
        route("POST", "/v1/tool-runtime/invoke")["provider_types"],
        json!(["inline::weather"])
    );
    assert_eq!(
        route("DELETE", "/v1/toolgroups/{toolgroup_id:path}")["provider_types"],
        json!(["inline::weather"])
    );
    assert_eq!(route("GET", "/v1/health")["provider_types"], json!([]));

    let filtered = |filter: &'static str| wire.get(filter);
    let v1 = filtered("/v1/inspect/routes?api_filter=v1").await.json();
    let alpha = filtered("/v1/inspect/routes?api_filter=v1alpha")
        .await
        .json();
    let beta = filtered("/v1/inspect/routes?api_filter=v1beta")
        .await
        .json();
    let parts = [&v1, &alpha, &beta].map(|part| data(part).len());
    assert_eq!(parts.iter().sum::<usize>(), data(&routes).len());
    assert!(data(&alpha).iter().all(|route| {
        route["route"]
            .as_str()
            .is_some_and(|path| path.starts_with("/v1alpha/"))
    }));
    assert_eq!(
        filtered("/v1/inspect/routes?api_filter=deprecated")
            .await
            .json(),
        json!({"data": []})
    );
    assert_eq!(
        filtered("/v1/inspect/routes?api_filter=v9").await.invalid(),
        ["[query,api_filter]: literal_error"]
    );
}
