//! Reads pages with a provider and with `serde_json` alone. It counts allocations with an allocator, which the
//! other programs do without.

fn main() -> std::io::Result<()> {
    bench::decode::main(|work| {
        let count = allocation_counter::measure(work);
        (count.count_total, count.bytes_total)
    })
}
