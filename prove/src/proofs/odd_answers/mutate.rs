//! Makes one answer odd.

use fastrand::Rng;

use super::json::Json;
use super::vendor::{Answer, Route, Vendor, World};

/// What is odd about an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// A value was replaced, removed or added at this place; `data/0/name`.
    Value(String),
    /// Rows were left out of a page.
    Cut,
    /// The bytes of the body were damaged.
    Text(&'static str),
    Header(&'static str),
    /// Another status, and perhaps another body.
    Status(&'static str),
}

/// The bytes of an answer, and what is odd about them.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) route: Route,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) oddity: Option<Oddity>,
}

impl Sent {
    pub(crate) fn plain(answer: Answer) -> Self {
        let body = answer.body.write().into_bytes();
        let Answer { route, status, headers, .. } = answer;
        Self { route, status, headers, body, oddity: None }
    }

    /// Makes the answer odd in one way.
    pub(crate) fn odd(mut answer: Answer, world: &World, random: &mut Rng) -> Self {
        let oddity = match random.u8(0..20) {
            0..=10 => Oddity::Value(replace(&mut answer.body, world, random)),
            11..=13 => return damaged(answer, world, random),
            14 => Oddity::Header(header(&mut answer, world, random)),
            15..=17 => Oddity::Status(status(&mut answer, world.vendor, random)),
            _ if cut(&mut answer, world.vendor, random) => Oddity::Cut,
            _ => Oddity::Value(replace(&mut answer.body, world, random)),
        };
        Self { oddity: Some(oddity), ..Self::plain(answer) }
    }
}

/// Returns any JSON value, with a preference for those that real servers emit by mistake.
fn any_value(world: &World, random: &mut Rng) -> Json {
    let raw = |text: &str| Json::Raw(text.to_owned());
    let text = |text: &str| Json::text(text);
    match random.u8(0..38) {
        0 => Json::Null,
        1 => Json::Bool(true),
        2 => Json::Bool(false),
        3 => Json::number(0),
        4 => Json::number(-1),
        5 => Json::number(1),
        6 => Json::number("25.50"),
        7 => text("25"),
        8 => text(""),
        9 => text(" "),
        10 => text("true"),
        11 => text("false"),
        12 => raw("1e400"),
        13 => raw("-1e-400"),
        14 => Json::number("123456789012345678901234567890123456789012345678901234567890"),
        15 => Json::List(Vec::new()),
        16 => Json::object([]),
        17 => raw(&format!("{}{}", "[".repeat(300), "]".repeat(300))),
        18 => raw(&format!("{}1{}", r#"{"a":"#.repeat(300), "}".repeat(300))),
        19 => Json::object([("admin", Json::Bool(true))]),
        20 => Json::object([("message", text("no")), ("code", Json::number(403))]),
        21 => text("2026-13-45"),
        22 => text("Never"),
        23 => text("2026-01-01"),
        24 => text("2026-01-01T00:00:00"),
        25 => Json::number(1_767_225_600),
        26 => text("9999-12-31T23:59:59Z"),
        27 => raw(r#""cut \ud83d""#),
        28 => text("\u{202e}gnp.exe"),
        29 => text("a\u{0}b\u{1b}[31mc\nd"),
        30 => text(&world.credential),
        31 => text(&format!("see {} here", world.secret)),
        32 => text(&"long ".repeat(4_000)),
        33 => Json::List(vec![Json::Null, text("x"), Json::number(3)]),
        34 => text(&world.id(random.usize(0..world.keys.len().max(1)).min(world.keys.len() - 1))),
        35 => Json::number(3),
        36 => text("👩‍👩‍👧 ключ"),
        _ => text("other"),
    }
}

/// Replaces, removes or adds one value anywhere in a body, and returns its place.
fn replace(at: &mut Json, world: &World, random: &mut Rng) -> String {
    // Deeper places are more likely, since they are more.
    let stop = random.u8(0..10) == 0;
    let below = |name: &str, rest: String| match rest.as_str() {
        "" => name.to_owned(),
        rest => format!("{name}/{rest}"),
    };
    match at {
        Json::List(items) if !items.is_empty() && !stop => {
            let index = random.usize(0..items.len());
            let rest = replace(&mut items[index], world, random);
            below(&index.to_string(), rest)
        }
        Json::Object(members) if !members.is_empty() && !stop => {
            let index = random.usize(0..members.len());
            let name = members[index].0.clone();
            match random.u8(0..40) {
                0 | 1 => {
                    const NAMES: [&str; 7] =
                        ["error", "errors", "message", "key", "data", "total_count", "extra_thing"];
                    let name = NAMES[random.usize(0..NAMES.len())];
                    at.set(name, any_value(world, random));
                    name.to_owned()
                }
                2..=4 => {
                    members.remove(index);
                    name
                }
                _ => {
                    let rest = replace(&mut members[index].1, world, random);
                    below(&name, rest)
                }
            }
        }
        at => {
            *at = any_value(world, random);
            String::new()
        }
    }
}

/// Leaves out some rows of a page, as a vendor that filters after the cut does.
fn cut(answer: &mut Answer, vendor: Vendor, random: &mut Rng) -> bool {
    if answer.route != Route::Keys {
        return false;
    }
    let Some(Json::List(rows)) = answer.body.get_mut(vendor.rows_member()) else { return false };
    let before = rows.len();
    // A page that is empty although keys follow is the end, by every vendor's documents.
    let first = rows.first().cloned();
    rows.retain(|_| random.bool());
    if rows.is_empty() {
        rows.extend(first);
    }
    rows.len() < before
}

fn damaged(answer: Answer, world: &World, random: &mut Rng) -> Sent {
    let mut sent = Sent::plain(answer);
    let body = &mut sent.body;
    let what = match random.u8(0..8) {
        0 => {
            body.splice(0..0, *b"\xef\xbb\xbf");
            "a byte order mark"
        }
        1 => {
            body.truncate(random.usize(0..body.len().max(1)));
            "an early end"
        }
        2 => {
            // A Latin-1 letter in place of a letter, so that the JSON stays whole.
            let letters: Vec<usize> =
                (0..body.len()).filter(|at| body[*at].is_ascii_alphabetic()).collect();
            if let Some(at) = random.choice(&letters) {
                body[*at] = 0xe9;
            }
            "a byte of Latin-1"
        }
        3 => {
            body.clear();
            "nothing"
        }
        4 => {
            *body = b"<html><body><h1>502 Bad Gateway</h1></body></html>".to_vec();
            "a page"
        }
        5 => {
            body.extend_from_slice(b"\n{}");
            "more behind the end"
        }
        6 => {
            *body = format!("internal error for {}", world.credential).into_bytes();
            "text with the credential"
        }
        _ => {
            let at = random.usize(0..body.len().max(1));
            if let Some(byte) = body.get_mut(at) {
                *byte = random.u8(..);
            }
            "another byte"
        }
    };
    sent.oddity = Some(Oddity::Text(what));
    sent
}

fn header(answer: &mut Answer, world: &World, random: &mut Rng) -> &'static str {
    let mut add = |name: &str, value: &str| {
        answer.headers.retain(|(own, _)| own != name);
        answer.headers.push((name.to_owned(), value.to_owned()));
    };
    match random.u8(0..9) {
        0 => add("content-type", "text/html"),
        1 => add("content-type", "text/plain; charset=latin1"),
        2 => add("x-request-id", &world.credential),
        3 => add("retry-after", "3600"),
        4 => add("x-ratelimit-remaining", "0"),
        5 => add("content-encoding", "identity"),
        6 => add("link", "<https://elsewhere.example/>; rel=\"next\""),
        7 => (0..90).for_each(|at| add(&format!("x-filler-{at}"), "1")),
        _ => add("date", "yesterday"),
    }
    "a header"
}

/// Sends another status. The vendor's own words of refusal are never put on a request that was carried out: a
/// vendor that lies in its own words cannot be seen through.
fn status(answer: &mut Answer, vendor: Vendor, random: &mut Rng) -> &'static str {
    const STATUSES: [u16; 31] = [
        200, 201, 202, 203, 204, 206, 226, 300, 304, 308, 400, 401, 402, 403, 404, 405, 408, 409,
        410, 413, 418, 421, 425, 429, 451, 499, 500, 502, 503, 504, 520,
    ];
    answer.status = STATUSES[random.usize(0..STATUSES.len())];
    if matches!(answer.status, 204 | 304) {
        answer.body = Json::Raw(String::new());
        return "a status without a body";
    }
    let page = |text: &str| Json::Raw(text.to_owned());
    let message = |name: &str, text: &str| Json::object([(name, Json::text(text))]);
    match random.u8(0..7) {
        0 | 1 => return "another status",
        2 => answer.body = page("<html><title>Attention Required! | Cloudflare</title></html>"),
        3 => answer.body = page("error code: 1020"),
        4 => answer.body = page(""),
        5 => answer.body = message("message", "no Route matched with those values"),
        // Pinata's own errors may look like this one.
        _ if vendor == Vendor::Pinata => answer.body = message("detail", "Not Found"),
        _ => answer.body = message("error", "not_found"),
    }
    "another status and a body of something in between"
}
