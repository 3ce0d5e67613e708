//! `bench`: measures what keyroster costs. `cargo xtask bench` builds and runs it.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it talks to the person who runs it"
)]

use std::io;
use std::path::Path;
use std::process::ExitCode;

use bench::parts::{PARTS, Part, Size};
use bench::report::{Table, svg, with_table};
use bench::{process, worker};

const USAGE: &str = "usage: bench [PART…] [--size smoke|full] [--write-docs]

  --size        smoke only checks in seconds that every part runs; full is the default
  --write-docs  Also write the tables of a full run to docs/performance.md";

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/performance.md");

/// The parsed arguments.
struct Request {
    parts: Vec<Part>,
    size: Size,
    write_docs: bool,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = if arguments == ["process"] {
        worker::run()
    } else if let Some(request) = Request::read(&arguments) {
        run(&request)
    } else {
        let parts: Vec<&str> = PARTS.iter().map(|part| part.name).collect();
        eprintln!("{USAGE}\n\nparts: {}", parts.join(", "));
        return ExitCode::from(2);
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

impl Request {
    fn read(arguments: &[&str]) -> Option<Self> {
        let mut named = Vec::new();
        let mut size = Size::Full;
        let mut write_docs = false;
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            match *argument {
                "--write-docs" => write_docs = true,
                "--size" => {
                    size = match *arguments.next()? {
                        "smoke" => Size::Smoke,
                        "full" => Size::Full,
                        _ => return None,
                    };
                }
                name => named.push(*PARTS.iter().find(|part| part.name == name)?),
            }
        }
        // The figures of a smoke test are meaningless.
        if write_docs && size == Size::Smoke {
            return None;
        }
        let wanted = |part: &&Part| size == Size::Full || part.smokes;
        let all = || PARTS.iter().filter(wanted).copied().collect();
        Some(Self { parts: if named.is_empty() { all() } else { named }, size, write_docs })
    }
}

fn run(request: &Request) -> io::Result<()> {
    let mut tables = Vec::new();
    for part in &request.parts {
        eprintln!("bench: {} …", part.name);
        let table = (part.measure)(request.size)
            .map_err(|error| io::Error::other(format!("{}: {error}", part.name)))?;
        print!("{}", table.text());
        tables.push(table);
    }
    let folder = process::output_folder()?;
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("report.md"), markdown(&tables))?;
    std::fs::write(folder.join("report.svg"), svg(&tables))?;
    eprintln!("\nbench: wrote {}", folder.join("report.md").display());
    if request.write_docs { write_docs(&tables) } else { Ok(()) }
}

fn markdown(tables: &[Table]) -> String {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut text = format!(
        "# keyroster: what it costs\n\n{processors} processors, {}-{}.\n\n![](report.svg)\n",
        std::env::consts::ARCH,
        std::env::consts::OS,
    );
    for table in tables {
        text += &format!("\n## {}\n\n{}", table.title, table.markdown());
    }
    text
}

fn write_docs(tables: &[Table]) -> io::Result<()> {
    let document = Path::new(DOCUMENT);
    let mut text = std::fs::read_to_string(document)?;
    for table in tables {
        let missing = || io::Error::other(format!("{DOCUMENT} has no marks for `{}`", table.id));
        text = with_table(&text, table).ok_or_else(missing)?;
    }
    std::fs::write(document, text)
}
