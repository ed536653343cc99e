//! The config that is written: what it grants, and what it says is left out.

use serde_json::Value;
use toolhost_tests::serving::Serving;

use super::{check, fixture, import, imported, refused, text};

#[test]
fn a_description_of_3_0_becomes_a_config_with_its_own_grants() {
    let (config, said) = imported(&fixture("hotel.yaml"), &[]);
    let begin = config
        .split("          config:\n")
        .next()
        .expect("the beginning");
    insta::assert_snapshot!(begin);
    insta::assert_snapshot!(said);
    check(&config, &[("PET_HOTEL_HOTEL_TOKEN", "0123456789")]);
    assert_eq!(
        imported(&fixture("hotel.yaml"), &[]),
        (config, said),
        "the same again"
    );
}

#[test]
fn a_description_of_3_1_becomes_one_as_well() {
    let (config, said) = imported(&fixture("library.json"), &[]);
    insta::assert_snapshot!(config);
    insta::assert_snapshot!(said);
    check(&config, &[("A_LIBRARY_KEY", "0123456789")]);
}

#[test]
fn some_operations_can_be_chosen() {
    let spec = fixture("hotel.yaml");
    let tools = |args: &[&str]| {
        let (shown, _) = imported(&spec, &[args, &["--json"]].concat());
        let shown: Value = serde_json::from_str(&shown).expect("JSON");
        let tools = shown["tools"].as_array().expect("a list").iter();
        let tools: Vec<String> = tools
            .map(|tool| tool.as_str().unwrap_or_default().to_owned())
            .collect();
        (tools.join(" "), shown)
    };
    let (names, shown) = tools(&["--only", "getBill,make bill!"]);
    assert_eq!(names, "make_bill getBill");
    assert_eq!(
        shown["network"].as_array().map(Vec::len),
        Some(2),
        "{shown}"
    );
    let config = shown["config"].as_str().expect("YAML");
    check(config, &[("PET_HOTEL_HOTEL_TOKEN", "0123456789")]);
    let (names, shown) = tools(&["--only", "make_bill"]);
    assert_eq!(
        (names.as_str(), shown["secrets"].to_string().as_str()),
        ("make_bill", "[]")
    );
    check(shown["config"].as_str().expect("YAML"), &[]);
    assert_eq!(
        tools(&["--tag", "guests"]).0,
        "listGuests checkIn getGuest checkOut"
    );
    for args in [["--only", "nobody"], ["--tag", "nobody"]] {
        let said = refused(&spec, &args, 2);
        assert!(said.contains("`nobody`; there are: `"), "{said}");
    }
    let said = refused(&spec, &["--only", "putPhoto"], 65);
    assert!(said.contains("multipart/form-data"), "{said}");
}

#[test]
fn a_file_is_written_and_the_next_steps_are_said() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("new/hotel.yaml");
    let path = file.to_str().expect("UTF-8");
    let args = [
        "-o",
        path,
        "--name",
        "inn",
        "--server",
        "http://127.0.0.1:9/api/",
    ];
    let (said, _) = imported(&fixture("hotel.yaml"), &args);
    assert!(
        said.contains("8 tool(s)") && said.contains("set INN_HOTEL_TOKEN: "),
        "{said}"
    );
    assert!(
        said.ends_with(&format!(
            "  toolhost check {path}\n  toolhost serve {path}\n"
        )),
        "{said}"
    );
    let config = std::fs::read_to_string(&file).expect("it is there");
    let entry = "- { host: 127.0.0.1, schemes: [http], methods: [GET, POST], path: /api/guests, ports: [9], addresses: [127.0.0.1/32] }";
    assert!(config.contains(entry), "{config}");
    assert!(
        config.contains("toolgroup_id: inn, provider_id: inn-runtime"),
        "{config}"
    );
    check(&config, &[("INN_HOTEL_TOKEN", "0123456789")]);
}

#[tokio::test]
async fn the_host_can_import_its_own_description() {
    let serving = Serving::start(&[]);
    let url = format!("{}/openapi.json", serving.url);
    let document = reqwest::get(url)
        .await
        .expect("an answer")
        .text()
        .await
        .expect("text");
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("openapi.json");
    std::fs::write(&file, document).expect("written");
    let (config, _) = imported(&file, &["--server", "https://tools.example"]);
    let shown = check(&config, &[("TOOLHOST_KEY", "0123456789")]);
    assert!(shown.contains("invoke"), "{shown}");
}

#[test]
fn what_is_no_description_is_refused_in_words() {
    let dir = tempfile::tempdir().expect("a folder");
    for (content, words) in [
        ("{}", "no key `openapi`"),
        ("swagger: '2.0'", "convert it"),
        ("openapi: 2.9.9", "3.0 and 3.1"),
        ("openapi: 3.0.0\npaths: {}", "no operation"),
        ("openapi: 3.0.0\npaths: {/a: {get: {}}}", "--server URL"),
        (
            "openapi: 3.0.0\npaths: {/a: {get: {}}}\nservers: [{url: /v1}]",
            "--server URL",
        ),
        ("openapi: 3.0.0\nopenapi: 3.0.1", "stands twice"),
        ("a: [", "not YAML"),
    ] {
        let file = dir.path().join("x.yaml");
        std::fs::write(&file, content).expect("written");
        let said = refused(&file, &[], 65);
        assert!(said.contains(words), "{content}: {said}");
    }
    let missing = dir.path().join("nowhere.yaml");
    assert!(refused(&missing, &[], 65).contains("no such file"));
    let output = import("https://example.com/api.yaml".as_ref(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("must be a file"));
    let said = refused(&fixture("hotel.yaml"), &["--name", "no/../name"], 2);
    assert!(said.contains("--name"), "{said}");
}
