//! A process that does nothing: the minimum cost of starting one.

fn main() {}
