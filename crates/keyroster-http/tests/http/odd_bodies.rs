//! Bodies as real servers write them: one odd value costs that value only, and a secret is never lost over it.

use keyroster_core::ErrorKind;
use keyroster_http::json::{Field, Id};
use keyroster_http::record;
use serde::Deserialize;
use serde_json::Value;

use crate::support::server::{Reply, Server, reply};
use crate::support::{client, create, get};

record! {
    struct Row {
        id: Id = "id",
        name: String = "name",
        on: bool = "on",
        count: u64 = "count",
    }
}

#[derive(Debug, Deserialize)]
struct Rows {
    rows: Vec<Row>,
    #[serde(default)]
    total: Field<u64>,
}

async fn rows(body: impl AsRef<[u8]>) -> Rows {
    let server = Server::start([reply(200, &[], body)]).await;
    client(&server.url()).build().send(get()).await.unwrap().object().unwrap()
}

#[tokio::test]
async fn one_odd_value_costs_that_value_only() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let values =
        [r#""cut \ud83d""#, "1e400", &"9".repeat(5000), "NaN", "-Infinity", "\"a\u{1}b\"", &deep];
    for odd in values {
        for name in ["name", "on", "count", "unknown"] {
            let body = format!(
                r#"{{"rows": [{{"id": "a", "{name}": {odd}}}, {{"id": "b", "name": "ci", "count": 2}}], "total": "23"}}"#
            );
            let Rows { mut rows, mut total } = rows(body).await;
            assert_eq!(total.take(), Some(23), "{name}: {odd:.20}");
            assert_eq!(rows[0].id.id().as_deref(), Some("a"), "{name}: {odd:.20}");
            assert_eq!(
                (rows[0].on.take(), rows[0].count.take()),
                (None, None),
                "{name}: {odd:.20}"
            );
            assert_eq!(rows[1].name.take().as_deref(), Some("ci"), "{name}: {odd:.20}");
            assert_eq!(rows[1].count.take(), Some(2), "{name}: {odd:.20}");
        }
        let Rows { mut rows, mut total } =
            rows(format!(r#"{{"rows": [{{"id": 7}}], "total": {odd}}}"#)).await;
        assert_eq!((rows[0].id.id().as_deref(), total.take()), (Some("7"), None), "{odd:.20}");
    }
}

#[tokio::test]
async fn byte_order_marks_and_other_encodings_are_read() {
    let body = r#"{"rows": [{"id": "a", "name": "x"}]}"#;
    let utf16: Vec<u8> =
        format!("\u{feff}{body}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [format!("\u{feff}{body}").into_bytes(), utf16, format!("{body}\0\n").into_bytes()]
    {
        assert_eq!(rows(bytes).await.rows[0].name.take().as_deref(), Some("x"));
    }
    let latin1 =
        b"{\"rows\": [{\"id\": \"a\", \"name\": \"caf\xe9\"}, {\"id\": \"b\", \"name\": \"x\"}]}";
    let mut rows = rows(latin1).await.rows;
    assert_eq!(rows[0].name.take().as_deref(), Some("caf\u{fffd}"));
    assert_eq!(rows[1].name.take().as_deref(), Some("x"));
}

#[tokio::test]
async fn an_odd_row_costs_only_itself() {
    for odd in ["null", "7", "\"x\"", "[1]", "true", "1.5"] {
        let mut rows = rows(format!(r#"{{"rows": [{odd}, {{"id": "b"}}]}}"#)).await.rows;
        assert_eq!(rows[0].id.id(), None, "{odd}");
        assert_eq!(rows[1].id.id().as_deref(), Some("b"), "{odd}");
    }
}

#[tokio::test]
async fn an_id_that_names_nothing_is_missing() {
    for odd in [r#""""#, r#"" \t""#, "null", "true", "[]", "-1", r#""cut \ud83d""#] {
        let mut rows = rows(format!(r#"{{"rows": [{{"id": {odd}, "name": "x"}}]}}"#)).await.rows;
        assert_eq!(rows[0].id.id(), None, "{odd}");
    }
}

#[tokio::test]
async fn a_member_that_is_written_twice_counts_only_if_both_agree() {
    let mut rows =
        rows(r#"{"rows": [{"id": "a", "on": true, "on": false, "count": 2, "count": 2}]}"#)
            .await
            .rows;
    assert_eq!((rows[0].on.take(), rows[0].count.take()), (None, Some(2)));
    assert_eq!(rows[0].leftovers().get("on"), Some(&serde_json::json!([true, false])));
}

#[tokio::test]
async fn an_error_next_to_the_data_is_an_error() {
    for (said, words) in [
        (
            r#""error": {"message": "only managers can list", "code": 403}"#,
            "only managers can list",
        ),
        (r#""error": "only managers can list""#, "only managers can list"),
        (r#""errors": [{"message": "only managers can list"}]"#, "only managers can list"),
        (r#""success": false, "message": "only managers can list""#, "only managers can list"),
    ] {
        for body in [format!(r#"{{"rows": [], {said}}}"#), format!("{{{said}}}")] {
            let server = Server::start([reply(200, &[], &body)]).await;
            let response = client(&server.url()).build().send(get()).await.unwrap();
            let error = response.object::<Rows>().unwrap_err();
            assert!(error.to_string().contains(words), "{body}: {error}");
        }
    }
    for fine in [r#""error": null"#, r#""errors": []"#, r#""success": true"#, r#""error ": 1"#] {
        assert!(rows(format!(r#"{{"rows": [], {fine}}}"#)).await.rows.is_empty(), "{fine}");
    }
}

#[tokio::test]
async fn a_list_is_a_200_with_a_body() {
    for status in [202, 203, 204, 205, 206, 207, 226] {
        let body = if matches!(status, 204 | 205) { "" } else { r#"{"rows": []}"# };
        let server = Server::start([reply(status, &[], body)]).await;
        let error = client(&server.url()).build().send(get()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{status}: {error}");
        assert!(error.to_string().contains("complete response"), "{status}: {error}");
    }
}

#[tokio::test]
async fn many_and_odd_headers_are_read() {
    let mut head = "HTTP/1.1 200 OK\r\ncontent-length: 12\r\nodd name: x\r\n".to_owned();
    for number in 0..500 {
        head += &format!("x-number-{number}: {number}\r\n");
    }
    let server =
        Server::start([Reply::Send(format!("{head}\r\n{{\"rows\": []}}").into_bytes())]).await;
    let response = client(&server.url()).build().send(get()).await.unwrap();
    assert_eq!(response.header("x-number-499"), Some("499"));
    assert!(response.object::<Rows>().unwrap().rows.is_empty());
}

#[tokio::test]
async fn an_unexpected_encoding_is_named() {
    let server = Server::start([reply(200, &[("content-encoding", "br")], b"\x0b\x02\x80")]).await;
    let response = client(&server.url()).build().send(get()).await.unwrap();
    let error = response.json::<Value>().unwrap_err();
    assert!(error.to_string().contains("Content-Encoding `br`"), "{error}");
}

#[tokio::test]
async fn json_is_json_whatever_its_type_says() {
    for kind in ["text/html", "text/plain", "application/octet-stream"] {
        let body = r#"{"value": "fa4efa4e-new"}"#;
        let server = Server::start([reply(201, &[("content-type", kind)], body)]).await;
        let response = client(&server.url()).build().send(create()).await.unwrap();
        assert_eq!(response.secret(&[&["value"]]).unwrap().expose(), "fa4efa4e-new", "{kind}");
    }
}

const PATHS: &[&[&str]] = &[&["value"], &["data", "value"]];

#[tokio::test]
async fn a_secret_is_found_whatever_else_the_answer_says() {
    let secret = "fa4efa4e-new";
    for body in [
        format!(r#"{{"value": "{secret}"}}"#),
        format!("\u{feff}{{\"value\": \"{secret}\"}}"),
        format!(r#"{{"value": "{secret}\n"}}"#),
        format!(r#"{{"data": {{"value": "{secret}"}}}}"#),
        format!(r#"{{"value": "", "data": {{"value": "{secret}"}}}}"#),
        format!(r#"{{"value": null, "data": {{"value": "{secret}"}}}}"#),
        format!(r#"{{"value": "{secret}", "value": ""}}"#),
        format!(r#"{{"name": "cut \ud83d", "value": "{secret}", "limit": 1e400}}"#),
        format!(r#"{{"data": 7, "data": [], "error": {{"message": "odd"}}, "value": "{secret}"}}"#),
        format!(r#"{{"deep": {}{}, "value": "{secret}"}}"#, "[".repeat(5000), "]".repeat(5000)),
    ] {
        let server = Server::start([reply(200, &[], &body)]).await;
        let response = client(&server.url()).build().send(create()).await.unwrap();
        assert_eq!(response.secret(PATHS).unwrap().expose(), secret, "{body:.80}");
    }
}

#[tokio::test]
async fn a_text_that_cannot_be_a_secret_is_none() {
    for odd in [
        r#""""#,
        r#"" ""#,
        r#""\n""#,
        r#""a\u0000b""#,
        r#""a\nb""#,
        "7",
        "null",
        "[\"x\"]",
        r#""a\ud83d""#,
    ] {
        let server = Server::start([reply(200, &[], format!(r#"{{"value": {odd}}}"#))]).await;
        let response = client(&server.url()).build().send(create()).await.unwrap();
        let error = response.secret(PATHS).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Indeterminate, "{odd}: {error}");
    }
    let body = r#"{"error": {"message": "too many keys"}}"#;
    let server = Server::start([reply(200, &[], body)]).await;
    let response = client(&server.url()).build().send(create()).await.unwrap();
    let error = response.secret(PATHS).unwrap_err();
    assert!(error.to_string().contains("too many keys"), "{error}");
}
