//! `Link` headers (RFC 8288), which some vendors use to point to the next page.

use keyroster_core::{Cursor, Result};
use reqwest::header::LINK;
use url::Url;

use crate::response::Response;

/// Base for parsing relative links. Only the query of a link is used, so any base works.
const ANY_BASE: &str = "https://vendor.invalid/";

impl Response {
    /// Returns the cursor of the next page from the `Link` header with `rel="next"`, or `None` on the last
    /// page.
    ///
    /// The cursor is the link's query, for [`Request::follow`](crate::Request::follow). The rest of the link
    /// is ignored: the next request goes to the provider's own route at the account's own address, so a link
    /// cannot lead the credential elsewhere. A link with `results="false"` points to an empty page and counts
    /// as none.
    ///
    /// - [`Decode`](keyroster_core::ErrorKind::Decode): the header is malformed. Treating that as the last
    ///   page would lose keys.
    pub fn next_link(&self) -> Result<Option<Cursor>> {
        for value in self.headers.get_all(LINK) {
            let Ok(value) = value.to_str() else {
                return Err(self.unexpected("a `Link` header that is not text"));
            };
            let Some(links) = links(value) else {
                return Err(self.unexpected("a malformed `Link` header"));
            };
            let next = links.iter().find(|link| link.is("rel", "next"));
            let Some(next) = next.filter(|link| !link.is("results", "false")) else { continue };
            let target = Url::parse(ANY_BASE).and_then(|base| base.join(next.target));
            let query = target.ok().and_then(|url| url.query().map(str::to_owned));
            return match query.filter(|query| !query.is_empty()) {
                Some(query) => Ok(Some(Cursor::new(query))),
                None => Err(self.unexpected("a link to the next page without a query")),
            };
        }
        Ok(None)
    }
}

struct Link<'a> {
    target: &'a str,
    parameters: Vec<(&'a str, String)>,
}

impl Link<'_> {
    /// Whether the first parameter with this name contains this word.
    fn is(&self, name: &str, word: &str) -> bool {
        let parameter = self.parameters.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        parameter.is_some_and(|(_, value)| {
            value.split_ascii_whitespace().any(|found| found.eq_ignore_ascii_case(word))
        })
    }
}

/// Parses the links of a header value. Returns `None` if it is malformed.
fn links(value: &str) -> Option<Vec<Link<'_>>> {
    let mut links = Vec::new();
    let mut rest = value.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (target, after) = rest.strip_prefix('<')?.split_once('>')?;
        let mut parameters = Vec::new();
        rest = after.trim_start();
        while let Some(after) = rest.strip_prefix(';') {
            let after = after.trim_start();
            let end = after.find(['=', ';', ',']).unwrap_or(after.len());
            let name = after[..end].trim();
            let (value, after) = match after[end..].strip_prefix('=') {
                Some(after) => parameter_value(after.trim_start())?,
                None => (String::new(), &after[end..]),
            };
            parameters.push((name, value));
            rest = after.trim_start();
        }
        links.push(Link { target, parameters });
        if !rest.is_empty() && !rest.starts_with(',') {
            return None;
        }
        rest = rest.trim_start_matches([' ', '\t', ',']);
    }
    Some(links)
}

/// Parses a word or a quoted string, and returns it with the rest of the text. Returns `None` if a closing
/// quote is missing.
fn parameter_value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        return Some((text[..end].trim().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            _ => value.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::links;

    fn next(value: &str) -> Option<String> {
        let links = links(value)?;
        let next = links.iter().find(|link| link.is("rel", "next"));
        Some(next.map_or("", |link| link.target).to_owned())
    }

    #[test]
    fn every_form_of_a_next_link_is_parsed() {
        for (value, target) in [
            (r#"<https://a.example/k?page=2>; rel="next""#, "https://a.example/k?page=2"),
            (r#"</k?p=1>; rel="prev", </k?p=3>; rel="next""#, "/k?p=3"),
            ("</k?p=3>;rel=next,</k?p=9>;rel=last", "/k?p=3"),
            (r#"</k?a=1,2;3>; title="a, \"b\"; rel=prev"; REL="Last NEXT""#, "/k?a=1,2;3"),
            (r#"</k?p=1>; rel="prev"; rel="next""#, ""),
            (r#"</k?p=1>; crossorigin; rel="nextish", "#, ""),
            ("", ""),
        ] {
            assert_eq!(next(value).as_deref(), Some(target), "{value}");
        }
    }

    #[test]
    fn a_malformed_header_is_not_a_last_page() {
        for value in ["https://a.example", "<https://a.example", r#"</k>; rel="next"#, "</k> </l>"]
        {
            assert_eq!(next(value), None, "{value}");
        }
    }
}
