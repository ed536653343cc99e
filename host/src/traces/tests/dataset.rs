//! Datasets and their rows.

use serde_json::{Map, json};

use super::*;

fn dataset(name: &str) -> Dataset {
    Dataset {
        name: name.to_owned(),
        purpose: "eval/question-answer".to_owned(),
        source: json!({"type": "rows", "rows": []}),
        metadata: Map::new(),
    }
}

fn row(number: usize) -> Map<String, serde_json::Value> {
    json!({"number": number}).as_object().unwrap().clone()
}

fn datasets(bytes_max: u64) -> (Fresh, Datasets) {
    let fresh = fresh();
    let datasets = Datasets::open(&fresh.path, bytes_max).unwrap();
    (fresh, datasets)
}

#[test]
fn a_dataset_is_made_found_and_removed() {
    let (_fresh, datasets) = datasets(10_000_000);
    assert_eq!(datasets.get("a").unwrap(), None);
    for name in ["b", "a", "' OR 1"] {
        datasets.create(&dataset(name)).unwrap();
        datasets.create(&dataset(name)).unwrap();
        assert_eq!(datasets.get(name).unwrap(), Some(dataset(name)));
    }
    let names: Vec<_> = datasets
        .list()
        .unwrap()
        .into_iter()
        .map(|dataset| dataset.name)
        .collect();
    assert_eq!(names, ["' OR 1", "a", "b"]);
    let mut other = dataset("a");
    other.purpose.clear();
    assert!(matches!(datasets.create(&other), Err(Error::DatasetExists(name)) if name == "a"));
    let rows: Vec<_> = (0..12_000).map(row).collect();
    datasets.append("a", &rows).unwrap();
    assert!(datasets.remove("a").unwrap());
    assert!(!datasets.remove("a").unwrap());
    assert!(matches!(
        datasets.rows("a", 0, None),
        Err(Error::NoDataset(_))
    ));
    assert!(matches!(
        datasets.append("a", &rows),
        Err(Error::NoDataset(_))
    ));
    datasets.create(&dataset("a")).unwrap();
    assert_eq!(datasets.rows("a", 0, None).unwrap(), Rows::default());
}

#[test]
fn rows_come_in_order_and_in_pages() {
    let (_fresh, datasets) = datasets(10_000_000);
    datasets.create(&dataset("a")).unwrap();
    datasets
        .append("a", &(0..150).map(row).collect::<Vec<_>>())
        .unwrap();
    datasets.append("a", &[row(150)]).unwrap();
    for (start, asked, first, count, has_more) in [
        (0, None, 0, 100, true),
        (100, None, 100, 51, false),
        (51, None, 51, 100, false),
        (150, Some(1), 150, 1, false),
        (149, Some(1), 149, 1, true),
        (151, None, 0, 0, false),
        (0, Some(0), 0, 0, true),
    ] {
        let page = datasets.rows("a", start, asked).unwrap();
        let expected: Vec<_> = (first..first + count).map(row).collect();
        assert_eq!(page.rows, expected, "{start} {asked:?}");
        assert_eq!(page.has_more, has_more, "{start} {asked:?}");
    }
    assert!(datasets.rows("a", u64::MAX, None).is_err());
    assert!(datasets.rows("a", 0, Some(LIMIT_MAX + 1)).is_err());
}

#[test]
fn datasets_hold_so_much_and_no_more() {
    let (_fresh, datasets) = datasets(1000);
    datasets.create(&dataset("a")).unwrap();
    let large = json!({"text": "x".repeat(500)})
        .as_object()
        .unwrap()
        .clone();
    datasets.append("a", std::slice::from_ref(&large)).unwrap();
    let more = datasets.append("a", &[row(1), large]);
    assert!(matches!(more, Err(Error::Full { limit: 1000 })));
    assert_eq!(
        datasets.rows("a", 0, None).unwrap().rows.len(),
        1,
        "all rows or none"
    );
    datasets.remove("a").unwrap();
    datasets.create(&dataset("b")).unwrap();
}

#[test]
fn a_name_and_a_row_have_a_greatest_length() {
    let (_fresh, datasets) = datasets(u64::MAX);
    assert!(datasets.create(&dataset("")).is_err());
    assert!(datasets.create(&dataset(&"n".repeat(257))).is_err());
    datasets.create(&dataset("a")).unwrap();
    let huge = json!({"text": "x".repeat(1024 * 1024)})
        .as_object()
        .unwrap()
        .clone();
    assert!(matches!(
        datasets.append("a", &[huge]),
        Err(Error::Invalid { field: "rows", .. })
    ));
}
