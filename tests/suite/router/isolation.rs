//! A guest sees nothing of the world and nothing of other calls.

use serde_json::json;
use toolhost_tests::Setup;

/// Row 33: whatever a guest may look for; denied.
#[tokio::test]
async fn a_guest_sees_no_environment_no_files_no_network() {
    let host = Setup::new().guest("reads_world").start().await;
    let seen = host
        .good("look", json!({}))
        .await
        .structured
        .expect("a list");
    let seen: Vec<(String, String)> = serde_json::from_value(seen).expect("pairs");
    assert_eq!(seen.len(), 12, "{seen:?}");
    for (what, outcome) in seen {
        assert!(outcome.starts_with("denied"), "{what}: {outcome}");
    }
}

/// Row 37: a counter in memory; each call begins at zero.
#[tokio::test]
async fn no_call_sees_what_another_left_behind() {
    let host = Setup::new().guest("remembers").start().await;
    for _ in 0..50 {
        assert_eq!(
            host.good("count", json!({})).await.structured,
            Some(json!(1))
        );
    }
}
