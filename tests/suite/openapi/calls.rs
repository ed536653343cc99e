//! Calls of imported operations: what arrives at the server, and what comes back of its answers.

use serde_json::{Value, json};
use toolhost_tests::servers::{Request, Say, Server, with_headers};

use super::{Hotel, TOKEN, check, fixture, imported};

fn respond(status: &str, media: &str, body: &[u8]) -> Say {
    let length = body.len();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: {media}\r\ncontent-length: {length}\r\n\r\n");
    Say::This([head.as_bytes(), body].concat())
}

/// A hotel: it says what came, or fails as it is asked to.
fn reception(request: &Request) -> Say {
    let token = request.headers("authorization").join(", ");
    let path = request.path().split('?').next().unwrap_or_default();
    match path.rsplit('/').next().unwrap_or_default() {
        "nobody" => respond(
            "404 Not Found",
            "application/json",
            b"{\"error\": \"no such guest\"}",
        ),
        "wrong" => respond(
            "422 Unprocessable Content",
            "application/json",
            b"{\"error\": \"bad id\"}",
        ),
        "bad" => respond("400 Bad Request", "text/plain", b"bad id"),
        "fire" => respond("500 Internal Server Error", "text/html", b"<h1>Fire</h1>"),
        "blab" => respond(
            "403 Forbidden",
            "text/plain",
            format!("no entry with {token}").as_bytes(),
        ),
        "moved" => Say::This(
            b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
                .to_vec(),
        ),
        "gone" => Say::This(b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()),
        "photo" => respond("200 OK", "image/png", b"\x89PNG\r\n"),
        "diary" | "bills" => respond("200 OK", "text/plain", b"Dear diary"),
        _ => with_headers(
            "content-type: application/json\r\n",
            &json!({"path": request.path(), "token": token}).to_string(),
        ),
    }
}

async fn hotel() -> (Server, Hotel) {
    let server = Server::plain(reception).await;
    let hotel = Hotel::open(&server, |config| config);
    (server, hotel)
}

#[tokio::test]
async fn operations_are_asked_for_as_they_are_described() {
    let (server, hotel) = hotel().await;
    let table = [
        ("listGuests", json!({}), "GET /v1/guests", ""),
        (
            "listGuests",
            json!({"species": ["cat", "dog"], "room": [1, 2], "filter": {"age": 3, "name": "a&b"}, "limit": 10}),
            "GET /v1/guests?species=cat&species=dog&room=1,2&filter%5Bage%5D=3&filter%5Bname%5D=a%26b&limit=10",
            "",
        ),
        (
            "checkIn",
            json!({"body": {"name": "Tom", "species": null, "pin": "1"}, "X-Request-Id": "r-1"}),
            "POST /v1/guests",
            r#"{"name":"Tom","species":null,"pin":"1"}"#,
        ),
        (
            "getGuest",
            json!({"guestId": "Tom & co?"}),
            "GET /v1/guests/Tom%20%26%20co%3F",
            "",
        ),
        (
            "checkOut",
            json!({"guestId": "gone"}),
            "DELETE /v1/guests/gone",
            "",
        ),
        (
            "getPhoto",
            json!({"guestId": "1"}),
            "GET /v1/guests/1/photo",
            "",
        ),
        (
            "post_guests_guestId_diary",
            json!({"guestId": "1", "body": "Slept."}),
            "POST /v1/guests/1/diary",
            "Slept.",
        ),
        (
            "make_bill",
            json!({"body": {"guest": "T & T", "extra": ["fish", "milk"]}}),
            "POST /v1/bills",
            "extra=fish&extra=milk&guest=T%20%26%20T",
        ),
        (
            "getBill",
            json!({"year": 2026, "number": 7}),
            "GET /v1/bills/2026-7.pdf",
            "",
        ),
    ];
    for (tool, kwargs, line, body) in table {
        let answer = hotel.call(tool, kwargs).await;
        assert_eq!(answer["error_code"], Value::Null, "{tool}: {answer}");
        let request = server.requests().pop().expect("it arrived");
        let first = request.head.lines().next().unwrap_or_default();
        assert_eq!(first, format!("{line} HTTP/1.1"), "{tool}");
        assert_eq!(String::from_utf8_lossy(&request.body), body, "{tool}");
    }
    let requests = server.requests();
    let check_in = &requests[2];
    assert_eq!(check_in.headers("content-type"), ["application/json"]);
    assert_eq!(check_in.headers("accept"), ["application/json"]);
    assert_eq!(check_in.headers("x-request-id"), ["r-1"]);
}

#[tokio::test]
async fn answers_come_as_data_text_or_bytes() {
    let (_server, hotel) = hotel().await;
    let list = hotel.call("listGuests", json!({"limit": 1})).await;
    assert_eq!(list["metadata"]["structured"]["path"], "/v1/guests?limit=1");
    let diary = json!({"guestId": "1", "body": "x"});
    let diary = hotel.call("post_guests_guestId_diary", diary).await;
    assert_eq!(diary["content"], "Dear diary");
    let gone = hotel.call("checkOut", json!({"guestId": "gone"})).await;
    assert_eq!(gone["content"], "The server answered 204 and nothing more.");
    let photo = hotel.call("getPhoto", json!({"guestId": "1"})).await;
    assert!(photo["content"].to_string().contains("iVBORw0K"), "{photo}");
}

#[tokio::test]
async fn refusals_of_the_server_keep_their_kind_and_their_words() {
    let (_server, hotel) = hotel().await;
    for (guest, code, words) in [
        ("nobody", 404, "no such guest"),
        ("wrong", 400, "bad id"),
        ("bad", 400, "bad id"),
        ("fire", 500, "Fire"),
        ("moved", 500, "redirects are not followed"),
    ] {
        let answer = hotel.call("getGuest", json!({"guestId": guest})).await;
        assert_eq!(answer["error_code"], code, "{answer}");
        let message = answer["error_message"].as_str().unwrap_or_default();
        assert!(message.contains(words), "{answer}");
    }
}

#[tokio::test]
async fn the_secret_is_added_and_never_seen() {
    let (server, hotel) = hotel().await;
    for (tool, kwargs) in [
        ("listGuests", json!({})),
        ("getGuest", json!({"guestId": "blab"})),
        ("listGuests", json!({"authorization": "Basic mine"})),
    ] {
        let answer = hotel.call(tool, kwargs).await.to_string();
        assert!(!answer.contains(TOKEN), "{answer}");
    }
    let arrived = server.requests();
    assert_eq!(arrived.len(), 2, "what no schema has is refused");
    for request in arrived {
        assert_eq!(
            request.headers("authorization"),
            [format!("Bearer {TOKEN}")]
        );
    }
    let answer = hotel.call("listGuests", json!({})).await;
    let token = &answer["metadata"]["structured"]["token"];
    assert_eq!(*token, "Bearer [PET_HOTEL_HOTEL_TOKEN redacted]");
    for path in ["/v1/providers", "/v1/tools"] {
        let url = format!("{}{path}", hotel.serving.url);
        let shown = hotel.client.get(url).send().await.expect("an answer");
        let shown = shown.text().await.expect("text");
        assert!(!shown.contains(TOKEN), "{path}: {shown}");
    }
}

#[tokio::test]
async fn arguments_lead_to_no_other_path() {
    let (server, hotel) = hotel().await;
    for guest in [
        "../admin",
        "..",
        ".",
        "",
        "..\\admin",
        "x/../../admin",
        "\u{ff0e}\u{ff0e}",
        "%2e%2e%2fadmin",
        "..%2fadmin",
        "...",
        "a\r\nb",
        "\u{0}",
    ] {
        for tool in ["getGuest", "getPhoto"] {
            let answer = hotel.call(tool, json!({"guestId": guest})).await;
            assert_ne!(answer["error_code"], Value::Null, "{guest:?}: {answer}");
        }
    }
    // What means something in a URL means nothing in an argument.
    for guest in ["a?b=c", "a#b", "a;b", "a:b@c", "a&b", "~root"] {
        hotel.call("getGuest", json!({"guestId": guest})).await;
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 6);
    for request in requests {
        let segments: Vec<&str> = request.path().split('/').collect();
        let is_guest =
            matches!(segments[..], ["", "v1", "guests", guest] if !guest.contains(['?', '#']));
        assert!(is_guest, "{}", request.head);
    }
}

#[tokio::test]
async fn an_operation_outside_of_the_grants_is_denied() {
    let server = Server::plain(reception).await;
    // As if somebody changed the operations, and not the grants.
    let hotel = Hotel::open(&server, |config| {
        let config = config.replace(r#""path":"/bills","#, r#""path":"/admin","#);
        config.replace(r#""method":"DELETE""#, r#""method":"PATCH""#)
    });
    let asked = json!({"body": {"guest": "x"}});
    for (tool, kwargs) in [("make_bill", asked), ("checkOut", json!({"guestId": "1"}))] {
        let answer = hotel.call(tool, kwargs).await;
        let message = answer["error_message"].as_str().unwrap_or_default();
        assert!(message.contains("is not granted to this tool"), "{answer}");
        assert!(answer["metadata"]["denials"][0].is_object(), "{answer}");
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_server_that_does_not_answer_ends_the_call_in_time() {
    let server = Server::silent().await;
    let hotel = Hotel::open(&server, |config| {
        config.replace("timeout: 30s", "timeout: 300ms")
    });
    let answer = hotel.call("listGuests", json!({})).await;
    assert_eq!(answer["metadata"]["kind"], "timeout", "{answer}");
}

#[tokio::test]
async fn tools_tell_what_to_expect_of_them() {
    let (config, _) = imported(&fixture("hotel.yaml"), &[]);
    let shown = check(&config, &[("PET_HOTEL_HOTEL_TOKEN", TOKEN)]);
    let shown: Value = serde_json::from_str(&shown).expect("JSON");
    let tools = shown["tools"].as_array().expect("a list");
    let tool = |name: &str| {
        let mut found = tools.iter().filter(|tool| tool["name"] == name);
        found
            .next()
            .unwrap_or_else(|| panic!("{name}: {shown}"))
            .clone()
    };
    let list = tool("listGuests");
    assert_eq!(
        list["description"],
        "List guests\n\nThose that are in the hotel now."
    );
    assert_eq!(list["metadata"]["title"], "List guests");
    let hints = json!({"readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": true});
    assert_eq!(list["metadata"]["annotations"], hints);
    let hints = json!({"readOnlyHint": false, "destructiveHint": true, "idempotentHint": true, "openWorldHint": true});
    assert_eq!(tool("checkOut")["metadata"]["annotations"], hints);
}
