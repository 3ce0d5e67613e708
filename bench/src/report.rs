//! Tables of figures: on a terminal, in Markdown, as a picture, and in our documents.

use std::fmt::Write as _;
use std::time::Duration;

use crate::measure::per;

/// Figures of one kind, with a note about how they were measured.
#[derive(Clone, Debug)]
pub struct Table {
    /// The name of the marks in the document.
    pub id: &'static str,
    pub title: &'static str,
    pub note: String,
    pub columns: &'static [&'static str],
    pub rows: Vec<Vec<String>>,
    /// The bars of the picture: names and ratios to the reference.
    pub bars: Vec<(String, f64)>,
}

impl Table {
    #[must_use]
    pub fn new(id: &'static str, title: &'static str, columns: &'static [&'static str]) -> Self {
        let note = String::new();
        let rows = Vec::new();
        let bars = Vec::new();
        Self { id, title, note, columns, rows, bars }
    }

    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    pub fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.into());
    }

    pub fn bar(&mut self, name: impl Into<String>, ratio: f64) {
        self.bars.push((name.into(), ratio));
    }

    /// As text with aligned columns.
    #[must_use]
    pub fn text(&self) -> String {
        let head: Vec<String> = self.columns.iter().map(|column| (*column).to_owned()).collect();
        let lines: Vec<&Vec<String>> = std::iter::once(&head).chain(&self.rows).collect();
        let widths: Vec<usize> = (0..head.len())
            .map(|at| {
                let cells = lines.iter().filter_map(|line| line.get(at));
                cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        let mut text = format!("\n{}\n", self.title);
        for line in lines {
            for (at, (cell, width)) in line.iter().zip(&widths).enumerate() {
                let pad = " ".repeat(width - cell.chars().count());
                let (before, after) = if at == 0 { ("", pad) } else { (&*pad, String::new()) };
                let _ = write!(text, "  {before}{cell}{after}");
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
        let _ = writeln!(text, "  ({})", self.note);
        text
    }

    #[must_use]
    pub fn markdown(&self) -> String {
        let row = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
        let head: Vec<String> = self.columns.iter().map(|column| (*column).to_owned()).collect();
        let mut rule = "|---".to_owned();
        rule.push_str(&"|--:".repeat(self.columns.len() - 1));
        let rows: String = self.rows.iter().map(|cells| row(cells)).collect();
        format!("{}{rule}|\n{rows}\n{}.\n", row(&head), wrapped(&self.note))
    }

    /// Returns the bars from `top` on, and where they end.
    fn drawing(&self, top: usize) -> (String, usize) {
        const LINE: usize = 22;
        let longest = self.bars.iter().map(|(_, ratio)| *ratio).fold(1.0, f64::max);
        let mut svg = format!(
            "<text x=\"10\" y=\"{}\" font-weight=\"bold\">{}</text>\n",
            top + 16,
            self.title
        );
        let mut at = top + LINE;
        for (name, ratio) in &self.bars {
            let width = ratio / longest * 420.0;
            let one = 1.0 / longest * 420.0;
            let _ = writeln!(
                svg,
                "<text x=\"10\" y=\"{0}\">{name}</text>\
                 <rect x=\"330\" y=\"{1}\" width=\"{width:.1}\" height=\"14\" fill=\"#4a7\"/>\
                 <rect x=\"{2:.1}\" y=\"{1}\" width=\"1\" height=\"14\" fill=\"#a33\"/>\
                 <text x=\"{3:.1}\" y=\"{0}\">{4}</text>",
                at + 14,
                at + 3,
                330.0 + one,
                336.0 + width,
                times(*ratio),
            );
            at += LINE;
        }
        (svg, at + LINE)
    }
}

/// Wraps a text to the width of our documents, and capitalizes it.
fn wrapped(text: &str) -> String {
    const WIDTH: usize = 105;
    let mut lines = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        if length > 0 {
            let fits = length + word.len() < WIDTH;
            lines.push(if fits { ' ' } else { '\n' });
            length = if fits { length + 1 } else { 0 };
        }
        lines.push_str(word);
        length += word.len();
    }
    if let Some(first) = lines.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    lines
}

/// All bars in one picture. The red line is the reference.
#[must_use]
pub fn svg(tables: &[Table]) -> String {
    let mut body = String::new();
    let mut at = 10;
    for table in tables.iter().filter(|table| !table.bars.is_empty()) {
        let (drawing, end) = table.drawing(at);
        body += &drawing;
        at = end;
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"840\" height=\"{at}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"840\" height=\"{at}\" fill=\"white\"/>\n{body}</svg>\n"
    )
}

/// Returns the document with a table between its marks; none if the marks are missing.
#[must_use]
pub fn with_table(document: &str, table: &Table) -> Option<String> {
    let begin = format!("<!-- bench:{}:begin -->\n", table.id);
    let end = format!("<!-- bench:{}:end -->", table.id);
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}{}{end}{after}", table.markdown()))
}

/// E.g. `1.77 ×`.
#[must_use]
pub fn times(ratio: f64) -> String {
    format!("{} ×", three(ratio))
}

/// A time, in milliseconds below a second.
#[must_use]
pub fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 1.0 {
        format!("{} ms", three(seconds * 1e3))
    } else {
        format!("{} s", three(seconds))
    }
}

/// Memory in MiB.
#[must_use]
pub fn mib(kib: u64) -> String {
    format!("{} MiB", three(per(kib, 1024)))
}

/// About three digits.
#[must_use]
pub fn three(number: f64) -> String {
    match number.abs() {
        ..10.0 => format!("{number:.2}"),
        ..100.0 => format!("{number:.1}"),
        _ => format!("{number:.0}"),
    }
}

/// A whole number in groups of three digits.
#[must_use]
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Table, grouped, three, with_table};

    #[test]
    fn a_table_replaces_the_text_between_its_marks() {
        let mut table = Table::new("x", "X", &["a", "b"]).note("as measured");
        table.row(["1".to_owned(), "2".to_owned()]);
        let document = "before\n<!-- bench:x:begin -->\nold\n<!-- bench:x:end -->\nafter\n";
        let fresh = with_table(document, &table).unwrap();
        assert_eq!(
            fresh,
            "before\n<!-- bench:x:begin -->\n| a | b |\n|---|--:|\n| 1 | 2 |\n\nAs measured.\n\
             <!-- bench:x:end -->\nafter\n"
        );
        assert_eq!(with_table(&fresh, &table), Some(fresh));
        assert_eq!(with_table("no marks", &table), None);
    }

    #[test]
    fn numbers_have_three_digits() {
        let all = [0.123, 1.775, 45.67, 1234.5].map(three);
        assert_eq!(all, ["0.12", "1.77", "45.7", "1234"]);
        assert_eq!(grouped(1_000_000), "1,000,000");
        assert_eq!(grouped(999), "999");
    }
}
