//! The address of a vendor's API, and the URLs below it.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;

use keyroster_core::{Error, ErrorKind, Result};
use url::{Host, Url};

/// The address of a vendor's API: https, or http to this machine.
///
/// ```
/// use keyroster_http::BaseUrl;
///
/// assert_eq!(BaseUrl::parse("https://api.acme.example/v1/")?.to_string(), "https://api.acme.example/v1");
/// assert!(BaseUrl::parse("http://127.0.0.1:8080").is_ok());
/// assert!(BaseUrl::parse("http://api.acme.example").is_err());
/// # Ok::<(), keyroster_core::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl {
    url: Url,
    loopback: bool,
}

impl BaseUrl {
    /// Parses an address.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): it is not a URL, it contains a username, a query or a
    ///   fragment, or it is http to another machine.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |why: &str| {
            // The text is not shown: someone may have pasted a credential into the wrong setting.
            Err(Error::new(ErrorKind::Configuration, format!("the base URL {why}")).with_help(
                "set it to the address of the vendor's API, e.g. `https://api.example.com/v1`",
            ))
        };
        let Ok(mut url) = Url::parse(text.trim()) else {
            return wrong("is not a URL");
        };
        let loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
            Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
            None => return wrong("has no host"),
        };
        match url.scheme() {
            "https" => {}
            "http" if loopback => {}
            "http" => {
                return wrong(
                    "is plain http to another machine, which would expose the credential",
                );
            }
            _ => return wrong("does not start with https://"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("contains a username or password");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return wrong("contains a query or a fragment");
        }
        let path = url.path().trim_end_matches('/').to_owned();
        url.set_path(&path);
        Ok(Self { url, loopback })
    }

    /// Whether the address is on this machine, where http is allowed and no proxy is used.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether the address is plain http, which needs no certificates.
    pub(crate) fn is_plain(&self) -> bool {
        self.url.scheme() == "http"
    }

    /// Returns the host, and the port if it is not the default, for messages.
    #[must_use]
    pub fn authority(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        match self.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        }
    }

    /// Returns the URL of a route. Each `{…}` is replaced by one percent-encoded path segment.
    ///
    /// - [`InvalidRequest`](ErrorKind::InvalidRequest): a value is empty, `.` or `..`. A URL cannot carry it
    ///   as a segment, so the request would go to another route.
    pub(crate) fn join(
        &self,
        route: &str,
        segments: &[String],
        query: &[(Cow<'_, str>, String)],
    ) -> Result<Url> {
        let mut url = self.url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty();
            let mut values = segments.iter();
            for part in route.split('/').filter(|part| !part.is_empty()) {
                if !part.starts_with('{') {
                    path.push(part);
                    continue;
                }
                let value = values.next().map_or("", String::as_str);
                if matches!(value, "" | "." | "..") {
                    let message = format!("`{value}` is not a valid identifier");
                    return Err(Error::new(ErrorKind::InvalidRequest, message));
                }
                path.push(value);
            }
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::BaseUrl;

    #[test]
    fn a_value_is_always_one_segment() {
        let base = BaseUrl::parse("https://a.example/api/v1/").unwrap();
        let url = base
            .join("/keys/{hash}", &["a/b?c&d é".to_owned()], &[("q".into(), "a b&c".to_owned())])
            .unwrap();
        assert_eq!(url.as_str(), "https://a.example/api/v1/keys/a%2Fb%3Fc&d%20%C3%A9?q=a+b%26c");
    }

    #[test]
    fn ids_that_lead_to_another_route_are_refused() {
        let base = BaseUrl::parse("https://a.example/v1").unwrap();
        for id in ["", ".", ".."] {
            assert!(base.join("/keys/{id}", &[id.to_owned()], &[]).is_err(), "{id}");
        }
    }

    #[test]
    fn addresses_that_expose_the_credential_are_refused() {
        for bad in [
            "http://api.example.com",
            "http://127.0.0.1.example.com",
            "http://10.0.0.1",
            "ftp://127.0.0.1",
            "https://user:pw@api.example.com",
            "https://api.example.com/?key=1",
            "api.example.com",
            "",
        ] {
            assert!(BaseUrl::parse(bad).is_err(), "{bad}");
        }
        for good in ["http://localhost:1", "http://[::1]:2/x", "http://127.8.9.1"] {
            assert!(BaseUrl::parse(good).unwrap().is_loopback(), "{good}");
        }
    }
}
