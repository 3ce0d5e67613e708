//! The examples in `docs`, run as documentation tests; nothing else.

#[cfg(doctest)]
#[doc = include_str!("../docs/writing-a-provider.md")]
struct Guide;

#[cfg(doctest)]
#[doc = include_str!("../docs/library.md")]
struct Library;
